"""`pharmcheck watch`: have lists looked at again, read what changed, and send word of it.

Of any list of this data folder, whoever handed it in: who runs this program here may read the database anyway.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from pharmcheck.store import Batch, Store

watch = typer.Typer(help="Have lists looked at again, and read what changed.", no_args_is_help=True,
                    rich_markup_mode=None, add_completion=False)  # fmt: skip

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts, lists and the key of secrets are kept.")
_ID = typer.Argument(..., metavar="ID", help="Of a list, as `batch list` or its page shows it.")
_RESOLVE = typer.Option([], metavar="HOST:PORT:ADDR[:PORT]", help="Connect there instead, as in curl.")
_ALLOW = typer.Option([], metavar="CIDR", help="Treat this network as public: receivers within one's own.")
_CA_FILE = typer.Option(None, metavar="PEM", help="Trust these certificates too.")


@watch.command()
def start(identifier: str = _ID, data_dir: Path | None = _DATA_DIR) -> None:
    """Watch a list.  `pharmcheck serve`, or workers, look at its sites again and send word of changes."""
    from datetime import UTC, datetime

    from pharmcheck.cli.screen import say
    from pharmcheck.store import Watches

    with _opened(data_dir) as store:
        batch = _find(store, identifier)
        Watches(store).start(batch.id, datetime.now(UTC))
        found = Watches(store).get(batch.id)
    say(f"Watched: {found.sites if found else 0:,} sites. Wherever the service runs, they are looked at again.")


@watch.command()
def stop(identifier: str = _ID, data_dir: Path | None = _DATA_DIR) -> None:
    """Leave the sites of a list alone.  What changed so far stays."""
    from datetime import UTC, datetime

    from pharmcheck.cli.screen import say
    from pharmcheck.store import Watches

    with _opened(data_dir) as store:
        if not Watches(store).stop(_find(store, identifier).id, datetime.now(UTC)):
            raise UsageError(f"The list {identifier} is not watched; `pharmcheck watch list` shows those that are.")
    say("Its sites are left alone.")


@watch.command("list")
def show(data_dir: Path | None = _DATA_DIR) -> None:
    """List the watched lists with their receivers."""
    from rich.table import Column, Table

    from pharmcheck.cli.screen import console, plain
    from pharmcheck.store import Batches, Targets, Watches

    table = Table(Column("id", no_wrap=True), "list", "since", "state", "sites", "changes",
                  Column("receivers", overflow="fold"), box=None)  # fmt: skip
    with _opened(data_dir) as store:
        for one in Watches(store).all():
            batch = Batches(store).get(one.batch_id)
            receivers = (
                f"{target.url}{f' (switched off: {target.disabled_why})' if target.disabled_at else ''}"
                for target in Targets(store).of_batch(one.batch_id)
            )
            table.add_row(one.batch_id, plain((batch and batch.name) or "–"), f"{one.since:%Y-%m-%d %H:%M}",
                          "watched" if one.active else "stopped", f"{one.sites:,}", f"{one.changes:,}",
                          plain("\n".join(receivers) or "–"))  # fmt: skip
    console(sys.stdout).print(table)


@watch.command()
def changes(
    identifier: str = _ID,
    *,
    since: str | None = typer.Option(None, metavar="TIME", help="Looks since then, ISO 8601; UTC unless it says so."),
    as_csv: bool = typer.Option(False, "--csv", help="A table instead of JSON lines."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Print what changed about a list, one JSON document a line."""
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import write_line
    from pharmcheck.exports import digest_bytes
    from pharmcheck.store import Watches

    settings = options.settings_for(data_dir)
    began = options.moment(since, "--since")
    with _opened(data_dir) as store:
        found = Watches(store).all_changes(_find(store, identifier).id, began)
        url = str(settings.public_url) if settings.public_url else None
        for piece in digest_bytes(found, url, "csv" if as_csv else "jsonl"):
            write_line(piece.decode("utf-8").rstrip("\r\n"))


@watch.command()
def target(
    identifier: str = _ID,
    url: str = typer.Argument(..., metavar="URL", help="An https address of a program of yours."),
    *,
    resolve: list[str] = _RESOLVE,
    allow_network: list[str] = _ALLOW,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Have signed messages sent there.  The secret is shown once, on stdout."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say, write_line
    from pharmcheck.store import Watches
    from pharmcheck.watch import register_target

    settings = options.settings_for(data_dir)
    policy = options.policy(settings, resolve, allow_network, None)
    with _opened(data_dir) as store:
        batch = _find(store, identifier)
        if Watches(store).get(batch.id) is None:
            raise UsageError(f"The list is not watched; `pharmcheck watch start {batch.id}` begins.")
        made = register_target(store, policy, settings.data_dir, batch.id, url, datetime.now(UTC))
    write_line(made.secret)
    say(f"Keep it now: it is not shown again. The receiver's id is {made.target.id}.")


@watch.command()
def replay(
    identifier: str = _ID,
    message: str = typer.Argument(..., metavar="MESSAGE", help="Its webhook-id, as the page and the receiver have it."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Send a message again, under its old id."""
    from datetime import UTC, datetime

    from pharmcheck.cli.screen import say
    from pharmcheck.store import Deliveries

    with _opened(data_dir) as store:
        if not Deliveries(store).replay(_find(store, identifier).id, message, datetime.now(UTC)):
            raise UsageError("There is no such message, it is being sent, or its receiver is switched off.")
    say("It goes out with the next round: within a minute where the service runs, or by `pharmcheck watch send`.")


@watch.command()
def send(
    *,
    resolve: list[str] = _RESOLVE,
    allow_network: list[str] = _ALLOW,
    ca_file: Path | None = _CA_FILE,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Do one round now: weigh new verdicts, send what is due.  The service does it every minute."""
    import asyncio
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.logs import log_nothing
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.watch import Sender, tend

    log_nothing()
    settings = options.settings_for(data_dir)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    with _opened(data_dir) as store:
        noted, tries = asyncio.run(tend(Sender.of(settings, store, policy, lambda: datetime.now(UTC)), load_ruleset()))
    say(f"New changes: {noted:,}. Messages tried: {tries:,}.")


def _opened(data_dir: Path | None) -> Store:
    from pharmcheck.cli import options
    from pharmcheck.store import Store

    return Store.open(options.settings_for(data_dir))


def _find(store: Store, identifier: str) -> Batch:
    from pharmcheck.store import Batches

    found = Batches(store).get(identifier)
    if found is None:
        raise UsageError(f"There is no list {identifier}.")
    return found

"""`pharmcheck keys`: make, list and close the keys of the service."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pharmcheck.errors import UsageError

keys = typer.Typer(help="Make, list and close keys of the service.", no_args_is_help=True, rich_markup_mode=None,
                   add_completion=False)  # fmt: skip

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept.")


@keys.command()
def create(
    name: str = typer.Argument(..., help="Whose key it is, for the list."),
    *,
    scope: list[str] = typer.Option(["check"], "--scope", help="check, batch or admin; repeatable."),
    days: int | None = typer.Option(None, min=1, max=3650, help="Days until it expires; without it, never."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Make a key.  It is shown once, on stdout; only its hash is kept."""
    from datetime import UTC, datetime, timedelta

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say, write_line
    from pharmcheck.store import Keys, Scope, Store

    try:
        scopes = [Scope(text) for text in scope]
    except ValueError:
        raise UsageError(f"--scope {' '.join(scope)}: choose from {', '.join(Scope)}.") from None
    now = datetime.now(UTC)
    with Store.open(options.settings_for(data_dir)) as store:
        key, secret = Keys(store).create(name, scopes, now, now + timedelta(days=days) if days else None)
    write_line(secret)
    say(f"Keep it now: it is not shown again. Its id is {key.id}.")


@keys.command("list")
def show(data_dir: Path | None = _DATA_DIR) -> None:
    """List all keys; the secrets themselves are not kept."""
    from datetime import UTC, datetime

    from rich.table import Table

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import console, plain
    from pharmcheck.store import Keys, Store

    table = Table("id", "begins", "name", "scopes", "made", "expires", "last used", "state", box=None)
    with Store.open(options.settings_for(data_dir)) as store:
        for key in Keys(store).all():
            state = "open" if key.valid(datetime.now(UTC)) else "revoked" if key.revoked_at else "expired"
            days = (f"{day:%Y-%m-%d}" if day else "never" for day in (key.created_at, key.expires_at, key.last_used_at))
            table.add_row(key.id, f"{key.shown}…", plain(key.name), " ".join(sorted(key.scopes)), *days, state)
    console(sys.stdout).print(table)


@keys.command()
def revoke(identifier: str = typer.Argument(..., metavar="ID"), data_dir: Path | None = _DATA_DIR) -> None:
    """Close a key for good, at once."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.store import Keys, Store

    with Store.open(options.settings_for(data_dir)) as store:
        if not Keys(store).revoke(identifier, datetime.now(UTC)):
            raise UsageError(f"There is no open key {identifier}; `pharmcheck keys list` shows them.")
    say(f"Key {identifier} opens nothing any more.")

"""`pharmcheck registers`: bring official registers in, see how they stand, and look something up in them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import PharmcheckError, UsageError

if TYPE_CHECKING:
    from pharmcheck.capture import Policy
    from pharmcheck.refresh import Imported
    from pharmcheck.registers import Source
    from pharmcheck.settings import Settings
    from pharmcheck.store import Store

PROBLEMS = 1

registers = typer.Typer(
    help="Load official registers and look things up in them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_AS_OF = typer.Option(None, "--as-of", metavar="DATE", help="The date that the source gives for its list.")
_FORCE = typer.Option(False, "--force", help="Load it whatever speaks against it.")
_JSON = typer.Option(False, "--json", help="JSON, one document a line, and nothing else.")
_DATA_DIR = typer.Option(None, metavar="DIR", help="Where registers are kept.")
_RESOLVE = typer.Option(
    [], metavar="HOST:PORT:ADDR[:PORT]", help="Connect to this address instead, as in curl; repeatable."
)
_ALLOW_NETWORK = typer.Option(
    [], metavar="CIDR", help="Treat this network as public: for a mirror of one's own; repeatable."
)
_CA_FILE = typer.Option(None, metavar="PEM", help="Trust these certificates too.")


@registers.command("import")
def import_register(
    name: str = typer.Argument(..., metavar="NAME", help="Such as sukl_cz; `registers status` shows them all."),
    file: Path = typer.Argument(..., metavar="FILE", help="The file as its publisher offers it."),
    *,
    as_of: str | None = _AS_OF,
    column_map: Path | None = typer.Option(
        None, "--map", metavar="FILE.yaml", help="What the columns mean, for a list of one's own."
    ),
    force: bool = _FORCE,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Load a file as a register.  What is loaded already stays when the file is not plausible."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.refresh import import_file
    from pharmcheck.registers.sources import importer_for

    settings = options.settings_for(data_dir)
    date = options.day(as_of)
    source = _own_source(name, column_map) if column_map else _find(name)
    importer = importer_for(source)
    with _opened(settings) as store, _counting(name) as on_progress:
        done = import_file(
            store,
            source,
            importer,
            file,
            as_of=date,
            now=datetime.now(UTC),
            force=force,
            on_progress=on_progress,
        )
    _tell(done)


@registers.command()
def sync(
    name: str | None = typer.Argument(None, metavar="[NAME]", help="One register; without it, all small ones."),
    *,
    as_of: str | None = _AS_OF,
    force: bool = _FORCE,
    resolve: list[str] = _RESOLVE,
    allow_network: list[str] = _ALLOW_NETWORK,
    ca_file: Path | None = _CA_FILE,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Download registers and load them.  Large ones, and unconfirmed addresses, only by name.

    \b
    Exit 1 when one could not be brought up to date; what was loaded stays.
    """  # noqa: D301 - \b is typer's mark for a paragraph that keeps its lines
    from pharmcheck.cli import options
    from pharmcheck.refresh import syncs_by_itself
    from pharmcheck.ruleset import load_ruleset

    settings = options.settings_for(data_dir)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    if name is None and as_of is not None:
        raise UsageError("--as-of is the date of one list; name the register.")
    chosen = [_find(name)] if name else [source for source in load_ruleset().sources if syncs_by_itself(source)]
    failed = 0
    with _opened(settings) as store:
        for source in chosen:
            failed += not _sync_one(store, source, policy, settings, as_of=as_of, force=force)
    if failed:
        raise typer.Exit(PROBLEMS)


@registers.command()
def status(
    name: str | None = typer.Argument(None, metavar="[NAME]", help="One register, with the rows that were left out."),
    *,
    as_json: bool = _JSON,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Show which registers are loaded, how old they are, and which could be."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options, register_words
    from pharmcheck.refresh import standing
    from pharmcheck.ruleset import load_ruleset

    settings = options.settings_for(data_dir)
    with _opened(settings) as store:
        found = standing(store.loaded_registers(), load_ruleset().sources, datetime.now(UTC).date())
        if name is not None:
            found = tuple(each for each in found if each.name == name)
            if not found:
                _find(name)  # says which there are
        rows = store.quarantined_rows(found[0].loaded) if name is not None and found[0].loaded is not None else ()
    if as_json:
        register_words.write_standing(found, rows if name is not None else None)
    else:
        register_words.print_standing(found, rows)


@registers.command()
def lookup(
    asked: str = typer.Argument(..., metavar="DOMAIN-OR-NUMBER", help="A web address, or a licence number."),
    *,
    live: bool = typer.Option(
        False, "--live", help="Ask the NPI registry of the United States about this number as well, now."
    ),
    as_json: bool = _JSON,
    resolve: list[str] = _RESOLVE,
    allow_network: list[str] = _ALLOW_NETWORK,
    ca_file: Path | None = _CA_FILE,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Show what the registers say about a site or a number, and which one could say more.

    \b
    Exit 1 when --live was wanted and the registry did not answer; what is loaded is shown all the same.
    """  # noqa: D301 - see sync
    import asyncio
    from datetime import UTC, datetime

    from pharmcheck.cli import options, register_words
    from pharmcheck.cli.screen import say
    from pharmcheck.errors import RefreshError, RegisterFileError
    from pharmcheck.refresh import LIVE, ask_live
    from pharmcheck.refresh import lookup as look_up
    from pharmcheck.ruleset import load_ruleset

    settings = options.settings_for(data_dir)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    with _opened(settings) as store:
        answer = look_up(asked, store.registers(), load_ruleset().sources)
    told, failure = None, None
    if live:
        try:
            told = asyncio.run(ask_live(asked, _find(LIVE), policy, now=lambda: datetime.now(UTC)))
        except (RefreshError, RegisterFileError) as error:
            failure = str(error)
    today = datetime.now(UTC).date()
    if as_json:
        register_words.write_answer(answer, today, told)
    else:
        register_words.print_answer(answer, today, told)
    if failure is not None:
        say(failure)
        raise typer.Exit(PROBLEMS)


def _sync_one(
    store: Store, source: Source, policy: Policy, settings: Settings, *, as_of: str | None, force: bool
) -> bool:
    """One register; what goes wrong with it must not keep the others from being brought up to date."""
    import asyncio
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say, say_details
    from pharmcheck.refresh import Way
    from pharmcheck.refresh import sync as bring
    from pharmcheck.registers.sources import importer_for

    try:
        with _counting(source.name) as on_progress:
            way = Way(policy, settings.data_dir / "registers")
            work = bring(
                store,
                source,
                importer_for(source),
                way,
                as_of=options.day(as_of),
                now=lambda: datetime.now(UTC),
                force=force,
                on_progress=on_progress,
            )
            done = asyncio.run(work)
    except PharmcheckError as error:
        say(str(error))
        return False
    except Exception as error:  # noqa: BLE001 - see above
        say(f"{source.name}: something went wrong inside pharmcheck; what is loaded stays.")
        say_details(error)
        return False
    _tell(done)
    return True


def _tell(done: Imported) -> None:
    from pharmcheck.cli.register_words import imported_lines
    from pharmcheck.cli.screen import plain, write_line

    for line in imported_lines(done):
        write_line(plain(line))


def _opened(settings: Settings) -> Store:
    from pharmcheck.store import Store

    return Store.open(settings)


def _find(name: str) -> Source:
    from pharmcheck.registers.sources import find_source
    from pharmcheck.ruleset import load_ruleset

    return find_source(load_ruleset().sources, name)


def _own_source(name: str, column_map: Path) -> Source:
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.ruleset.sources import read_source_file

    source = read_source_file(column_map, load_ruleset().lists["licence_formats"])
    if source.name != name:
        raise UsageError(f"--map {column_map}: it describes the register {source.name}, not {name}.")
    return source


@contextmanager
def _counting(name: str) -> Iterator[Callable[[int], None]]:
    """How far a load is, on stderr, when somebody is there to see it."""
    from pharmcheck.cli.screen import console, is_lively

    if not is_lively(sys.stderr):
        yield lambda _: None
        return
    with console(sys.stderr).status(f"{name} …", spinner="line") as line:
        yield lambda count: line.update(f"{name}: {count:,} entries")

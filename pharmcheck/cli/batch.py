"""`pharmcheck batch`: a list in, decisions out, with no service running; and what can be done with runs of before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

from pharmcheck.cli.check import FailOn
from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Context

    from pharmcheck.store import Batch, Store

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept.")
_OUT = typer.Option([], "--out", metavar="RESULT", help="Where results go: .csv, .xlsx, .jsonl or .html; repeatable.")
_COLUMN = typer.Option(None, metavar="NAME", help="Where the addresses stand: a letter, a number or a header.")


class _FileOrCommand(TyperGroup):
    """`batch FILE` runs a list; `batch list` and its kin are commands."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put `run` before what is no command of ours."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


batch = typer.Typer(
    cls=_FileOrCommand,
    help="Check a list: pharmcheck batch FILE --out RESULT.xlsx",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@batch.command()
def run(
    file: Path = typer.Argument(..., metavar="FILE", help="CSV, XLSX, ODS, text or JSON; - for stdin."),
    *,
    out: list[Path] = _OUT,
    preview: bool = typer.Option(
        False, "--preview", help="Say what would be checked, and why the rest not; visit nobody."
    ),
    as_json: bool = typer.Option(False, "--json", help="With --preview: every row as one JSON document a line."),
    column: str | None = _COLUMN,
    encoding: str | None = typer.Option(None, metavar="NAME", help="How a text was saved, such as cp1251."),
    destination: str | None = typer.Option(None, metavar="CC", help="Country to which the medicine would be sent."),
    fresh: bool = typer.Option(False, "--fresh", help="Begin a new run, though this file has one already."),
    fail_on: FailOn = typer.Option(FailOn.DANGER, help="Exit with 1 at this verdict or a worse one."),
    sites_at_once: int | None = typer.Option(None, min=1, max=64, help="Sites visited side by side."),
    resolve: list[str] = typer.Option([], metavar="HOST:PORT:ADDR[:PORT]", help="Connect there instead, as in curl."),
    allow_network: list[str] = typer.Option([], metavar="CIDR", help="Treat this network as public: for staging."),
    ca_file: Path | None = typer.Option(None, metavar="PEM", help="Trust these certificates too."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Check every site of a list and write the results.

    Ctrl-C, or a crash, loses nothing: the same command goes on where it stopped.

    \b
    Exit code, first that applies: 2 usage, or a file that is no list; 4 our own failure; 1 something at or above
    --fail-on; 3 something could not be checked; 0 none of these; 130 Ctrl-C.
    """  # noqa: D301 - \b is typer's mark for a paragraph that keeps its lines
    from pharmcheck.cli import options
    from pharmcheck.cli.batch_intake import open_file, print_preview, write_preview
    from pharmcheck.cli.batch_run import Run, run_list

    settings = options.settings_for(data_dir)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    country = options.country(destination)
    check_results(out)
    if not out and not preview:
        raise UsageError("Say where the results go, as in --out results.xlsx; or look first, with --preview.")
    handed = open_file(file, policy, column, encoding)
    if preview:
        (write_preview if as_json else print_preview)(handed)
        return
    name = "stdin" if str(file) == "-" else file.name
    wanted = Run(settings, policy, handed, name, country, out, fresh, sites_at_once or settings.sites_at_once, fail_on)
    raise typer.Exit(run_list(wanted))


@batch.command("list")
def show(data_dir: Path | None = _DATA_DIR) -> None:
    """List the runs, newest first, with the ids that the other commands take."""
    from rich.table import Table

    from pharmcheck.cli.batch_run import OWNER
    from pharmcheck.cli.screen import console, plain
    from pharmcheck.store import Batches

    table = Table("id", "list", "handed in", "state", "sites", "done", "to", box=None)
    with _opened(data_dir) as store:
        for one in Batches(store).of_owner(OWNER):
            day = f"{one.created_at:%Y-%m-%d %H:%M}"
            table.add_row(one.id, plain(one.name or "–"), day, one.state, f"{one.total:,}", f"{one.done:,}",
                          one.destination or "–")  # fmt: skip
    console(sys.stdout).print(table)


@batch.command()
def report(
    identifier: str = typer.Argument(..., metavar="ID"), *, out: list[Path] = _OUT, data_dir: Path | None = _DATA_DIR
) -> None:
    """Write the results of a run again, in any format, finished or not."""
    from pharmcheck.cli.batch_results import write_results

    check_results(out)
    if not out:
        raise UsageError("Say where the results go, as in --out results.xlsx.")
    with _opened(data_dir) as store:
        write_results(store, _find(store, identifier), out)


@batch.command()
def compare(
    before: str = typer.Argument(..., metavar="A", help="Id of the earlier run."),
    after: str = typer.Argument(..., metavar="B", help="Id of the later run."),
    *,
    out: Path | None = typer.Option(None, "--out", metavar="RESULT", help="Also as a file: .csv or .html."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Say what changed between two runs: worse, came back, vanished, better."""
    from pharmcheck.cli.batch_results import print_changes, write_changes

    if out is not None and out.suffix.lower() not in (".csv", ".html"):
        raise UsageError(f"--out {out}: changes are written as .csv or .html.")
    with _opened(data_dir) as store:
        first, second = _find(store, before), _find(store, after)
        if out is not None:
            write_changes(store, first, second, out)
        print_changes(store, first, second)


@batch.command()
def cancel(identifier: str = typer.Argument(..., metavar="ID"), *, data_dir: Path | None = _DATA_DIR) -> None:
    """Call a run off for good.  Its answers so far stay."""
    from datetime import UTC, datetime

    from pharmcheck.cli.screen import say
    from pharmcheck.store import Batches, CheckQueue

    with _opened(data_dir) as store:
        found = _find(store, identifier)
        Batches(store).cancel(found.id, datetime.now(UTC))
        ended = CheckQueue(store).cancel_batch(found.id, datetime.now(UTC))
    say(f"Called off; {ended:,} sites will not be looked at.")


def check_results(files: list[Path]) -> None:
    """Find out before the visits whether the results can be written."""
    import os

    from pharmcheck.exports import FORMATS, form_of

    for file in files:
        if form_of(file.name) is None:
            raise UsageError(f"--out {file}: the name must end in {', '.join(f'.{form}' for form in FORMATS)}.")
        if not file.parent.is_dir() or not os.access(file.parent, os.W_OK) or file.is_dir():
            raise UsageError(f"--out {file}: the file cannot be written there.")


def _opened(data_dir: Path | None) -> Store:
    from pharmcheck.cli import options
    from pharmcheck.store import Store

    return Store.open(options.settings_for(data_dir))


def _find(store: Store, identifier: str) -> Batch:
    from pharmcheck.cli.batch_run import OWNER
    from pharmcheck.store import Batches

    found = Batches(store).get(identifier)
    if found is None or found.owner != OWNER:
        raise UsageError(f"There is no run {identifier}; `pharmcheck batch list` shows them.")
    return found

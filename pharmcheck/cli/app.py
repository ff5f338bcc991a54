"""The command tree, and the one place where errors become sentences and exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer
import typer.main
from typer.core import TyperGroup

from pharmcheck import __version__
from pharmcheck.cli.batch import batch
from pharmcheck.cli.check import check
from pharmcheck.cli.evidence import evidence
from pharmcheck.cli.forget import forget
from pharmcheck.cli.keys import keys
from pharmcheck.cli.lists import lists
from pharmcheck.cli.networks import networks
from pharmcheck.cli.officers import officers
from pharmcheck.cli.registers import registers
from pharmcheck.cli.replay import replay
from pharmcheck.cli.rules import rules
from pharmcheck.cli.serve import serve
from pharmcheck.cli.watch import watch
from pharmcheck.errors import PharmcheckError, UsageError

if TYPE_CHECKING:
    from typer._click import Command, Context

USAGE, OURS, PIPE_CLOSED = 2, 4, 141  # 141 as shells say it: 128 + SIGPIPE; nobody read the answer

_EXAMPLES = """Tells whether an online pharmacy can be trusted, and proves it.

\b
Examples:
  pharmcheck check https://pharmacy.example.com/
  pharmcheck check --destination DE --json one.example.com two.example.com
  pharmcheck check saved-visit.warc.gz
  pharmcheck check - < addresses.txt
  pharmcheck batch complaints.xlsx --out results.xlsx
  pharmcheck demo --once
"""


class Guarded(TyperGroup):
    """A command tree in which nothing ends in a traceback."""

    def invoke(self, ctx: Context) -> object:
        """Run a command; turn whatever it raises into one sentence on stderr and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a closed pipe can still be handled
        except (typer.Exit, typer.Abort, typer.TyperException, EOFError):
            raise  # typer's own ways to end
        except BrokenPipeError:
            _let_go_of_stdout()
            raise typer.Exit(PIPE_CLOSED) from None
        except UsageError as error:
            raise typer.Exit(_say(error, USAGE)) from None
        except PharmcheckError as error:
            raise typer.Exit(_say(error, OURS)) from None
        except Exception as error:  # noqa: BLE001 - the promise is: one sentence, whatever happens
            if isinstance(error, OSError):
                _let_go_of_stdout()  # perhaps it is full; Python would complain again at exit
            raise typer.Exit(_say_unexpected(error)) from None
        return result


app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: quick, and the same on every terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(check)
app.command()(replay)
app.command()(serve)
app.command()(forget)
app.add_typer(batch, name="batch")
app.add_typer(registers, name="registers")
app.add_typer(rules, name="rules")
app.add_typer(keys, name="keys")
app.add_typer(officers, name="officers")
app.add_typer(lists, name="lists")
app.add_typer(networks, name="networks")
app.add_typer(evidence, name="evidence")
app.add_typer(watch, name="watch")


def command() -> Command:
    """The command tree, ready to run."""
    return typer.main.get_command(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pharmcheck {__version__}")
        raise typer.Exit


@app.callback(help=_EXAMPLES)
def _root(
    *,
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version of the program and exit."
    ),
) -> None:
    pass


@app.command()
def demo(once: bool = typer.Option(False, "--once", help="Check the sample shops, print the table and end.")) -> None:
    """Serve sample shops on loopback, honest and rogue, and check them."""
    from pharmcheck.cli.screen import console
    from pharmcheck.demo import run

    raise typer.Exit(run(once=once, console=console(sys.stdout)))


@app.command()
def version() -> None:
    """Show the versions of the program, its rules and Python."""
    from pharmcheck.errors import RulesetError
    from pharmcheck.ruleset import load_ruleset

    typer.echo(f"pharmcheck {__version__}")
    try:
        typer.echo(f"ruleset {load_ruleset().version}")
    except RulesetError:
        typer.echo("ruleset: cannot be loaded; run: pharmcheck rules lint")
    typer.echo(f"python {sys.version.split()[0]}")


def _say(error: PharmcheckError, code: int) -> int:
    from pharmcheck.cli.screen import say

    say(str(error))
    return code


def _say_unexpected(error: Exception) -> int:
    from pharmcheck.cli.screen import say, say_details

    try:
        say("Something went wrong inside pharmcheck. PHARMCHECK_DEBUG=1 shows the details.")
        say_details(error)
    except Exception:  # noqa: BLE001, S110 - stderr is gone; the exit code still tells
        pass
    return OURS


def _let_go_of_stdout() -> None:
    """Point stdout at nothing, or Python complains once more when it flushes at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # a test's stdout has no file behind it

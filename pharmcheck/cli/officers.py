"""`pharmcheck officers`: who may come to the desk.  A password is asked for or read from stdin, never an argument:
arguments stand in the history of the shell and in every list of processes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pharmcheck.errors import UsageError

officers = typer.Typer(help="Let people in to the desk, list them, keep them out.", no_args_is_help=True,
                       rich_markup_mode=None, add_completion=False)  # fmt: skip

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept.")
_NAME = typer.Argument(..., help="The name that the person signs in with.")


@officers.command()
def add(
    name: str = _NAME,
    *,
    role: str = typer.Option("officer", help="reader, officer or admin."),
    no_password: bool = typer.Option(False, "--no-password", help="Only a reverse proxy says that it is this person."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Let somebody in.  Asks for the password; when stdin is no terminal, its first line is the password."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.store import Officers, Role, Store, hash_password

    if role not in set(Role):
        raise UsageError(f"--role {role}: choose from {', '.join(Role)}.")
    password = None if no_password else hash_password(_ask(name))
    with Store.open(options.settings_for(data_dir)) as store:
        made = Officers(store).add(name, Role(role), password, datetime.now(UTC))
    say(f"{made.name} may come to the desk as {made.role}.")


@officers.command("list")
def show(data_dir: Path | None = _DATA_DIR) -> None:
    """List everybody; passwords are not kept."""
    from rich.table import Table

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import console, plain
    from pharmcheck.store import Officers, Store

    table = Table("name", "role", "since", "signs in by", "state", box=None)
    with Store.open(options.settings_for(data_dir)) as store:
        for one in Officers(store).all():
            state = f"disabled {one.disabled_at:%Y-%m-%d}" if one.disabled_at else "open"
            way = "password" if one.has_password else "proxy"
            table.add_row(plain(one.name), one.role.value, f"{one.created_at:%Y-%m-%d}", way, state)
    console(sys.stdout).print(table)


@officers.command()
def disable(name: str = _NAME, data_dir: Path | None = _DATA_DIR) -> None:
    """Let somebody in no more, at once.  What they handed in and said stays."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.store import Officers, Store

    with Store.open(options.settings_for(data_dir)) as store:
        if not Officers(store).disable(name, datetime.now(UTC)):
            raise UsageError(f"There is nobody named {name}; `pharmcheck officers list` shows everybody.")
    say(f"{name} is let in no more.")


@officers.command()
def password(name: str = _NAME, data_dir: Path | None = _DATA_DIR) -> None:
    """Give somebody another password; ends their sessions.  Asked for as by `add`."""
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.store import Officers, Store, hash_password

    kept = hash_password(_ask(name))
    with Store.open(options.settings_for(data_dir)) as store:
        if not Officers(store).set_password(name, kept):
            raise UsageError(f"There is nobody named {name}; `pharmcheck officers list` shows everybody.")
    say(f"{name} signs in with the new password from now on.")


def _ask(name: str) -> str:
    """A password, from whoever sits at the terminal or from stdin.  Raises UsageError."""
    from getpass import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass(f"Password for {name}: ")
    if getpass("Once more: ") != first:
        raise UsageError("The two are not the same; nothing was changed.")
    return first

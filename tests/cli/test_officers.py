"""`pharmcheck officers`: who may come to the desk; a password is never an argument and never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pharmcheck.settings import load_settings
from pharmcheck.store import Officers, Role, Store
from tests.cli.conftest import Run, Start

PASSWORD = "correct horse battery"


def people(data_dir: Path) -> dict[str, tuple[Role, bool, bool]]:
    """Name → role, whether there is a password, whether disabled."""
    with Store.open(load_settings(data_dir)) as store:
        return {one.name: (one.role, one.has_password, bool(one.disabled_at)) for one in Officers(store).all()}


def signs_in(data_dir: Path, name: str, password: str) -> bool:
    from datetime import UTC, datetime

    with Store.open(load_settings(data_dir)) as store:
        return Officers(store).sign_in(name, password, datetime.now(UTC)) is not None


def test_people_are_let_in_listed_and_kept_out(run: Run, data_dir: Path) -> None:
    """The password comes by stdin and goes nowhere else."""
    made = run("officers", "add", "Ada", "--role", "admin", stdin=f"{PASSWORD}\n")
    assert (made.exit_code, made.stdout) == (0, "")
    assert run("officers", "add", "proxied", "--no-password").exit_code == 0
    listed = run("officers", "list")
    assert "ada" in listed.stdout
    assert PASSWORD not in made.output + listed.output
    assert people(data_dir) == {"ada": (Role.ADMIN, True, False), "proxied": (Role.OFFICER, False, False)}
    assert signs_in(data_dir, "ada", PASSWORD)

    assert run("officers", "password", "ada", stdin="another horse battery\r\n").exit_code == 0
    assert signs_in(data_dir, "ada", "another horse battery")
    assert run("officers", "disable", "ada").exit_code == 0
    assert not signs_in(data_dir, "ada", "another horse battery")
    assert "disabled" in run("officers", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("add", "ada"), "short\n", "12 to 200 characters"),
        (("add", "ada"), "", "12 to 200 characters"),
        (("add", "a b"), f"{PASSWORD}\n", "letters a–z"),
        (("add", "ada", "--role", "king"), f"{PASSWORD}\n", "reader, officer, admin"),
        (("disable", "nobody"), "", "nobody named nobody"),
        (("password", "nobody"), f"{PASSWORD}\n", "nobody named nobody"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    run: Run, data_dir: Path, arguments: tuple[str, ...], stdin: str, sentence: str
) -> None:
    """Exit code 2, and nobody is let in."""
    answer = run("officers", *arguments, stdin=stdin)
    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert people(data_dir) == {}


@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_a_terminal_is_asked_without_showing_what_is_typed(start: Start, data_dir: Path) -> None:
    """Twice, so that a slip of the hand lets nobody in."""
    import pty

    ours, theirs = pty.openpty()
    process = start("officers", "add", "ada", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    prompts = [b"Password for ada: ", b"Once more: "]
    try:  # when nobody has it open any more, reading a terminal fails or gives nothing: no line waits for ever
        while heard := os.read(ours, 1024):
            shown += heard
            if prompts and prompts[0] in shown:
                prompts.pop(0)
                os.write(ours, f"{PASSWORD}\n".encode())
    except OSError:
        pass
    process.wait()
    os.close(ours)

    assert process.returncode == 0, shown
    assert PASSWORD.encode() not in shown
    assert people(data_dir)["ada"] == (Role.OFFICER, True, False)

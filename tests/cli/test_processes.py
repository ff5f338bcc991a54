"""The program as a process: signals, pipes, terminals, start-up, and never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pharmcheck.settings import load_settings
from pharmcheck.store import Store
from tests.yardstick import PATIENCE_S, assert_costs

Start = Callable[..., "subprocess.Popen[bytes]"]
MakeArchive = Callable[..., Path]
DANGER, UNVERIFIED, TARPIT = "pillswift.example", "elmstreetrx.example", "tarpit-meds.example"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of another kind")


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), err.decode()


def on_a_terminal(start: Start, *arguments: str | Path, **env: str) -> tuple[int, str]:
    """Run with stdout and stderr on one pseudo-terminal; what it showed."""
    ours, theirs = os.openpty()
    process = start(*arguments, stdout=theirs, stderr=theirs, env={"TERM": "xterm-256color", **env})
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


# The tarpit must still be at it when the key is pressed, however slow the machine.
_PATIENT = {"PHARMCHECK_VISIT_DEADLINE_S": "3600", "PHARMCHECK_FETCH_DEADLINE_S": "600"}


def test_ctrl_c_ends_with_130_and_keeps_what_is_done(
    start: Start, way: list[str], data_dir: Path, tmp_path: Path
) -> None:
    """The finished site is printed, stored and in the archive; the tarpit is left; one sentence, no traceback."""
    archive = tmp_path / "seen.warc.gz"
    process = start("check", "--json", "--save-capture", archive, UNVERIFIED, TARPIT, *way, env=_PATIENT)
    assert process.stdout is not None
    first = process.stdout.readline()

    process.send_signal(signal.SIGINT)
    code, rest, err = finish(process)

    assert (code, rest) == (130, "")
    assert json.loads(first)["address"]["host"] == UNVERIFIED
    assert err == "pharmcheck: Interrupted; 1 of 2 targets are done and stored.\n"
    assert archive.is_file()
    with Store.open(load_settings(data_dir)) as store:
        assert [verdict.host for verdict in store.verdicts()] == [UNVERIFIED]


def test_ctrl_c_prints_what_waited_for_its_turn(start: Start, way: list[str], data_dir: Path) -> None:
    """A site that was done behind a slow one is not lost to the reader."""
    process = start("check", "--json", TARPIT, UNVERIFIED, *way, env=_PATIENT)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        time.sleep(0.3)
        if (data_dir / "captures").is_dir() and list((data_dir / "captures").rglob("*.warc.gz")):
            break
    time.sleep(0.5)

    process.send_signal(signal.SIGINT)
    code, out, _ = finish(process)

    assert code == 130
    assert [json.loads(line)["address"]["host"] for line in out.splitlines()] == [UNVERIFIED]


def test_a_reader_that_leaves_ends_the_program_quietly(start: Start, make_archive: MakeArchive) -> None:
    """As with `| head -0`: no traceback, no complaint at exit, and not the code for danger."""
    process = start("check", make_archive("one.example.com"))
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, err = process.communicate(timeout=120)

    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_a_sentence_and_4(start: Start, make_archive: MakeArchive) -> None:
    """An answer that could not be written is our failure, not the site's."""
    with Path("/dev/full").open("wb") as full:
        code, _, err = _finish_without_stdout(start("check", "--json", make_archive("one.example.com"), stdout=full))

    assert code == 4
    assert err.startswith("pharmcheck: ")
    assert len(err.splitlines()) == 1


def _finish_without_stdout(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, "", err.decode()


def test_a_terminal_gets_colours_and_progress(start: Start, way: list[str]) -> None:
    """While pages load something moves; the answer has its colour, its symbol and its word."""
    code, shown = on_a_terminal(start, "check", UNVERIFIED, *way)

    assert code == 0
    assert "\x1b[1;33m" in shown
    assert "Looking at elmstreetrx[.]example" in shown
    assert "? Unclear" in shown
    assert "\x1b]8;" not in shown


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_plain_text_gets_it(env: dict[str, str], start: Start, way: list[str]) -> None:
    """NO_COLOR and dumb terminals: not one escape sequence, and no progress."""
    code, shown = on_a_terminal(start, "check", UNVERIFIED, *way, **env)

    assert code == 0
    assert "\x1b" not in shown
    assert "Looking at" not in shown


def test_escape_sequences_on_a_page_do_not_reach_the_terminal(start: Start, make_archive: MakeArchive) -> None:
    """Through the whole program: page → reading → verdict → screen, as text and as JSON."""
    file = make_archive("one.example.com", extra="\x1b]0;owned\x07 \x9b31m \x1b[2J [red]no prescription required[/red]")

    for arguments in (["check", file], ["check", "--json", file]):
        code, out, err = finish(start(*arguments))
        assert code == 1
        assert not [char for char in out + err if (ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) <= 0x9F]


def test_dangerous_addresses_are_not_clickable_in_real_output(start: Start, make_archive: MakeArchive) -> None:
    """Terminals make links of anything that looks like one."""
    code, out, _ = finish(start("check", make_archive("pills.example.com")))

    assert code == 1
    assert "pills.example.com" not in out
    assert "hxxps://pills[.]example[.]com/" in out


def test_an_unexpected_failure_is_a_sentence_and_details_are_for_those_who_ask(
    start: Start, make_archive: MakeArchive, tmp_path: Path
) -> None:
    """A bug of ours shows itself politely: 4, one line; PHARMCHECK_DEBUG=1 adds the rest."""
    (tmp_path / "sitecustomize.py").write_text(
        "import pharmcheck.ruleset\n"
        "def broken(*_):\n    raise ZeroDivisionError('inner \\x1b[31m detail')\n"
        "pharmcheck.ruleset.load_ruleset = broken\n"
    )
    file = make_archive("one.example.com")

    code, out, err = finish(start("check", file, env={"PYTHONPATH": str(tmp_path)}))
    loud = finish(start("check", file, env={"PYTHONPATH": str(tmp_path), "PHARMCHECK_DEBUG": "1"}))

    assert (code, out) == (4, "")
    assert err == "pharmcheck: Something went wrong inside pharmcheck. PHARMCHECK_DEBUG=1 shows the details.\n"
    assert loud[0] == 4
    assert "ZeroDivisionError: inner \\x1b[31m detail" in loud[2]


def test_a_wrong_setting_is_a_sentence(start: Start, way: list[str]) -> None:
    """It names the variable, and gives 2: the caller can put it right."""
    code, out, err = finish(start("check", UNVERIFIED, *way, env={"PHARMCHECK_PAGE_BUDGET": "many"}))

    assert (code, out) == (2, "")
    assert err.startswith("pharmcheck: A setting is wrong. PHARMCHECK_PAGE_BUDGET: ")


def test_help_is_quick(start: Start) -> None:
    """Asking how to use it loads no parser, no rules and no database.

    Measured against what draws the help, which nobody can do without.
    """

    def ask() -> None:
        code, out, _ = finish(start("--help"))
        assert code == 0
        assert "pharmcheck check https://pharmacy.example.com/" in out

    def load_what_draws_it() -> None:
        subprocess.run([sys.executable, "-c", "import rich, typer"], check=True)

    assert_costs(ask, 3, beside=load_what_draws_it)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    """What a command needs, it imports when it runs."""
    heavy = "rich httpx sqlalchemy alembic pydantic re2 bs4 lxml tldextract phonenumbers yaml warcio asyncio".split()
    code = f"import sys, pharmcheck.cli.app; print([name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"

"""`pharmcheck check`: what may be handed in, what comes out, and the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pharmcheck.capture import read_warc
from pharmcheck.cli.check import FailOn, exit_code
from pharmcheck.model import Category

Run = Callable[..., Result]
MakeArchive = Callable[..., Path]
DANGER, UNVERIFIED, WALL = "pillswift.example", "elmstreetrx.example", "wallgate-pharmacy.example"


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def hosts(result: Result) -> list[str]:
    return [document["address"]["host"] for document in documents(result)]


def test_several_addresses_come_out_in_the_order_they_went_in(run: Run, way: list[str]) -> None:
    """One contract document a line and nothing else on stdout; the worst category decides the exit code."""
    result = run("check", "--json", UNVERIFIED, DANGER, *way)

    assert hosts(result) == [UNVERIFIED, DANGER]
    assert [document["category"] for document in documents(result)] == ["unverified", "danger"]
    assert all(document["schema"] == "pharmcheck.verdict/1" for document in documents(result))
    assert result.exit_code == 1
    assert result.stderr == ""


def test_a_site_that_could_not_be_checked_gives_3(run: Run, way: list[str]) -> None:
    """A wall is neither good nor bad, and a script must see the difference."""
    result = run("check", "--json", WALL, UNVERIFIED, *way)

    assert documents(result)[0]["category"] == "could_not_check"
    assert result.exit_code == 3


def test_a_refused_address_gives_2_and_the_others_are_judged(run: Run, way: list[str]) -> None:
    """The refusal is a sentence on stderr; data stays data."""
    result = run("check", "--json", "localhost", UNVERIFIED, "http://10.0.0.1/", *way)

    assert hosts(result) == [UNVERIFIED]
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0].startswith("pharmcheck: localhost: The name has no ending")
    assert "10.0.0.1" in result.stderr.splitlines()[1]


@pytest.mark.parametrize(
    ("categories", "fail_on", "refused", "ours", "expected"),
    [
        ([], "danger", False, False, 0),
        (["verified", "verified_elsewhere", "unverified", "not_a_pharmacy"], "danger", False, False, 0),
        (["caution"], "danger", False, False, 0),
        (["caution"], "caution", False, False, 1),
        (["danger"], "danger", False, False, 1),
        (["danger"], "caution", False, False, 1),
        (["could_not_check", "verified"], "danger", False, False, 3),
        (["could_not_check", "danger"], "danger", False, False, 1),
        (["could_not_check", "caution"], "danger", False, False, 3),
        (["danger", "could_not_check"], "danger", False, True, 4),
        (["danger"], "danger", True, True, 2),
        ([], "danger", True, False, 2),
    ],
)
def test_the_first_exit_code_that_applies_wins(
    categories: list[str], fail_on: str, refused: bool, ours: bool, expected: int
) -> None:
    """2 before 4 before 1 before 3 before 0: the contract of DESIGN section 6."""
    found = {Category(category) for category in categories}

    assert exit_code(found, FailOn(fail_on), refused=refused, ours=ours) == expected


def test_an_archive_is_judged_without_network_and_without_the_store(
    run: Run, make_archive: MakeArchive, data_dir: Path
) -> None:
    """Many sites in one file, one verdict each; no data folder is made."""
    file = make_archive("one.example.com", "two.example.org", "shop.example.com")

    result = run("check", "--json", file)

    domains = [document["address"]["registrable_domain"] for document in documents(result)]
    assert sorted(domains) == ["example.com", "example.org"]
    assert result.exit_code == 1
    assert not data_dir.exists()


@pytest.mark.parametrize("content", [None, b"", b"no archive at all", b"\x1f\x8b\x08broken"])
def test_an_unreadable_archive_gives_2(
    content: bytes | None, run: Run, tmp_path: Path, make_archive: MakeArchive
) -> None:
    """Missing, empty or nonsense: a sentence with its name, and the good one beside it is still judged."""
    file = tmp_path / "bad.warc.gz"
    if content is not None:
        file.write_bytes(content)

    result = run("check", "--json", file, make_archive("one.example.com"))

    assert result.exit_code == 2
    assert "bad.warc.gz" in result.stderr
    assert len(documents(result)) == 1


def test_only_unreadable_targets_print_nothing_on_stdout(run: Run, tmp_path: Path) -> None:
    """Nothing to judge, nothing to load: quick, and two sentences."""
    result = run("check", tmp_path / "none.warc", "not an address at all")

    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 2


def test_addresses_come_from_stdin_one_a_line(run: Run, way: list[str]) -> None:
    """Empty lines and remarks are skipped; a byte-order mark and Windows line ends are nobody's fault."""
    lines = f"\ufeff# my list\r\n{UNVERIFIED}\r\n\r\nhxxps://{DANGER.replace('.', '[.]')}/\r\nlocalhost\r\n"

    result = run("check", "--json", "-", *way, stdin=lines)

    assert hosts(result) == [UNVERIFIED, DANGER]
    assert result.exit_code == 2
    assert result.stderr.startswith("pharmcheck: localhost")


def test_a_list_on_stdin_cannot_open_files(run: Run, make_archive: MakeArchive) -> None:
    """A list may come from anywhere; only what stands on the command line names a file."""
    result = run("check", "-", stdin=str(make_archive("one.example.com")))

    assert (result.exit_code, result.stdout) == (2, "")


def test_an_empty_list_is_a_usage_error(run: Run) -> None:
    """Nothing checked must not look like nothing found."""
    result = run("check", "-", stdin="\n# nothing\n")

    assert result.exit_code == 2
    assert "no address on stdin" in result.stderr


def test_the_destination_reaches_the_verdict(run: Run, make_archive: MakeArchive) -> None:
    """Lower case is fine, and UK means what everybody means by it."""
    result = run("check", "--json", "--destination", "uk", make_archive("one.example.com"))

    assert documents(result)[0]["destination"] == "GB"


def test_the_captures_are_saved_as_one_archive_that_can_be_checked(run: Run, way: list[str], tmp_path: Path) -> None:
    """What was seen can be handed on and judged again offline, to the same verdicts."""
    file = tmp_path / "seen.warc.gz"
    live = run("check", "--json", "--save-capture", file, UNVERIFIED, DANGER, *way)

    again = run("check", "--json", file)

    assert {capture.address.host for capture in read_warc(file)} == {UNVERIFIED, DANGER}
    assert {(d["address"]["host"], d["category"], d["score"], d["capture_id"]) for d in documents(live)} == {
        (d["address"]["host"], d["category"], d["score"], d["capture_id"]) for d in documents(again)
    }


def test_a_stored_capture_is_saved_too(run: Run, way: list[str], tmp_path: Path) -> None:
    """Asking for the bytes of a stored verdict needs no second visit."""
    first = documents(run("check", "--json", UNVERIFIED, *way))[0]
    file = tmp_path / "seen.warc.gz"

    second = run("check", "--json", "--save-capture", file, UNVERIFIED, *way)

    assert documents(second)[0]["capture_id"] == first["capture_id"]
    assert [capture.address.host for capture in read_warc(file)] == [UNVERIFIED]


@pytest.mark.parametrize("name", ["seen.zip", "seen.warc", "nowhere/seen.warc.gz"])
def test_a_place_where_the_archive_cannot_go_is_refused_before_the_visit(name: str, run: Run, tmp_path: Path) -> None:
    """Nobody waits a minute for a visit to learn of a typing error."""
    result = run("check", UNVERIFIED, "--save-capture", tmp_path / name)

    assert result.exit_code == 2
    assert "--save-capture" in result.stderr


def test_nothing_captured_writes_no_archive(run: Run, tmp_path: Path, make_archive: MakeArchive) -> None:
    """An archive appears whole or not at all, and leaves nothing beside it."""
    folder = tmp_path / "out"
    folder.mkdir()

    run("check", "localhost", "--save-capture", folder / "seen.warc.gz")

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "a.example.com", "--fail-on", "unverified"],
        ["check", "a.example.com", "--destination", "XX"],
        ["check", "a.example.com", "--destination", "Germany"],
        ["check", "a.example.com", "--resolve", "a.example.com:443"],
        ["check", "a.example.com", "--resolve", "a.example.com:443:::1"],
        ["check", "a.example.com", "--resolve", "a.example.com:0:127.0.0.1"],
        ["check", "a.example.com", "--resolve", "a.example.com:443:999.0.0.1"],
        ["check", "a.example.com", "--allow-network", "127.0.0.1/8"],
        ["check", "a.example.com", "--allow-network", "all"],
        ["check", "a.example.com", "--ca-file", "/nowhere.pem"],
        ["check", "a.example.com", "--ca-file", __file__],
        ["check", "--frobnicate"],
        ["replay", "--at", "yesterday"],
        ["rules", "lint", "--rules", "/nowhere"],
        ["frobnicate"],
    ],
)
def test_a_wrong_use_is_a_sentence_and_2(arguments: list[str], run: Run) -> None:
    """Stdout stays empty, stderr says what to write instead."""
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"^(pharmcheck: |Error: )", result.stderr, re.MULTILINE)
    assert "Traceback" not in result.stderr

"""`pharmcheck evidence`, and `check` on what it made."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import DANGER, Run
from tests.yardstick import PATIENCE_S


def test_a_visit_is_packed_written_down_and_judged_again(run: Run, way: list[str], tmp_path: Path) -> None:
    """By the id that the verdict names; reports by the ending of the file."""
    visited = json.loads(run("check", "--json", DANGER, *way).stdout)
    package, paper, bundle = (tmp_path / f"case.{ending}" for ending in ("wacz", "pdf", "stix.json"))

    packed = run("evidence", "export", visited["capture_id"], "--out", package)
    checked = json.loads(run("check", "--json", package).stdout)
    for file in (paper, bundle):
        assert run("evidence", "report", visited["capture_id"], "--out", file).exit_code == 0

    assert packed.exit_code == 0, packed.output
    assert checked["reasons"] == visited["reasons"]
    assert checked["checked_at"] == visited["checked_at"]
    assert paper.read_bytes().startswith(b"%PDF-")
    objects = json.loads(bundle.read_bytes())["objects"]
    assert objects[0]["name"] == "TLP:GREEN"
    assert [one["confidence"] for one in objects if one["type"] == "indicator"] == [85]


def test_custody_is_written_as_it_happens(run: Run, way: list[str], tmp_path: Path) -> None:
    """A second package tells of the first, and of who held it against itself and judged it again."""
    visited = json.loads(run("check", "--json", DANGER, *way).stdout)
    first, second = tmp_path / "first.wacz", tmp_path / "second.wacz"

    assert run("evidence", "export", visited["capture_id"], "--out", first).exit_code == 0
    noted = run("evidence", "verify", "--replay", first, "--note", tmp_path / "nowhere")
    assert noted.exit_code == 2
    verified = run("evidence", "verify", "--replay", first, "--note", tmp_path / "data")
    assert run("evidence", "export", visited["capture_id"], "--out", second).exit_code == 0

    assert "Noted in the log of custody of 1 check." in verified.stderr
    assert [log_of(package) for package in (first, second)] == [
        ["captured", "judged"],
        ["captured", "judged", "exported", "verified", "replayed"],
    ]
    assert run("evidence", "verify", second).exit_code == 0


def log_of(package: Path) -> list[str]:
    """What happened to the one check of a package before it was packed."""
    with zipfile.ZipFile(package) as opened:
        (name,) = (name for name in opened.namelist() if re.fullmatch(r"checks/\w+\.custody\.jsonl", name))
        return [json.loads(line)["action"] for line in opened.read(name).splitlines()]


def test_an_archive_is_packed_and_its_package_leads_to_the_same_verdict_until_it_is_altered(
    run: Run, make_archive: Callable[..., Path], tmp_path: Path
) -> None:
    """`verify --replay` says so, and `check` prints each verdict; an altered package is told, and not judged."""
    package = tmp_path / "case.wacz"
    run("evidence", "export", make_archive("pills.example.com", "meds.example.net"), "--out", package)

    verified, checked = run("evidence", "verify", "--replay", package), run("check", "--json", package)
    data = bytearray(package.read_bytes())
    data[data.index(b'"category":"danger"') + 12] ^= 1
    package.write_bytes(data)
    altered, refused = run("evidence", "verify", package), run("check", package)

    assert verified.exit_code == 0, verified.output
    assert verified.stdout.count("the same verdict, byte for byte") == 2
    assert checked.exit_code == 1  # a danger was found
    assert {json.loads(line)["address"]["host"] for line in checked.stdout.splitlines()} == {
        "pills.example.com", "meds.example.net",
    }  # fmt: skip
    assert altered.exit_code == 1
    assert "ALTERED" in altered.stdout
    assert ".verdict.json: " in altered.stdout
    assert refused.exit_code == 2
    assert "was altered" in refused.stderr


def test_a_key_signs_and_whoever_verifies_may_insist_on_it(
    run: Run, make_archive: Callable[..., Path], tmp_path: Path
) -> None:
    """The public half is told by another way than the package."""
    ours = run("evidence", "key").stdout.strip()
    other = run("evidence", "key", "--key", tmp_path / "other.pem").stdout.strip()
    file = tmp_path / "signed.wacz"
    run("evidence", "export", make_archive("pills.example.com"), "--out", file)

    assert run("evidence", "verify", file, "--public-key", ours).exit_code == 0
    assert run("evidence", "verify", file, "--public-key", other).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export", "nowhere.example.com", "--out", "OUT.wacz"], "no verdict about nowhere.example.com"),
        (["export", "0" * 32, "--out", "OUT.wacz"], "There is no check"),
        (["export", "none.warc.gz", "--out", "OUT.wacz"], "no such file"),
        (["export", "pills.example.com", "--out", "OUT.zip"], "must end in .wacz"),
        (["verify", "none.wacz"], "cannot be read"),
        (["verify", "none.wacz", "--authority", "none.pem"], "no certificate"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    """One sentence, exit 2, no file left behind."""
    there = [str(tmp_path / part) if part.startswith("OUT") else part for part in arguments]

    done = run("evidence", *there)

    assert done.exit_code == 2
    assert sentence in done.output
    assert not list(tmp_path.glob("OUT*"))


@pytest.mark.xdist_group("chromium")
def test_a_picture_is_packed_with_its_own_time(
    run: Run, way: list[str], tmp_path: Path, chromium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How the site looks at export, by the sealed browser; without one, a sentence."""
    visited = json.loads(run("check", "--json", DANGER, *way).stdout)
    file = tmp_path / "case.wacz"
    without = run("evidence", "export", visited["capture_id"], "--out", file, "--picture", *way)
    monkeypatch.setenv("PHARMCHECK_CHROMIUM", str(chromium))
    monkeypatch.setenv("PHARMCHECK_FETCH_DEADLINE_S", str(PATIENCE_S))
    monkeypatch.setenv("PHARMCHECK_VISIT_DEADLINE_S", str(PATIENCE_S))

    packed = run("evidence", "export", visited["capture_id"], "--out", file, "--picture", *way)

    assert without.exit_code == 2
    assert "PHARMCHECK_CHROMIUM" in without.stderr
    assert packed.exit_code == 0, packed.output
    assert run("evidence", "verify", file).exit_code == 0
    with zipfile.ZipFile(file) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".picture.png"))
        picture = opened.read(name)
        log = [json.loads(line) for line in opened.read("evidence/custody.jsonl").splitlines()]
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) >= 1000  # pixels wide
    assert [entry["action"] for entry in log] == ["captured", "kept", "exported"]
    assert log[0]["object"] == name

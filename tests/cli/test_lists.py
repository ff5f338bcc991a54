"""`pharmcheck lists`: a key, a build, and sentences for whoever did something else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pharmcheck.classlists import Shelf
from pharmcheck.settings import load_settings
from tests.cli.conftest import DANGER, Run


def test_a_key_is_made_once(run: Run, data_dir: Path) -> None:
    """Its public half on stdout, the same every time; the file is its owner's only."""
    first = run("lists", "key")
    assert first.exit_code == 0
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", first.stdout)
    assert "Keep a copy" in first.stderr
    assert run("lists", "key").stdout == first.stdout
    file = data_dir / "classlists-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600


def test_lists_are_made_of_what_was_checked(run: Run, way: list[str], data_dir: Path, tmp_path: Path) -> None:
    """From a verdict in the store to a signed list in the data folder; a popular site is held back and told."""
    run("check", f"https://{DANGER}/", "--json", *way)
    run("lists", "key")
    built = run("lists", "build")
    assert built.exit_code == 0
    assert re.search(r"danger\s+1\s+\d+\s+\d+", built.stdout)
    shelf = Shelf(load_settings(data_dir).data_dir)
    served = shelf.list("danger.base")
    assert served is not None
    assert json.loads(served.content.split(b"\n")[0])["kind"] == "base"

    names = tmp_path / "popular.csv"
    names.write_text(f"# rank,name\n1,Example.COM\n2,{DANGER}.\n")
    built = run("lists", "build", "--popular", str(names), "--base")
    assert built.exit_code == 0
    assert re.search(r"danger\s+0\s+\d+\s+\d+", built.stdout)
    assert f"Held back: {DANGER}" in built.stderr
    again = run("lists", "build", "--popular", str(names), "--cleared", DANGER)
    assert re.search(r"danger\s+1\s", again.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "There is no key at"),
        (("--key", "/dev/null"), "holds no private key"),
        (("--key", "/"), "cannot be read"),
    ],
)
def test_without_a_key_nothing_is_built(run: Run, data_dir: Path, arguments: tuple[str, ...], says: str) -> None:
    """A sentence that says what to do, and exit code 2."""
    result = run("lists", "build", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_file_that_holds_no_names_is_refused(run: Run, data_dir: Path, tmp_path: Path) -> None:
    """An empty file would check nothing and seem to have checked all."""
    run("lists", "key")
    empty = tmp_path / "popular.txt"
    empty.write_text("# nothing\n\n")
    assert "holds no names" in run("lists", "build", "--popular", str(empty)).stderr
    assert "cannot be read" in run("lists", "build", "--popular", str(tmp_path / "missing")).stderr

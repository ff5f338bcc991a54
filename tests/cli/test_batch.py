"""`pharmcheck batch`: a list in, results out; what ends it loses nothing; runs beside each other."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pharmcheck.cli.batch_run import OWNER
from pharmcheck.settings import load_settings
from pharmcheck.store import Batch, Batches, Store
from tests.yardstick import PATIENCE_S

Run = Callable[..., Result]
Start = Callable[..., Any]
DANGER, UNVERIFIED, WALL, TARPIT = (
    "pillswift.example", "elmstreetrx.example", "wallgate-pharmacy.example", "tarpit-meds.example",
)  # fmt: skip
ONE_PAGE = {"PHARMCHECK_PAGE_BUDGET": "1"}
# The tarpit must still be at it when the run is ended, however slow the machine.
PATIENT = {**ONE_PAGE, "PHARMCHECK_VISIT_DEADLINE_S": "3600", "PHARMCHECK_FETCH_DEADLINE_S": "600"}


@pytest.fixture(autouse=True)
def _one_page_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ONE_PAGE.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., Path]:
    """Writes a list of these sites, defanged, below a header and with a row that is no address."""

    def write(*hosts: str) -> Path:
        file = tmp_path / "list.csv"
        rows = [f'{n};"hxxps://{host.replace(".", "[.]")}/"' for n, host in enumerate(hosts)]
        file.write_text("\n".join(["No;Website", *rows, "9;n/a"]) + "\n", "utf-8")
        return file

    return write


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def runs(data_dir: Path) -> list[Batch]:
    with Store.open(load_settings(data_dir)) as store:
        return Batches(store).of_owner(OWNER)


def until(true: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


def waits_for_the_tarpit(data_dir: Path) -> bool:
    """Whether all is done but the one that never ends."""
    if not (data_dir / "pharmcheck.sqlite3").exists():
        return False
    found = runs(data_dir)
    return bool(found) and found[0].states == {"done": 1, "running": 1}


def test_a_list_is_run_and_written_in_every_format(run: Run, way: list[str], listed, tmp_path: Path) -> None:
    """The worst verdict sets the exit code; the row without an address is told; a second call visits nobody."""
    out = [tmp_path / f"result.{form}" for form in ("csv", "xlsx", "jsonl", "html")]
    into = [part for file in out for part in ("--out", str(file))]
    file = listed(DANGER, WALL)

    done = run("batch", file, *into, *way)

    assert done.exit_code == 1, done.stderr
    rows = rows_of(out[0])
    assert [(row["line"], row["kind"], row["category"]) for row in rows] == [
        ("1", "ignored", ""), ("2", "repaired", "danger"), ("3", "repaired", "could_not_check"), ("4", "ignored", ""),
    ]  # fmt: skip
    assert rows[1]["host"] == "pillswift[.]example"
    whole = [json.loads(line) for line in out[2].read_text("utf-8").splitlines()]
    assert whole[1]["verdict"]["address"]["host"] == DANGER
    assert "pillswift[.]example" in out[3].read_text("utf-8")
    assert out[1].read_bytes().startswith(b"PK")
    again = run("batch", file, *into, *way)
    assert "written again" in again.stderr
    assert [json.loads(line) for line in out[2].read_text("utf-8").splitlines()] == whole


def test_a_preview_visits_nobody_and_keeps_nothing(run: Run, listed, data_dir: Path, way: list[str]) -> None:
    """Every row with what would become of it, on the screen or as JSON lines."""
    file = listed(DANGER)
    shown, told = run("batch", file, "--preview", *way), run("batch", file, "--preview", "--json", *way)

    assert shown.exit_code == told.exit_code == 0
    assert "1 sites to check" in shown.stdout
    assert "hxxps://pillswift[.]example/" in shown.stdout
    entries = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(one["line"], one["kind"]) for one in entries] == [(1, "ignored"), (2, "repaired"), (3, "ignored")]
    assert not (data_dir / "pharmcheck.sqlite3").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_a_killed_run_goes_on_where_it_stopped(
    start: Start, run: Run, way: list[str], listed, tmp_path: Path, data_dir: Path
) -> None:
    """Kill -9 in the middle: what was done is not done again, what was running is done at once, nothing is doubled."""
    file, out = listed(WALL, TARPIT), tmp_path / "result.csv"
    process = start("batch", file, "--out", out, *way, env=PATIENT)
    until(lambda: waits_for_the_tarpit(data_dir))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not out.exists()
    before = runs(data_dir)
    with Store.open(load_settings(data_dir)) as store:
        first = next(store.verdicts()).checked_at

    went_on = start("batch", file, "--out", out, *way, env={"PHARMCHECK_VISIT_DEADLINE_S": "1"})
    _, err = went_on.communicate(timeout=PATIENCE_S)

    assert went_on.returncode == 3, err
    assert b"1 of 2 sites are done" in err
    after = runs(data_dir)
    assert [one.id for one in after] == [one.id for one in before]
    assert after[0].states == {"done": 2}
    assert [row["reason_code"] for row in rows_of(out) if row["host"]] == ["blocked", "timed_out"]
    with Store.open(load_settings(data_dir)) as store:
        looked = {verdict.host: verdict.checked_at for verdict in store.verdicts()}
    assert looked[WALL] == first
    assert len(looked) == 2


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_ctrl_c_writes_what_is_done_and_says_how_to_go_on(
    start: Start, run: Run, way: list[str], listed, tmp_path: Path, data_dir: Path
) -> None:
    """What was running goes back in line, uncounted; called off, it is looked at no more."""
    file, out = listed(WALL, TARPIT), tmp_path / "result.csv"
    process = start("batch", file, "--out", out, *way, env=PATIENT)
    until(lambda: waits_for_the_tarpit(data_dir))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 130, err
    assert b"1 of 2 sites are done. The same command goes on from here" in err
    assert b"Traceback" not in err
    assert [row["state"] for row in rows_of(out)] == ["", "done", "queued", ""]
    (found,) = runs(data_dir)
    assert run("batch", "cancel", found.id).exit_code == 0
    assert runs(data_dir)[0].state == "cancelled"


def test_two_runs_are_compared(run: Run, way: list[str], listed, tmp_path: Path, data_dir: Path) -> None:
    """A second run of the same file is asked for; the same answers are the same."""
    file = listed(WALL)
    for _ in range(2):
        run("batch", file, "--out", tmp_path / "r.csv", "--fresh", *way)
    second, first = runs(data_dir)

    compared = run("batch", "compare", first.id, second.id, "--out", tmp_path / "changes.html")

    assert compared.exit_code == 0
    assert "The same: 1" in compared.stdout
    assert "What changed" in (tmp_path / "changes.html").read_text("utf-8")
    listing = run("batch", "list").stdout
    assert first.id in listing
    assert second.id in listing
    assert run("batch", "report", first.id, "--out", tmp_path / "again.jsonl").exit_code == 0
    assert len((tmp_path / "again.jsonl").read_text("utf-8").splitlines()) == 3


def test_what_cannot_be_run_is_a_sentence_and_2(run: Run, listed, way: list[str], tmp_path: Path) -> None:
    """Before anybody is visited."""
    file, pdf = listed(WALL), tmp_path / "list.pdf"
    pdf.write_bytes(b"%PDF-1.7")
    public = tmp_path / "public.txt"
    public.write_text("shop.example.com\n", "utf-8")
    for arguments, sentence in (
        ((file,), "Say where the results go"),
        ((file, "--out", "x.doc"), "must end in .csv"),
        ((file, "--out", "nowhere/x.csv"), "cannot be written"),
        ((tmp_path / "none.csv", "--out", "x.csv"), "cannot be read"),
        ((pdf, "--out", "x.csv"), "PDF"),
        ((file, "--out", "x.csv", "--column", "Phone!"), "no column"),
        ((public, "--out", "x.csv", *way), "which is a public name"),
        (("report", "0" * 32, "--out", "x.csv"), "There is no run"),
    ):
        ended = run("batch", *arguments)
        assert (ended.exit_code, len(ended.stderr.splitlines())) == (2, 1), arguments
        assert sentence in ended.stderr


def test_a_list_comes_on_stdin_too(run: Run, way: list[str], tmp_path: Path) -> None:
    """As other commands take addresses."""
    done = run("batch", "-", "--out", tmp_path / "r.jsonl", *way, stdin=f"{WALL}\n")

    assert done.exit_code == 3, done.stderr
    assert json.loads((tmp_path / "r.jsonl").read_text("utf-8"))["verdict"]["reason_code"] == "blocked"

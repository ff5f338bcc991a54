"""`pharmcheck check` and its memory: what is told again, what is looked at anew, what is never mixed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import Result

from pharmcheck.cli import looking
from pharmcheck.demo import Street
from pharmcheck.settings import load_settings
from pharmcheck.store import Store
from pharmcheck.store.tables import verdicts

Run = Callable[..., Result]
DANGER, UNVERIFIED, WALL = "pillswift.example", "elmstreetrx.example", "wallgate-pharmacy.example"


def document(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def change_stored(data_dir: Path, **values: object) -> None:
    with Store.open(load_settings(data_dir)) as store, store._engine.begin() as connection:
        connection.execute(sa.update(verdicts).values(**values))


def count_checks(data_dir: Path) -> int:
    with Store.open(load_settings(data_dir)) as store:
        return len(list(store.verdicts()))


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were really visited."""
    seen: list[str] = []
    real = looking.check_site

    async def counted(address: Any, *rest: Any, **options: Any) -> Any:
        seen.append(address.host)
        return await real(address, *rest, **options)

    monkeypatch.setattr(looking, "check_site", counted)
    return seen


def test_a_fresh_stored_verdict_answers_without_a_visit(run: Run, way: list[str], visits: list[str]) -> None:
    """The same document again, but for what the person typed this time."""
    first = document(run("check", "--json", UNVERIFIED, *way))
    second = document(run("check", "--json", f"https://{UNVERIFIED}/shop", *way))

    assert visits == [UNVERIFIED]
    assert second["address"].pop("input") == f"https://{UNVERIFIED}/shop"
    assert first["address"].pop("input") == UNVERIFIED
    assert second == first


def test_a_person_sees_how_old_a_stored_verdict_is(run: Run, way: list[str], visits: list[str]) -> None:
    """The whole explanation again, with its age and the way to a new look."""
    first = run("check", UNVERIFIED, *way)
    second = run("check", UNVERIFIED, *way)

    remark = "We looked at the site just now (stored verdict; --fresh looks again).\n"
    assert remark in second.stdout
    assert second.stdout.replace(remark, "") == first.stdout
    assert visits == [UNVERIFIED]


def test_fresh_looks_again(run: Run, way: list[str], visits: list[str], data_dir: Path) -> None:
    """Both verdicts are kept."""
    run("check", "--json", UNVERIFIED, *way)
    run("check", "--json", "--fresh", UNVERIFIED, *way)

    assert visits == [UNVERIFIED, UNVERIFIED]
    assert count_checks(data_dir) == 2


def test_another_destination_is_another_question(run: Run, way: list[str], visits: list[str]) -> None:
    """A verdict for one country says nothing about another."""
    run("check", "--json", UNVERIFIED, *way)
    german = document(run("check", "--json", "--destination", "DE", UNVERIFIED, *way))

    assert visits == [UNVERIFIED, UNVERIFIED]
    assert german["destination"] == "DE"


@pytest.mark.parametrize(
    "values",
    [{"ruleset": "2020.1.0+00000000"}, {"valid_until": datetime.now(UTC) - timedelta(seconds=1)}],
    ids=["other rules", "expired"],
)
def test_a_verdict_by_other_rules_or_past_its_date_is_not_told_again(
    values: dict[str, object], run: Run, way: list[str], visits: list[str], data_dir: Path
) -> None:
    """What is shown holds today, by today's rules."""
    run("check", "--json", UNVERIFIED, *way)
    change_stored(data_dir, **values)

    run("check", "--json", UNVERIFIED, *way)

    assert len(visits) == 2


def test_a_verdict_whose_proof_is_gone_is_looked_at_anew(
    run: Run, way: list[str], visits: list[str], data_dir: Path
) -> None:
    """Nobody is shown a verdict whose capture was lost or changed."""
    run("check", UNVERIFIED, *way)
    for file in (data_dir / "captures").rglob("*.warc.gz"):
        file.write_bytes(b"changed")

    result = run("check", UNVERIFIED, *way)

    assert len(visits) == 2
    assert result.exit_code == 0


def test_a_look_that_failed_is_tried_again(run: Run, way: list[str], visits: list[str]) -> None:
    """`could_not_check` is no verdict to rest on."""
    run("check", "--json", WALL, *way)
    run("check", "--json", WALL, *way)

    assert visits == [WALL, WALL]


def test_a_later_failure_is_told_beside_the_verdict_that_stands(
    run: Run, way: list[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own mishap gives 4 and a sentence; the old verdict stays and says so."""
    run("check", "--json", UNVERIFIED, *way)

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a secret detail")

    with monkeypatch.context() as patch:
        patch.setattr(looking, "check_site", broken)
        failed = run("check", "--json", "--fresh", UNVERIFIED, *way)
    told = run("check", UNVERIFIED, *way)

    assert (failed.exit_code, failed.stdout) == (4, "")
    assert failed.stderr == f"pharmcheck: {UNVERIFIED}: something went wrong inside pharmcheck; it was not judged.\n"
    assert told.exit_code == 0
    assert re.search(r"A later look, at .* UTC, could not check the site \(internal\)\.", told.stdout)


def test_a_failed_look_names_the_last_complete_verdict(
    run: Run, way: list[str], street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that locks us out after a bad verdict does not get a clean page."""
    run("check", "--json", DANGER, *way)
    moved = list(way)
    for port in (443, 80):
        old, new = street.places[DANGER, port], street.places[WALL, port]
        moved[moved.index(f"{DANGER}:{port}:{old[0]}:{old[1]}")] = f"{DANGER}:{port}:{new[0]}:{new[1]}"

    result = run("check", "--fresh", DANGER, *moved)

    assert result.exit_code == 3
    assert re.search(r"The last complete verdict, of \d{4}-\d\d-\d\d, was: danger\.", result.stdout)


def test_no_store_neither_uses_nor_keeps(run: Run, way: list[str], data_dir: Path) -> None:
    """A machine without a place to write can still check."""
    run("check", "--json", "--no-store", UNVERIFIED, *way)

    assert not data_dir.exists()


def test_a_staging_copy_never_answers_for_the_live_site(
    run: Run, way: list[str], street: Street, visits: list[str], data_dir: Path
) -> None:
    """A public name that was mapped by hand is judged, but neither kept nor answered from what is kept."""
    to, port = street.places[UNVERIFIED, 443]
    mapped = [*way, "--resolve", f"shop.example.com:443:{to}:{port}", "--resolve", f"shop.example.com:80:{to}:{port}"]

    run("check", "--json", "shop.example.com", *mapped)
    run("check", "--json", "shop.example.com", *mapped)

    assert visits == ["shop.example.com"] * 2
    assert count_checks(data_dir) == 0


def test_the_same_site_twice_is_visited_once(run: Run, way: list[str], visits: list[str]) -> None:
    """The second line of a list finds the answer of the first, even while they run side by side."""
    result = run("check", "--json", UNVERIFIED, f"https://{UNVERIFIED}/", *way)

    assert visits == [UNVERIFIED]
    assert len(result.stdout.splitlines()) == 2


def test_a_data_folder_that_cannot_be_used_gives_4(run: Run, way: list[str], tmp_path: Path) -> None:
    """A sentence before any visit, and never a traceback."""
    (tmp_path / "file").write_text("here first")

    result = run("check", UNVERIFIED, "--data-dir", tmp_path / "file", *way)

    assert (result.exit_code, result.stdout) == (4, "")
    assert re.fullmatch(r"pharmcheck: The data folder .* cannot be made .*\n", result.stderr)


def test_a_verdict_that_cannot_be_kept_is_still_told(run: Run, way: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs the memory, not the answer; the exit code says that something of ours failed."""
    from pharmcheck.errors import StoreError

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("The database has no room left on its disk.")

    monkeypatch.setattr(Store, "save", full)

    result = run("check", "--json", UNVERIFIED, *way)

    assert document(result)["category"] == "unverified"
    assert result.exit_code == 4
    assert "could not be kept. The database has no room" in result.stderr

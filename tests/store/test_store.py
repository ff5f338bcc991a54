"""What goes into the store comes out again, once and whole."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.errors import StoreError
from pharmcheck.model import Category, CheckState
from pharmcheck.settings import Settings
from pharmcheck.store import Store, new_check_id
from pharmcheck.store.tables import checks, evidence, findings, verdicts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Look = Callable[..., Any]


def count(store: Store, table: sa.Table) -> int:
    with store._engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_saved_check_comes_back_whole(store: Store, look: Look) -> None:
    """Address, state, times and the document are what was saved, to the letter."""
    check, capture, judgement, document = look(document='{"quote":"ohne Rezept – сейчас"}')

    store.save(check, capture, judgement, document)

    found = store.get_check(check.id)
    assert found is not None
    assert (found.address, found.state, found.created_at) == (check.address, CheckState.DONE, check.created_at)
    assert found.verdict is not None
    assert found.verdict.document == document
    assert found.verdict.category is Category.DANGER
    assert found.verdict.judged_at == check.decided_at
    assert store.load_capture(found.capture_id or "") == capture


def test_every_finding_and_its_evidence_is_a_row(store: Store, look: Look) -> None:
    """Whoever asks which rule fired where can ask the database, not only the documents."""
    check, capture, judgement, document = look(shadow=True, facts=(("medicine", "sildenafil"),))

    store.save(check, capture, judgement, document)

    with store._engine.connect() as connection:
        finding = connection.execute(sa.select(findings)).one()
        proof = connection.execute(sa.select(evidence)).one()
    assert (finding.rule_id, finding.rule_version, finding.shadow) == ("RX001", 3, True)
    assert finding.facts == '[["medicine", "sildenafil"]]'
    assert (proof.quote, proof.span_start, proof.span_end) == ("No prescription needed.", 3, 26)


def test_saving_the_same_id_again_changes_nothing(store: Store, look: Look) -> None:
    """A task that runs twice is harmless: the first answer stands."""
    check, capture, judgement, document = look()
    store.save(check, capture, judgement, document)

    store.save(replace(check, error_code="second"), capture, judgement, '{"second":true}')

    found = store.get_check(check.id)
    assert found is not None
    assert found.verdict is not None
    assert (found.error_code, found.verdict.document) == (None, document)
    assert (count(store, verdicts), count(store, findings), count(store, evidence)) == (1, 1, 1)


def test_a_queued_check_gets_its_verdict_later(store: Store, look: Look) -> None:
    """A row may stand there before anybody looked; the verdict completes it."""
    check, capture, judgement, document = look()
    queued = replace(check, state=CheckState.QUEUED, capture_id=None, verdict=None, decided_at=None, valid_until=None)
    store.save(queued)

    store.save(check, capture, judgement, document)

    found = store.get_check(check.id)
    assert found is not None
    assert found.state is CheckState.DONE
    assert found.verdict is not None
    assert count(store, checks) == 1


def test_two_checks_of_one_capture_share_its_file(store: Store, look: Look) -> None:
    """Judging the same bytes again keeps one capture."""
    check, capture, judgement, document = look()
    store.save(check, capture, judgement, document)
    store.save(replace(check, id=new_check_id()), capture, judgement, document)

    assert [kept.id for kept in store.captures()] == [judgement.verdict.capture_id]
    assert len(list(store.verdicts(judgement.verdict.capture_id))) == 2


def test_captures_and_verdicts_come_oldest_first_whatever_their_number(store: Store, look: Look) -> None:
    """Reading in pages loses none and repeats none, even when many share one time."""
    for number in range(120):
        store.save(*look(host=f"s{number}.example.com", at=NOON + timedelta(hours=number // 60)))

    kept = list(store.captures())
    given = list(store.verdicts())

    assert len({capture.id for capture in kept}) == len(kept) == 120
    assert len({verdict.check_id for verdict in given}) == len(given) == 120
    assert [capture.started_at for capture in kept] == sorted(capture.started_at for capture in kept)
    assert [verdict.checked_at for verdict in given] == sorted(verdict.checked_at for verdict in given)


def test_a_caller_may_save_while_reading(store: Store, look: Look) -> None:
    """Replay walks over the verdicts while a check adds one; nobody waits for the other."""
    for number in range(60):
        store.save(*look(host=f"s{number}.example.com", at=NOON + timedelta(hours=number)))

    for number, _ in enumerate(store.verdicts()):
        if number == 0:
            store.save(*look(host="late.example.com", at=NOON - timedelta(days=1)))

    assert count(store, verdicts) == 61


def test_a_failure_in_the_middle_leaves_no_half(store: Store, look: Look) -> None:
    """One transaction: when the evidence cannot be written, neither is the verdict."""
    check, capture, judgement, document = look()
    with store._engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE evidence RENAME TO elsewhere"))

    with pytest.raises(StoreError, match=r"The database .*cannot be used"):
        store.save(check, capture, judgement, document)

    assert store.get_check(check.id) is None
    assert list(store.captures()) == []


def test_the_capture_file_stands_where_its_id_says(store: Store, settings: Settings, look: Look) -> None:
    """data_dir/captures/<2 hex>/<id>.warc.gz, whole, and nothing else left lying around."""
    check, capture, judgement, document = look()
    store.save(check, capture, judgement, document)

    (kept,) = store.captures()
    files = [path for path in (settings.data_dir / "captures").rglob("*") if path.is_file()]

    assert files == [settings.data_dir / "captures" / kept.id[:2] / f"{kept.id}.warc.gz"]
    assert files[0].stat().st_size == kept.warc_bytes


def test_what_people_check_is_nobody_elses_business(store: Store, settings: Settings) -> None:
    """The data folder is made for its owner only."""
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize("harm", ["gone", "changed", "cut"])
def test_a_capture_that_is_not_what_was_stored_is_refused(
    harm: str, store: Store, settings: Settings, look: Look
) -> None:
    """Evidence that changed after the fact proves nothing."""
    store.save(*look())
    (kept,) = store.captures()
    file = settings.data_dir / "captures" / kept.id[:2] / f"{kept.id}.warc.gz"
    if harm == "gone":
        file.unlink()
    elif harm == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    else:
        file.write_bytes(file.read_bytes()[:40])

    with pytest.raises(StoreError, match=r"missing|changed after it was stored"):
        store.load_capture(kept.id)


@pytest.mark.parametrize("identifier", ["", "nobody", "../../etc/passwd", "a" * 64])
def test_an_unknown_capture_is_a_sentence(identifier: str, store: Store) -> None:
    """An id that is not stored never becomes a path."""
    with pytest.raises(StoreError, match="no capture with that id"):
        store.load_capture(identifier)


def test_a_judgement_and_its_document_come_together(store: Store, look: Look) -> None:
    """A verdict nobody can read back is a mistake of ours."""
    check, capture, judgement, _ = look()

    with pytest.raises(ValueError, match="together"):
        store.save(check, capture, judgement)


def test_a_closed_store_lets_go_of_its_files(settings: Settings, look: Look, tmp_path: Path) -> None:
    """After closing, the folder can be moved and opened elsewhere with everything in it."""
    check, capture, judgement, document = look()
    with Store.open(settings) as first:
        first.save(check, capture, judgement, document)
    moved = settings.data_dir.rename(tmp_path / "moved")

    with Store.open(settings.model_copy(update={"data_dir": moved})) as second:
        assert second.load_capture(judgement.verdict.capture_id or "") == capture


def test_a_capture_that_is_known_is_not_written_again(store: Store, settings: Settings, look: Look) -> None:
    """Another version of a library may compress the same bytes to another sum; the stored sum must go on holding."""
    check, capture, judgement, document = look()
    store.save(check, capture, judgement, document)
    (file,) = (settings.data_dir / "captures").rglob("*.warc.gz")
    before = file.stat()

    store.save(replace(check, id=new_check_id()), capture, judgement, document)

    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

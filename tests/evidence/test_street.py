"""Every shop of the sample high street as evidence: packed, verified, judged again, read by other people's tools."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pharmcheck.address import parse_address
from pharmcheck.capture import capture_site
from pharmcheck.check import judge
from pharmcheck.demo import Street, policy_for, sample_registers, start_street
from pharmcheck.evidence import Maker, case_of_check, container, make_package, read_package, verify
from pharmcheck.model import Capture
from pharmcheck.registers import RegisterKind
from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store, new_check_id
from pharmcheck.work import keep
from tests.yardstick import PATIENCE_S

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with start_street() as opened:
        yield opened


async def _visit_all(street: Street) -> list[Capture]:
    """A short visit to each.  What a busy machine does not get to see is evidence too: of not having seen it."""
    policy = replace(policy_for(street), page_budget=3, visit_deadline_s=3.0, fetch_deadline_s=1.0)
    addresses = [parse_address(case.url, admitted_hosts=policy.admitted_hosts) for case in street.cases]
    return await asyncio.gather(*(capture_site(one, policy, now=lambda: NOW) for one in addresses))


def _load_registers(store: Store) -> None:
    sample = sample_registers(NOW.date())
    for snapshot in sample.snapshots():
        about = sample._records if snapshot.kind is RegisterKind.REGISTER else sample._warnings
        entries = [entry for entry in about if entry.register == snapshot.name]
        store.replace_register(snapshot, entries, sha256="5a" * 32, now=NOW, accept=lambda *_: None)


def test_every_sample_site_is_packed_verified_and_judged_again_the_same(
    street: Street, tmp_path: Path, ruleset: Ruleset
) -> None:
    """25 shops, honest, rogue, camouflaged and hostile: the package needs neither the store nor its registers."""
    captures = asyncio.run(_visit_all(street))
    with Store.open(Settings(data_dir=tmp_path)) as store:
        _load_registers(store)
        given = {}
        for capture in captures:
            judgement = judge(capture, ruleset, registers=store.registers(), now=NOW)
            check_id = new_check_id()
            keep(store, capture, judgement, ruleset, check_id=check_id, created_at=NOW, decided_at=NOW)
            given[check_id] = store.get_check(check_id).verdict.document
        cases = [case_of_check(check_id, store, tmp_path, ruleset) for check_id in given]
        package = tmp_path / "street.wacz"
        package.write_bytes(b"".join(container(make_package(cases, Maker("Office"), NOW))))
    program = Path(sys.executable).with_name("wacz")  # the validator by the makers of the format; it starts slowly
    validator = subprocess.Popen([program, "validate", "-f", package], stdout=subprocess.PIPE, text=True)
    try:
        _hold(package, given, ruleset)
        _others_read_it(package, captures)
        told, _ = validator.communicate(timeout=PATIENCE_S)
    finally:
        validator.kill()
        validator.communicate()

    assert "the passed WACZ is valid" in told
    assert validator.returncode == 0


def _hold(package: Path, given: dict[str, str], ruleset: Ruleset) -> None:
    assert len(given) == 25
    assert verify(package).problems == []
    assert {packed.check_id: packed.document for packed in read_package(package)} == given
    assert {packed.check_id: packed.replay(ruleset) for packed in read_package(package)} == given
    assert any(json.loads(document)["proofs"] for document in given.values())


def _others_read_it(package: Path, captures: list[Capture]) -> None:
    """Warcio finds every page where the index says that it is, and the validator of the format has no complaint."""
    pages = {page.url for capture in captures for page in capture.pages}
    with zipfile.ZipFile(package) as opened:
        indexed = [
            json.loads(line.split(" ", 2)[2]) for line in opened.read("indexes/index.cdxj").decode().splitlines()
        ]
        for entry in indexed:
            with opened.open(f"archive/{entry['filename']}") as archive:
                archive.seek(int(entry["offset"]))
                record = next(iter(ArchiveIterator(archive)))
                assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
                assert record.http_headers.get_statuscode() == entry["status"]
    assert {entry["url"] for entry in indexed} == pages

"""What an imported register does to verdicts: its own sites, and clones that copy everything but the address.

    .venv/bin/python -m bench.register_verdicts NAME FILE [--most N]

Imports FILE as register NAME into a temporary store.  For every record that may sell online, two made-up captures
with the record's name, number, street and phone: one at each web address of the record, one elsewhere.  Only the first
may be `verified`, and not where the register names a path alone.  Ends with 1 when any of this does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pharmcheck.address import host_of
from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.refresh.importing import import_file
from pharmcheck.registers import Record, binds
from pharmcheck.registers.sources import find_source, importer_for
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import load_settings
from pharmcheck.store import Store
from tests.sites import site


def main() -> int:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("name")
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=10_000)
    options = parser.parse_args()
    ruleset, now = load_ruleset(), datetime.now(UTC)
    source = find_source(ruleset.sources, options.name)
    importer = importer_for(source)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, Store.open(load_settings(Path(folder))) as store:
        began = time.process_time()
        import_file(store, source, importer, options.file, as_of=now.date(), now=now)
        print(f"imported in {time.process_time() - began:.1f} s of CPU")
        registers = store.registers()
        (snapshot,) = registers.snapshots()
        with options.file.open("rb") as file:
            entries = list(importer.read(file, as_of=now.date()))
        records = [e for e in entries if isinstance(e, Record) and snapshot.lets_sell_online(e)]
        counts: Counter[tuple[str, str]] = Counter()
        began = time.process_time()
        for number, record in enumerate(records[: options.most]):
            for web in record.web_addresses:
                host = host_of(web)
                kind = "its own host" if binds(web, host) else "a host of which it has only a path"
                for what, at in ((kind, host), ("a clone elsewhere", f"shop-{number}.clones.example.com")):
                    capture = replace(site(at, **_pages(record)), started_at=now, finished_at=now)
                    verdict = judge(capture, ruleset, registers=registers, now=now).verdict
                    counts[what, verdict.category.value] += 1
                    verified = verdict.category is Category.VERIFIED
                    named = any(registers.naming(at)) and what == "its own host"
                    wrong += verified and not any(snapshot.lets_sell_online(r) for r in registers.naming(at))
                    wrong += named and not verified
        spent = time.process_time() - began
    print(
        f"{snapshot.name} of {snapshot.as_of}: {len(records)} records that may sell online; ruleset {ruleset.version}"
    )
    for (what, category), count in sorted(counts.items()):
        print(f"  {what:38}{category:22}{count:6}")
    judged = sum(counts.values())
    print(f"{judged} captures judged in {spent:.1f} s of CPU; {wrong} against the rule")
    return 1 if wrong else 0


def _pages(record: Record) -> dict[str, str]:
    """What the shop prints: everything that the register says of it, and something on offer."""
    numbers = "\n".join(f"{held.scheme.rpartition('_')[2].upper()}: {held.number}" for held in record.identifiers)
    where = f"{record.address or ''}, {record.postcode or ''}"
    return {
        "home": f"# {record.name}\n# Paracetamol 500 mg\n4.90 €\n! Add to cart",
        "contact": f"# Contact\n{record.name}\n{where}\n{' '.join(record.phones)}\n{numbers}",
    }


if __name__ == "__main__":
    sys.exit(main())

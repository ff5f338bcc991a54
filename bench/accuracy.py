"""Judge labelled captures from a folder outside the repository and print confusion tables.

    .venv/bin/python -m bench.accuracy FOLDER [--show LABEL:CATEGORY]

The folder holds one JSON file per site (or excerpt of a site):

    {"site": "shop.example", "label": "rogue", "language": "en", "operator": "family name",
     "evidence_in_text": "decisive", "pages": [{"url": "https://shop.example/faq", "text": "…"}]}

`label`: rogue | camouflaged | honest | telehealth | information | news | supplements | veterinary | other.
`evidence_in_text`: decisive | partial | none: whether these very texts show it.  A page may have `html` instead of
`text`; a file `NAME.warc.gz` beside `NAME.json` replaces the pages.  Counts are by site and by operator family,
never by page, and nothing is dropped from a denominator.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from pharmcheck.address import parse_address
from pharmcheck.capture import page_role, read_warc
from pharmcheck.check import judge
from pharmcheck.model import Capture, Category, Judgement, Page
from pharmcheck.ruleset import Ruleset, load_ruleset

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_BAD = ("rogue", "camouflaged")


@dataclass(frozen=True)
class Case:
    """One labelled site and what we said of it."""

    data: dict[str, Any]
    judgement: Judgement

    @property
    def category(self) -> Category:
        return self.judgement.verdict.category


def main() -> int:
    """Print the tables; exit 1 when an unforgivable error was made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", default="", help="LABEL:CATEGORY, print these sites with their reasons")
    options = parser.parse_args()
    ruleset = load_ruleset()
    cases = [_judge(path, ruleset) for path in sorted(options.folder.glob("*.json"))]
    if not cases:
        print(f"no *.json in {options.folder}", file=sys.stderr)
        return 2
    print(f"ruleset {ruleset.version}; {len(cases)} sites, {sum(len(c.data['pages']) for c in cases)} pages")
    _table("by site", Counter((case.data["label"], case.category.value) for case in cases))
    _table("by operator family (its worst-judged site for sellers, its most accused for others)", _families(cases))
    _table("by language and label", Counter((_tongue(case), case.category.value) for case in cases))
    bad = [case for case in cases if case.data["label"] in _BAD]
    _table("sellers by evidence in the text", Counter((c.data["evidence_in_text"], c.category.value) for c in bad))
    if options.show:
        _show(cases, *options.show.split(":"))
    verified = [c for c in bad if c.category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE)]
    accused = [c for c in cases if c.data["label"] not in _BAD and c.category is Category.DANGER]
    print(f"\nsellers shown verified: {len(verified)} of {len(bad)}")
    print(f"others shown danger: {len(accused)} of {len(cases) - len(bad)}")
    return 1 if verified or accused else 0


def _judge(path: Path, ruleset: Ruleset) -> Case:
    data = json.loads(path.read_text(encoding="utf-8"))
    archive = path.with_suffix(".warc.gz")
    capture = read_warc(archive)[0] if archive.is_file() else _capture(data)
    return Case(data, judge(capture, ruleset, now=_WHEN))


def _capture(data: dict[str, Any]) -> Capture:
    pages = []
    for entry in data["pages"]:
        role = page_role(entry["url"])
        body = entry.get("html") or "".join(f"<p>{escape(line)}</p>\n" for line in entry["text"].splitlines())
        raw = f'<html lang="{data["language"]}"><body>{body}</body></html>'.encode()
        headers = (("content-type", "text/html; charset=utf-8"),)
        pages.append(
            Page(entry["url"], role, 200, headers, raw, hashlib.sha256(raw).hexdigest(), _WHEN, truncated=False)
        )
    return Capture(parse_address(data["pages"][0]["url"]), (), tuple(pages), (), _WHEN, _WHEN, archived=True)


def _families(cases: list[Case]) -> Counter[tuple[str, str]]:
    order = [category.value for category in Category]
    families: dict[tuple[str, str], list[str]] = defaultdict(list)
    for case in cases:
        families[case.data["label"], case.data["operator"]].append(case.category.value)
    worst = {"danger": 0, "caution": 1}
    counted: Counter[tuple[str, str]] = Counter()
    for (label, _), categories in families.items():
        if label in _BAD:  # the mildest verdict is the error that hurts
            counted[label, max(categories, key=lambda c: (-order.index(c) if c in order[:3] else -10, c))] += 1
        else:
            counted[label, min(categories, key=lambda c: (worst.get(c, 2), c))] += 1
    return counted


def _tongue(case: Case) -> str:
    kind = (
        "seller"
        if case.data["label"] in _BAD
        else "pharmacy"
        if case.data["label"] in ("honest", "telehealth")
        else "bystander"
    )
    return f"{case.data['language']} {kind}"


def _table(title: str, counts: Counter[tuple[str, str]]) -> None:
    columns = [category.value for category in Category if any(key[1] == category.value for key in counts)]
    print(f"\n{title}\n{'':24}" + "".join(f"{name:>20}" for name in columns) + f"{'all':>6}")
    for row in sorted({key[0] for key in counts}):
        values = [counts[row, name] for name in columns]
        print(f"{row:24}" + "".join(f"{value or '.':>20}" for value in values) + f"{sum(values):>6}")


def _show(cases: list[Case], label: str, category: str) -> None:
    for case in cases:
        if case.data["label"] == label and case.category == category:
            verdict = case.judgement.verdict
            print(f"\n{case.data['site']} [{case.data['evidence_in_text']}] {verdict.reason_code} {verdict.score}")
            for finding in verdict.reasons:
                print(f"  {finding.rule_id} {finding.effect}: {' | '.join(e.quote for e in finding.evidence)[:300]}")


if __name__ == "__main__":
    sys.exit(main())

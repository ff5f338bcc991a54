"""How much of the contacts that people see on real pages our reader finds, and how much it makes up.

    .venv/bin/python -m bench.contacts FOLDER [--show COUNTRY]

The folder stands outside the repository and holds one JSON file per page:

    {"host": "shop.example", "country": "GB", "language": "en", "url": "https://shop.example/contact",
     "text": "lines as seen", "addresses": [{"text", "street", "postcode", "city", "country", "owner", "kind"}],
     "phones": ["+44…"], "emails": ["…"], "handles": [{"kind", "value"}]}

Counted by site: what stands on several pages of a host counts once.  An address is found when the postcodes agree
(where both have one) and the streets do (house number and half of the words); a phone when the E.164 numbers are
equal.  Nothing is dropped from a denominator.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from pharmcheck.capture import page_role
from pharmcheck.model import Contacts, Page
from pharmcheck.reading import read
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.ruleset.facts.identity import kind_of

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_KINDS = ("addresses", "phones", "emails", "handles")
_SAME_WORDS = 0.5  # of a street: one says "Unit 4, Mill Lane", the other "Mill Lane"


@dataclass
class Tally:
    """Counts of one kind of contact in one country."""

    right: int = 0
    made_up: int = 0
    missed: int = 0
    notes: list[str] = field(default_factory=list)

    def line(self) -> str:
        found, wanted = self.right + self.made_up, self.right + self.missed
        precision = f"{self.right / found:.2f}" if found else "-"
        recall = f"{self.right / wanted:.2f}" if wanted else "-"
        return f"{self.right:>6}{self.made_up:>8}{self.missed:>8}{precision:>11}{recall:>8}"


@dataclass
class Site:
    """What all pages of a host say, as people labelled it and as we read it."""

    country: str
    wanted: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", default="", help="COUNTRY or ALL, print what was missed and made up")
    options = parser.parse_args()
    ruleset = load_ruleset()
    sites = _sites(sorted(options.folder.glob("*.json")), ruleset)
    if not sites:
        print(f"no *.json in {options.folder}", file=sys.stderr)
        return 2
    print(f"ruleset {ruleset.version}; {len(sites)} sites")
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    owners: dict[tuple[str, str], int] = defaultdict(int)
    kinds: dict[tuple[str, str], int] = defaultdict(int)
    countries: dict[bool, int] = defaultdict(int)
    for host, site in sites.items():
        for kind in _KINDS:
            for wanted, found in _count(host, kind, site, tallies[kind, site.country], tallies[kind, "all"]):
                if kind == "addresses":
                    owners[wanted["owner"], found["owner"]] += 1
                    kinds[wanted["kind"], found["kind"]] += 1
                    countries[wanted["country"] == found["country"]] += 1
    for kind in _KINDS:
        print(f"\n{kind:12}{'right':>6}{'made up':>8}{'missed':>8}{'precision':>11}{'recall':>8}")
        for name, country in sorted(tallies):
            if name == kind:
                print(f"{country:12}{tallies[name, country].line()}")
    _confusion("owner of the addresses found (labelled -> read)", owners)
    _confusion("kind of the addresses found (labelled -> read)", kinds)
    print(f"\ncountry of the addresses found: {countries[True]} right, {countries[False]} wrong or not said")
    for (kind, country), tally in sorted(tallies.items()):
        if country != "all" and options.show in (country, "ALL"):
            print("\n".join(f"{kind} {country} {note}" for note in tally.notes))
    return 0


def _sites(paths: Sequence[Path], ruleset: Ruleset) -> dict[str, Site]:
    sites: dict[str, Site] = {}
    for path in paths:
        case = json.loads(path.read_text(encoding="utf-8"))
        site = sites.setdefault(case["host"], Site(case["country"]))
        for kind in _KINDS:
            site.wanted[kind] += case.get(kind, [])
        contacts = _read(case, ruleset)
        site.found["addresses"] += [
            {
                "text": item.text,
                "street": item.street or (item.text if item.kind == "po_box" else ""),
                "postcode": item.postcode or "",
                "country": item.country,
                "owner": item.owner,
                "kind": kind_of(item, ruleset.lists),
            }
            for item in contacts.addresses
        ]
        site.found["phones"] += [item.e164 for item in contacts.phones]
        site.found["emails"] += [item.address for item in contacts.emails]
        site.found["handles"] += [{"kind": item.kind, "value": item.value} for item in contacts.handles]
    return sites


def _read(case: dict[str, Any], ruleset: Ruleset) -> Contacts:
    body = "".join(f"<p>{escape(line)}</p>\n" for line in case["text"].splitlines())
    raw = f'<html lang="{case["language"]}"><body>{body}</body></html>'.encode()
    headers = (("content-type", "text/html; charset=utf-8"),)
    digest = hashlib.sha256(raw).hexdigest()
    page = Page(case["url"], page_role(case["url"]), 200, headers, raw, digest, _WHEN, truncated=False)
    return read(page, ruleset.vocabulary).contacts


def _count(host: str, kind: str, site: Site, *tallies: Tally) -> list[tuple[Any, Any]]:
    """Add one site's contacts of one kind, and give the pairs that agree."""
    same = _SAME[kind]
    wanted = _once(site.wanted[kind], same)
    found = _once(site.found[kind], same)
    pairs = []
    open_ = list(found)
    for item in wanted:
        hits = [other for other in open_ if same(item, other)]
        if hits:
            pairs.append((item, hits[0]))
            open_ = [other for other in open_ if other not in hits]
    missed = [item for item in wanted if item not in [pair[0] for pair in pairs]]
    for tally in tallies:
        tally.right += len(pairs)
        tally.made_up += len(open_)
        tally.missed += len(missed)
        tally.notes += [f"{host} missed {_say(item)}" for item in missed]
        tally.notes += [f"{host} made up {_say(item)}" for item in open_]
    return pairs


def _once(items: list[Any], same: Callable[[Any, Any], bool]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(same(item, other) for other in kept):
            kept.append(item)
    return kept


def _say(item: dict[str, Any] | str) -> str:
    return item if isinstance(item, str) else " | ".join(str(value).replace("\n", ", ") for value in item.values())


def _same_address(one: dict[str, Any], other: dict[str, Any]) -> bool:
    codes = [_code(item["postcode"] or "") for item in (one, other)]
    if all(codes) and codes[0] != codes[1]:
        return False
    streets = [_words(item["street"] or "") for item in (one, other)]
    if not all(streets):
        return all(codes)
    numbers = [{word for word in words if word[:1].isdigit()} for words in streets]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    names = [words - {word for word in words if word[:1].isdigit()} for words in streets]
    shared = names[0] & names[1]
    return len(shared) >= _SAME_WORDS * min(map(len, names)) if all(names) else bool(numbers[0] & numbers[1])


def _words(street: str) -> set[str]:
    folded = unicodedata.normalize("NFKD", street.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    folded = re.sub(r"str(?:asse)?\b\.?", "str ", re.sub(r"(\D)(\d)", r"\1 \2", folded))
    return set(re.findall(r"[a-z]+|\d+[a-z]?", folded))


def _code(postcode: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", postcode.upper())


def _same_handle(one: dict[str, str], other: dict[str, str]) -> bool:
    return one["kind"] == other["kind"] and one["value"].lstrip("@+").lower() == other["value"].lstrip("@+").lower()


_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "addresses": _same_address,
    "phones": lambda one, other: one == other,
    "emails": lambda one, other: one.lower() == other.lower(),
    "handles": _same_handle,
}


def _confusion(title: str, counts: dict[tuple[str, str], int]) -> None:
    print(f"\n{title}: " + "; ".join(f"{a} -> {b} {n}" for (a, b), n in sorted(counts.items())))


if __name__ == "__main__":
    sys.exit(main())

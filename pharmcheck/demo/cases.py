"""Who stands on the street and what each site deserves, from `street.yaml`.  Knows no server and no judge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pharmcheck.model import Category
from pharmcheck.ruleset.yamlfile import read_yaml

STREET_FILE = Path(__file__).with_name("street.yaml")


class Behaviour(StrEnum):
    """How a site's server treats its visitors."""

    SERVES = "serves"  # pages, like any shop
    WALL = "wall"  # every page is an interstitial that asks for a browser
    TARPIT = "tarpit"  # drips, floods, bombs and misleads


@dataclass(frozen=True, slots=True)
class Entry:
    """What the sample register says about a site."""

    entry_id: str
    name: str
    numbers: tuple[tuple[str, str], ...]  # numbering scheme and number
    postcode: str | None
    status: str
    online_sale: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One site of the street and the verdict that it deserves."""

    host: str
    title: str  # what it is, for the table
    shows: str  # what judging it right proves
    country: str | None  # ISO 3166-1 alpha-2 that the site claims, None when it claims none
    language: str
    category: Category
    reason_codes: tuple[str, ...]  # any of these is right; empty: the category alone counts
    behaviour: Behaviour
    entry: Entry | None
    start: str = "/"  # the page whose address the person pastes
    warned_by: str = ""  # authority | private_body: who warns about it
    searchers: str = ""  # what visitors from a search engine get for the home page: a path of its own, or another site

    @property
    def url(self) -> str:
        """The address that the person pastes."""
        return f"https://{self.host}{self.start}"


def load_cases(hosts: Collection[str] | None = None, file: Path = STREET_FILE) -> tuple[Case, ...]:
    """The cases in street order; with `hosts`, only those.

    Raises:
        KeyError: a host in `hosts` that does not stand on the street.
    """
    cases = tuple(_case(row) for row in read_yaml(file).data["street"])
    if hosts is None:
        return cases
    missing = set(hosts) - {case.host for case in cases}
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    return tuple(case for case in cases if case.host in hosts)


def _case(row: dict[str, Any]) -> Case:
    # Scalars arrive as text (see yamlfile), so Norway would stay "NO".
    return Case(
        host=row["host"],
        title=row["title"],
        shows=row["shows"],
        country=row.get("country"),
        language=row["language"],
        category=Category(row["category"]),
        reason_codes=tuple(row.get("reason_code", ())),
        behaviour=Behaviour(row.get("behaviour", Behaviour.SERVES)),
        entry=_entry(row["register"]) if "register" in row else None,
        start=row.get("start", "/"),
        warned_by=row.get("warned_by", ""),
        searchers=row.get("searchers", ""),
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        row["entry_id"],
        row["name"],
        tuple(row["numbers"].items()),
        row.get("postcode"),
        row.get("status", "active"),
        row.get("online_sale") != "no",
    )

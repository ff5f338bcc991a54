"""Whom to call and where to report, from `help.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml
from babel import Locale


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody to turn to."""

    name: str
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """Help in one country."""

    country: str
    emergency: str
    poison: Place
    report: Place
    register: Place
    confirmed: bool  # a person saw these on the authorities' own pages


@cache
def helps() -> dict[str, Help]:
    """Every country that we know help for."""
    text = (resources.files("pharmcheck.web") / "help.yaml").read_text("utf-8")
    rows = yaml.load(text, Loader=yaml.BaseLoader)["countries"]  # noqa: S506 - BaseLoader makes plain text only
    return {
        row["country"]: Help(
            row["country"],
            row["emergency"],
            Place(**row["poison"]),
            Place(**row["report"]),
            Place(**row["register"]),
            row["confidence"] == "confirmed",
        )
        for row in rows
    }


def countries(locale: Locale) -> list[tuple[str, str]]:
    """Country codes with their names in a language, sorted by name."""
    named = [(code, locale.territories.get(code, code)) for code in helps()]
    return sorted(named, key=lambda pair: pair[1])

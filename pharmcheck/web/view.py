"""A verdict as the page shows it: sentences in the reader's language, addresses that nobody follows by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date

from pharmcheck.address.defanging import defang
from pharmcheck.explain import SIGNS, RecordTold, Why, explain
from pharmcheck.model import Category, Verdict
from pharmcheck.ruleset import Ruleset
from pharmcheck.web.language import Tongue

_LIGHTS = {
    Category.VERIFIED: "good",
    Category.VERIFIED_ELSEWHERE: "unclear",  # nothing confirms it for the country that was asked about
    Category.UNVERIFIED: "unclear",
    Category.COULD_NOT_CHECK: "unclear",
    Category.NOT_A_PHARMACY: "unclear",
    Category.CAUTION: "warning",
    Category.DANGER: "warning",
}
_DEFANGED = (Category.DANGER, Category.CAUTION)
_FIRST_REASONS, _MOST_QUOTES, _MOST_NOT_CHECKED = 5, 2, 8


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with what we saw."""

    message: str
    quotes: tuple[tuple[str, str], ...]  # words, and where they stand
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page says about a verdict."""

    category: str
    light: str  # good | unclear | warning: the place on the scale
    sign: str
    host: str  # defanged for a site nobody should open
    label: str
    headline: str
    action: str
    advice: tuple[str, ...]
    reasons: tuple[Reason, ...]
    more_reasons: tuple[Reason, ...]  # for those who want to read on
    records: tuple[RecordTold, ...]
    look_up: tuple[tuple[str, str], ...]  # whose register, and its address: from our own list
    criteria: tuple[tuple[str, str, str], ...]  # name, outcome, detail
    meanings: tuple[str, ...]
    not_checked: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    basis: str
    checked_at: str
    valid_until: str
    old: bool


def view(verdict: Verdict, ruleset: Ruleset, tongue: Tongue, now: datetime) -> View:
    """A verdict in a reader's language."""
    told = explain(verdict, ruleset, tongue.code)
    names = (verdict.address.host, verdict.address.display_host, verdict.address.registrable_domain)
    hide = names if verdict.category is Category.DANGER else ()

    def shown(text: str) -> str:
        return defang(text, *hide) if verdict.category in _DEFANGED else text

    reasons = tuple(_reason(why, shown) for why in told.why)
    unseen = zip(told.not_checked, told.plain_why, strict=True)
    return View(
        category=verdict.category.value,
        light=_LIGHTS[verdict.category],
        sign=SIGNS[verdict.category],
        host=shown(verdict.address.display_host),
        label=told.label,
        headline=shown(told.headline),
        action=shown(told.action),
        advice=told.advice,
        reasons=reasons[:_FIRST_REASONS],
        more_reasons=reasons[_FIRST_REASONS:],
        records=tuple(_record(record, shown) for record in told.records),
        look_up=told.look_up,
        criteria=tuple((name, outcome, shown(detail)) for name, outcome, detail in told.criteria),
        meanings=told.meanings,
        not_checked=tuple((shown(what), why) for (what, _), why in unseen)[:_MOST_NOT_CHECKED],
        notes=told.notes,
        basis=told.basis,
        checked_at=day(verdict.checked_at, tongue),
        valid_until=day(verdict.valid_until, tongue),
        old=now > verdict.valid_until,
    )


def _reason(why: Why, shown: Callable[[str], str]) -> Reason:
    quotes = tuple((shown(quote), shown(url or "")) for quote, url in why.quotes[:_MOST_QUOTES])
    return Reason(shown(why.message), quotes, tuple(dict.fromkeys(why.sources)))


def _record(record: RecordTold, shown: Callable[[str], str]) -> RecordTold:
    return RecordTold(shown(record.title), tuple((what, shown(told)) for what, told in record.lines))


def day(moment: datetime, tongue: Tongue) -> str:
    """A moment in words, in UTC."""
    return f"{format_date(moment, 'long', locale=tongue.locale)}, {moment:%H:%M} UTC"

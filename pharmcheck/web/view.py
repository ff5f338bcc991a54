"""A verdict as the page shows it: sentences in the reader's language, addresses that nobody follows by accident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime

from pharmcheck.address.defanging import defang
from pharmcheck.explain import SIGNS, Why, explain
from pharmcheck.model import Category, Verdict
from pharmcheck.ruleset import Ruleset
from pharmcheck.web.language import Tongue

_LIGHTS = {
    Category.VERIFIED: "good",
    Category.VERIFIED_ELSEWHERE: "good",
    Category.UNVERIFIED: "unclear",
    Category.COULD_NOT_CHECK: "unclear",
    Category.NOT_A_PHARMACY: "unclear",
    Category.CAUTION: "warning",
    Category.DANGER: "warning",
}
_MOST_REASONS, _MOST_QUOTES, _MOST_NOT_CHECKED = 5, 2, 8


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with what we saw."""

    message: str
    quotes: tuple[tuple[str, str], ...]  # words, and where they stand, defanged
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
    criteria: tuple[tuple[str, str, str], ...]  # name, outcome, detail
    not_checked: tuple[tuple[str, str], ...]
    footer: tuple[str, ...]
    reasons: tuple[Reason, ...]
    more: int  # reasons that are not shown
    checked_at: str
    valid_until: str
    old: bool
    proofs: tuple[tuple[str, str, str], ...]  # holder, register, entry


def view(verdict: Verdict, ruleset: Ruleset, tongue: Tongue, now: datetime) -> View:
    """A verdict in a reader's language."""
    told = explain(verdict, ruleset, tongue.code)
    shown = told.why[:_MOST_REASONS]
    names = (verdict.address.host, verdict.address.display_host, verdict.address.registrable_domain)
    hide = names if verdict.category is Category.DANGER else ()

    def shown_as(text: str) -> str:
        return defang(text, *hide) if hide else text

    return View(
        category=verdict.category.value,
        light=_LIGHTS[verdict.category],
        sign=SIGNS[verdict.category],
        host=shown_as(verdict.address.display_host),
        label=told.label,
        headline=shown_as(told.headline),
        action=shown_as(told.action),
        advice=told.advice,
        criteria=tuple((name, outcome, shown_as(detail)) for name, outcome, detail in told.criteria),
        not_checked=tuple((defang(what, *hide), why) for what, why in told.not_checked[:_MOST_NOT_CHECKED]),
        footer=told.footer,
        reasons=tuple(_reason(why, hide) for why in shown),
        more=len(told.why) - len(shown),
        checked_at=day(verdict.checked_at, tongue),
        valid_until=day(verdict.valid_until, tongue),
        old=now > verdict.valid_until,
        proofs=tuple((proof.holder or "", proof.register, proof.entry_id) for proof in verdict.proofs),
    )


def _reason(why: Why, hide: tuple[str, ...]) -> Reason:
    quotes = why.quotes[:_MOST_QUOTES]
    return Reason(
        defang(why.message, *hide),
        tuple((defang(quote, *hide), defang(url or "", *hide)) for quote, url in quotes),
        tuple(dict.fromkeys(why.sources)),
    )


def day(moment: datetime, tongue: Tongue) -> str:
    """A moment in words, in UTC."""
    return f"{format_datetime(moment, 'd MMMM yyyy, HH:mm', locale=tongue.locale)} UTC"

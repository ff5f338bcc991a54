"""What is shown to searchers, over plain http or by scripts alone, and what a verdict makes of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from pharmcheck.check import judge
from pharmcheck.examples import page_of
from pharmcheck.explain import explain
from pharmcheck.model import Attempt, Capture, FetchOutcome, Hop, Look, Outcome, Page, PageRole, Verdict
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

RULES = load_ruleset()
CLUB = """
# Walking club of the valley
We meet every Sunday at nine in front of the old town hall, rain or shine.
Bring good boots, water and something to eat for the way back.
"""
INSTITUTE = CLUB + "\n".join(
    f"Walk number {number} leads along the river, over the hill and through the woods, and takes us about four hours."
    for number in range(20)
)
SHOP = """
# Cheap pills online
Viagra 100 mg, thirty pills for $39.90
! Add to cart
Cialis 20 mg, thirty pills for $49.90
! Add to cart
Orders are sent the same day to any address in the world.
"""
LOUD = SHOP + "\nNo prescription required."


def seen_by_searchers(capture: Capture, text: str, url: str = "https://shop.example.com/") -> Capture:
    """The same visit, with what a visitor from a search engine was shown."""
    body = page_of(text, "en").encode()
    headers = (("content-type", "text/html; charset=utf-8"),)
    digest = hashlib.sha256(body).hexdigest()
    page = Page(url, PageRole.HOME, 200, headers, body, digest, WHEN, truncated=False, look=Look.FROM_SEARCH)
    hops = (Hop("https://shop.example.com/", 200, "192.0.2.1"), *((Hop(url, 200, "192.0.2.1"),) if text else ()))
    asked = Attempt("https://shop.example.com/", PageRole.HOME, FetchOutcome.FETCHED, "", hops, 1, Look.FROM_SEARCH)
    return replace(capture, pages=(*capture.pages, page), attempts=(*capture.attempts, asked))


def verdict(capture: Capture) -> Verdict:
    return judge(capture, RULES, registers=EMPTY_REGISTERS, now=WHEN).verdict


def answers(capture: Capture, rule: str) -> Outcome:
    findings = judge(capture, RULES, registers=EMPTY_REGISTERS, now=WHEN).findings
    return next(finding.outcome for finding in findings if finding.rule_id == rule)


@pytest.mark.parametrize(
    ("typed", "searched", "url", "category", "reason"),
    [
        (CLUB, SHOP, "https://shop.example.com/", "caution", "ceiling_cloaking"),
        (SHOP, CLUB, "https://shop.example.com/", "caution", "ceiling_cloaking"),
        (CLUB, LOUD, "https://shop.example.com/", "danger", "rx_without_prescription"),
        (LOUD, CLUB, "https://shop.example.com/", "danger", "rx_without_prescription"),
        (CLUB, SHOP, "https://pills.example.net/", "caution", "ceiling_cloaking"),
        (SHOP, SHOP, "https://pills.example.net/", "caution", "ceiling_cloaking"),
        (INSTITUTE, LOUD, "https://pills.example.net/", "not_a_pharmacy", "hacked_redirector"),
        (INSTITUTE, INSTITUTE, "https://shop.example.com/", "not_a_pharmacy", "information"),
        (INSTITUTE, CLUB, "https://club.example.net/", "not_a_pharmacy", "information"),
    ],
)
def test_the_worse_of_two_looks_is_judged(typed: str, searched: str, url: str, category: str, reason: str) -> None:
    """Another shop or another site for searchers is no better than caution; a hacked site is a victim."""
    found = verdict(seen_by_searchers(site(home=typed, about=CLUB, contact=CLUB), searched, url))

    assert (found.category, found.reason_code) == (category, reason)


def test_a_shop_that_changes_from_visit_to_visit_hides_nothing() -> None:
    """Rotating offers, greetings and prices are what shops do; menu, foot and claims stay."""
    same = "\n".join(f"We are a pharmacy of the valley, sentence number {number}." for number in range(6))
    one, other = (
        f"# Valley pharmacy\n{same}\nIbuprofen 400 mg $3.90\n! Add to cart",
        f"# Valley pharmacy\n{same}\nHello!",
    )

    assert answers(seen_by_searchers(site(home=one), other), "CON011") is Outcome.ABSENT


@pytest.mark.parametrize("shown", ["# Too many requests", "# Error 500\nTry again."])
def test_an_error_the_second_time_is_no_other_shop(shown: str) -> None:
    """A page that says nothing compares with nothing."""
    assert answers(seen_by_searchers(site(home=SHOP), shown), "CON011") is Outcome.ABSENT


def test_not_having_looked_twice_is_not_the_same_as_having_seen_the_same() -> None:
    """Without a second look the answer is unknown; with one that came back equal it is no."""
    once = site(home=SHOP)
    asked = Attempt("https://shop.example.com/", PageRole.HOME, FetchOutcome.FETCHED, "", (), 1, Look.FROM_SEARCH)

    assert answers(once, "CON010") is answers(once, "CON011") is answers(once, "OBS004") is Outcome.INCONCLUSIVE
    assert answers(replace(once, attempts=(*once.attempts, asked)), "CON011") is Outcome.ABSENT


def test_the_victim_is_named_as_one_and_so_is_the_shop() -> None:
    """Nobody is told that the institute is a shop, and everybody that its visitors are led to one."""
    found = verdict(
        seen_by_searchers(site(home=INSTITUTE, about=CLUB, contact=CLUB), LOUD, "https://pills.example.net/")
    )
    told = explain(found, RULES)

    assert found.reasons[0].rule_id == "OBS004"
    assert "broken into" in told.why[0].message
    assert any("example.net, the shop to which" in line for line in told.advice)


def test_a_second_look_that_failed_is_said_and_changes_nothing_else() -> None:
    """What could not be looked at is not absent; nor does it lower what was read of the site."""
    once = site(home=SHOP)
    failed = Attempt(
        "https://shop.example.com/", PageRole.HOME, FetchOutcome.TIMED_OUT, "Late.", (), 1, Look.FROM_SEARCH
    )
    found = verdict(replace(once, attempts=(*once.attempts, failed)))

    assert found.coverage == verdict(once).coverage
    assert any("as a visitor from a search engine" in item.what for item in found.not_checked)


SHELL = '<title>Shop</title><div id="root"></div><script src="/app.js"></script>'


def test_a_shell_whose_scripts_did_not_run_is_unread() -> None:
    """It counts as seen by nobody, and says why."""
    found = verdict(site(home=SHELL))

    assert (found.category, found.reason_code) == ("could_not_check", "empty_without_scripts")
    assert found.coverage == 0
    assert any("scripts" in item.why for item in found.not_checked)


def test_a_policy_that_only_scripts_fill_is_named_as_unread() -> None:
    """The home page speaks; the policy page does not without scripts, and the verdict says that it was not read."""
    found = verdict(site(home=SHOP, terms=SHELL))

    assert [item.what for item in found.not_checked] == ["https://shop.example.com/terms"]
    assert found.coverage == 50


def test_what_scripts_made_of_a_shell_is_judged() -> None:
    """With a browser the shop speaks, and convicts itself."""
    shell = site(home=SHELL)
    body = page_of(LOUD, "en").encode()
    digest = hashlib.sha256(body).hexdigest()
    made = replace(shell.pages[0], body=body, sha256=digest, look=Look.RENDERED)
    found = verdict(replace(shell, pages=(*shell.pages, made)))

    assert (found.category, found.reason_code) == ("danger", "rx_without_prescription")
    assert found.coverage == 100
    assert found.reasons[0].evidence[0].page_sha256 == digest


@pytest.mark.parametrize(
    ("status", "led", "outcome"),
    [
        (200, "", Outcome.PRESENT),
        (301, "http://www.shop.example.com/", Outcome.PRESENT),
        (301, "https://shop.example.com/", Outcome.ABSENT),
        (403, "", Outcome.ABSENT),
        (404, "", Outcome.ABSENT),
    ],
)
def test_plain_http_beside_https_is_noted_and_decides_nothing(status: int, led: str, outcome: Outcome) -> None:
    """Only an answer that keeps the visitor on plain http is one; it orders within the band."""
    https = site(home=SHOP)
    hops = (Hop("http://shop.example.com/", status, "192.0.2.1"), *((Hop(led, None, None),) if led else ()))
    asked = Attempt("http://shop.example.com/", PageRole.HOME, FetchOutcome.FETCHED, "", hops, 1, Look.INSECURE)
    both = replace(https, attempts=(*https.attempts, asked))

    assert answers(both, "TLS005") is outcome
    assert verdict(both).category == verdict(https).category


def test_hsts_is_noted_and_never_a_plus() -> None:
    """A header that every host sets says nothing about who sells."""
    plain = site(home=SHOP)
    headers = (*plain.pages[0].headers, ("strict-transport-security", "max-age=31536000"))
    insisting = replace(plain, pages=(replace(plain.pages[0], headers=headers),))

    assert answers(insisting, "TLS006") is Outcome.PRESENT
    assert (verdict(insisting).score, verdict(insisting).category) == (verdict(plain).score, verdict(plain).category)


def test_the_secure_connection_is_told_with_chain_names_dates_and_protocol() -> None:
    """One sentence that can stand alone."""
    findings = judge(site(home=SHOP), RULES, registers=EMPTY_REGISTERS, now=WHEN).findings
    (evidence,) = next(finding.evidence for finding in findings if finding.rule_id == "TLS001")

    assert evidence.quote == (
        "shop.example.com answered over TLSv1.3 with a valid certificate from Test CA, "
        "good from 2026-11-01 to 2026-11-01, for shop.example.com."
    )

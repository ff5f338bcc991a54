"""What one person pasted is not shown to everybody, wherever the site carried it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pharmcheck.address import parse_address
from pharmcheck.check import judge
from pharmcheck.discretion import discreet
from pharmcheck.document import to_json, verdict_document
from pharmcheck.model import Capture, FetchOutcome, Judgement
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
SHOP = {
    "home": "# Pills\nTramadol 50 mg is sent without a prescription.",
    "product": "# Tramadol 50 mg\n£8.00\n! Add to basket\nNo prescription is needed for tramadol.",
}


def _judged(pasted: str, read_at: str) -> Judgement:
    """A visit that began at `pasted` and was led to `read_at`, where the product stands; another page was not read."""
    capture: Capture = site("shop.example.com", **SHOP)
    home, product = capture.pages
    failed = replace(
        capture.attempts[0], url=read_at + "&again=1", outcome=FetchOutcome.TIMED_OUT, detail="It took too long."
    )
    led = replace(
        capture,
        address=parse_address(pasted),
        pages=(home, replace(product, url=read_at)),
        attempts=(*capture.attempts, failed),
    )
    return judge(led, _RULES, registers=EMPTY_REGISTERS, now=WHEN)


@pytest.mark.parametrize(
    "read_at",
    [
        "https://shop.example.com/p?patient=Ann%20Smith&token=s3cr3tvalue",
        "https://shop.example.com/login?next=%2Fp%3Fpatient%3DAnn%2520Smith%26token%3Ds3cr3tvalue",
        "https://shop.example.com/other?sid=s3cr3tvalue",
        "https://shop.example.com/session/s3cr3tvalue/p?x=1",
    ],
)
def test_a_pasted_query_is_nowhere_in_the_answer(read_at: str) -> None:
    """As pasted, within another address, under another name, in a path: the page is named without it."""
    judged = _judged("https://shop.example.com/p?patient=Ann%20Smith&token=s3cr3tvalue", read_at)

    before = to_json(verdict_document(judged.verdict, _RULES))
    told = discreet(judged)
    after = to_json(verdict_document(told.verdict, _RULES)) + repr(told.findings)

    assert "s3cr3tvalue" in before
    assert "s3cr3tvalue" not in after
    assert "Smith" not in after
    assert "https://shop.example.com/" in after


def test_addresses_that_carry_nothing_of_it_stay_whole() -> None:
    """A product page of the shop's own is named so that others find it, whatever language somebody asked in."""
    judged = _judged("https://shop.example.com/p?lang=en", "https://shop.example.com/p?product=en-12&page=2")

    told = to_json(verdict_document(discreet(judged).verdict, _RULES))

    assert "https://shop.example.com/p?product=en-12&page=2" in told


def test_a_query_without_names_is_hidden_too() -> None:
    """`?s3cr3tvalue` has no `=`."""
    judged = _judged("https://shop.example.com/p?s3cr3tvalue", "https://shop.example.com/q?s3cr3tvalue&x=1")

    assert "s3cr3tvalue" not in to_json(verdict_document(discreet(judged).verdict, _RULES))

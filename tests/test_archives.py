"""Archives that somebody else wrote: they say what they hold, and nothing about what they lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pharmcheck.capture import read_warc, write_warc
from pharmcheck.check import judge
from pharmcheck.errors import ArchiveError
from pharmcheck.model import Category, Verdict
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_HOME = (
    "<html lang=en><title>Quay</title><h1>Quay Pharmacy</h1><p>Refill your prescription with us.</p>"
    '<a href="/contact">Contact</a> <a href="/terms">Terms</a> <a href="/blog/tips">Tips</a>'
    '<a href="https://elsewhere.example.org/contact">Contact a friend</a>'
)


def _verdict(**pages: str) -> Verdict:
    return judge(site(archived=True, **pages), _RULES, now=WHEN).verdict


def test_pages_that_an_archive_lacks_lower_coverage_and_nothing_else() -> None:
    """They are named; the verdict is that of the pages that are there."""
    partial = _verdict(home=_HOME, contact="# Contact\n12 Quay Street, Whitby YO21 3PU")
    whole = _verdict(home=_HOME, contact="# Contact\n12 Quay Street, Whitby YO21 3PU", terms="# Terms\nFair ones.")
    assert (partial.category, partial.reason_code) == (whole.category, whole.reason_code)
    assert (partial.coverage, whole.coverage) == (66, 100)
    assert [item.what for item in partial.not_checked] == ["https://shop.example.com/terms"]


def test_an_archive_says_nothing_about_the_connection() -> None:
    """Addresses that begin with https prove no handshake."""
    https = next(criterion for criterion in _verdict(home=_HOME).criteria if criterion.name.value == "https")
    assert https.outcome.value == "undetermined"


def test_an_inner_page_alone_does_not_make_a_site_no_pharmacy() -> None:
    """What the home page sells was not seen."""
    verdict = _verdict(contact="# Contact\nWrite to us.")
    assert (verdict.category, verdict.reason_code) == (Category.COULD_NOT_CHECK, "too_little_read")
    assert verdict.coverage < 50


def test_a_conviction_needs_no_home_page() -> None:
    """A D rule convicts on any page read."""
    verdict = _verdict(
        product="# Finasteride 1 mg\n$1.20\n! Add to cart\nNo prescription is required to order from us."
    )
    assert verdict.category is Category.DANGER


def test_a_pharmacy_ending_is_shown_as_a_proof_without_a_date() -> None:
    """Register `dot_pharmacy` has no snapshot; nobody invents one."""
    verdict = judge(site("quay.pharmacy", home=_HOME), _RULES, now=WHEN).verdict
    assert verdict.category is Category.VERIFIED
    assert [(proof.register, proof.snapshot_date, proof.entry_id) for proof in verdict.proofs] == [
        ("dot_pharmacy", None, "quay.pharmacy")
    ]


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "http://[::bad",
        "http://[x]/",
        "//[",
        "https://a]b/",
        "http://\uff0f\uff0fx",
        "http://a\u2100b/",
        "http://x:port/",
    ],
)
def test_a_link_that_is_no_address_stops_nobody(url: str, archived: bool) -> None:
    """A page links to anything; a shop must not get away by linking to nonsense."""
    page = (
        f'<html lang=en><title>T</title><p>Words</p><a href="{url}">Contact</a>'
        f'<form action="{url}"><input type=email></form>'
        f'<a href="{url}"><img alt="NABP accredited" src="{url}"></a>'
    )
    verdict = judge(site(archived=archived, home=page, contact=page), _RULES, now=WHEN).verdict
    assert verdict.category is Category.NOT_A_PHARMACY


def test_a_description_with_an_unreadable_page_address_is_refused(tmp_path: Path) -> None:
    """Our own form of archive may come from a stranger, too."""
    one = site(home="# Shop")
    broken = replace(one, pages=(replace(one.pages[0], url="http://[x"),))
    write_warc([broken], tmp_path / "a.warc.gz")
    with pytest.raises(ArchiveError):
        read_warc(tmp_path / "a.warc.gz")

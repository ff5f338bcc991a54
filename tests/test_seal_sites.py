"""Whole sites with seals and borrowed names, and the verdicts that they deserve."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pharmcheck.check import judge
from pharmcheck.examples import page_of
from pharmcheck.model import Attempt, Capture, Category, FetchOutcome, Judgement, Outcome, Page, PageRole, Proof
from pharmcheck.registers import EMPTY_REGISTERS, Identifier, MemoryRegisters, Record, Snapshot
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

RULES = load_ruleset()
REGISTERS = MemoryRegisters(
    [Snapshot("sample_gb", "GB", "The sample register", WHEN.date(), timedelta(days=30))],
    [
        Record(
            "sample_gb", "GB-1", "Harbourlight Pharmacy", "GB", ("https://www.harbourlight.com/",),
            identifiers=(Identifier("gb_gphc_premises", "1099887"),), postcode="YO21 3PU",
            address="12 Quay Street, Whitby",
        )
    ],
)  # fmt: skip
SHOP = "<h2>Sildenafil 50 mg</h2><p>£40.00</p><button>Add to cart</button>"
IDENTITY = (
    "# Contact\nHarbourlight Pharmacy, 12 Quay Street, Whitby YO21 3PU\nGPhC registration number 1099887\n"
    "Telephone 01947 496 0123"
)
ENTRY = "https://www.aanbiedersmedicijnen.nl/aanbieders/aanbiederslijst/zaanpil/index"
NABP = "https://safe.pharmacy/buy-safely/?url=zaanpil.com"


def shop(host: str, more: str = "", **pages: str) -> Capture:
    return site(host, home=f"<html lang=en><h1>Our pharmacy</h1>{SHOP}{more}</html>", **pages)


def with_issuer(capture: Capture, url: str, text: str) -> Capture:
    body = page_of(text, "en").encode()
    headers = (("content-type", "text/html; charset=utf-8"),)
    digest = hashlib.sha256(body).hexdigest()
    page = Page(url, PageRole.ISSUER, 200, headers, body, digest, WHEN, truncated=False)
    attempt = Attempt(url, PageRole.ISSUER, FetchOutcome.FETCHED, "read", (), 10)
    return replace(capture, pages=(*capture.pages, page), attempts=(*capture.attempts, attempt))


def judged(capture: Capture, registers: MemoryRegisters = EMPTY_REGISTERS) -> Judgement:
    return judge(capture, RULES, registers=registers, now=WHEN)


def present(judgement: Judgement) -> set[str]:
    return {finding.rule_id for finding in judgement.findings if finding.outcome is Outcome.PRESENT}


def test_the_registered_site_itself_is_verified_and_imitates_nobody() -> None:
    """The other side of every rule about borrowed names."""
    judgement = judged(shop("www.harbourlight.com", contact=IDENTITY), REGISTERS)
    assert judgement.verdict.category is Category.VERIFIED
    assert not {"IMP001", "IMP002", "IMP003"} & present(judgement)


@pytest.mark.parametrize(
    "host", ["harbourlight-online.com", "harbourlight.shop", "harb0urlight.com", "harbourligth.com"]
)
def test_a_full_clone_is_caution_and_impersonation(host: str) -> None:
    """Name, number, address and phone are all copied; the register names the other address."""
    verdict = judged(shop(host, contact=IDENTITY), REGISTERS).verdict
    assert (verdict.category, verdict.reason_code, verdict.proofs) == (Category.CAUTION, "impersonation", ())
    assert "harbourlight.com" in verdict.reasons[0].evidence[0].quote


def test_a_look_alike_name_alone_is_one_weak_sign() -> None:
    """Honest names are alike too."""
    judgement = judged(shop("harbourlight-online.com"), REGISTERS)
    assert "IMP001" in present(judgement)
    assert judgement.verdict.category is Category.UNVERIFIED


def test_a_clone_under_an_unlike_name_is_unverified_at_best() -> None:
    """No look-alike: it may be a second shop of the same pharmacy; the copied number still clears nothing."""
    judgement = judged(shop("quaymeds.com", contact=IDENTITY), REGISTERS)
    assert not {"IMP001", "IMP002"} & present(judgement)
    assert judgement.verdict.category is Category.UNVERIFIED
    assert judgement.verdict.reason_code == "number_exists_not_tied_to_site"


def test_without_registers_nobody_is_said_to_imitate_one() -> None:
    """What cannot be compared is inconclusive."""
    findings = {finding.rule_id: finding for finding in judged(shop("harbourlight-online.com")).findings}
    assert findings["IMP001"].outcome is Outcome.INCONCLUSIVE


def test_a_forged_register_page_is_caution_with_the_host_named() -> None:
    """The first of each host is for a person to see."""
    forged = '<a href="https://pharmacyregulation.org.check.top/registers/pharmacy/1099887"><img src="/gphc.png"></a>'
    verdict = judged(shop("cheap-pills.com", forged)).verdict
    assert (verdict.category, verdict.reason_code) == (Category.CAUTION, "forged_proof")
    assert "pharmacyregulation.org.check.top" in verdict.reasons[0].evidence[0].quote


def test_a_seal_of_another_site_is_caution() -> None:
    """The link was copied with the picture."""
    copied = (
        '<a href="https://www.legitscript.com/websites/?checker_keywords=lumen.com"><img src="/legitscript.png"></a>'
    )
    judgement = judged(shop("cheap-pills.com", copied))
    assert "SEA002" in present(judgement)
    assert judgement.verdict.category is Category.CAUTION


def test_a_logo_with_the_eu_flag_alone_convicts_nobody() -> None:
    """Told by its file name only: one weak sign, and the message says what was not looked at."""
    judgement = judged(shop("cheap-pills.com", '<img src="/LogoSancoInternet_EU.png">'))
    assert "SEA006" in present(judgement)
    assert judgement.verdict.category is Category.UNVERIFIED


@pytest.mark.parametrize(
    "more",
    [
        '<a href="#"><img src="/nabp.png"></a>',
        '<img src="/legitscript.png" alt="LegitScript certified">',
        '<a href="https://www.pharmacyregulation.org/registers/pharmacy"><img src="/gphc.png"></a>',
        '<a href="https://www.bda.bg/gone"><img src="/eu-logo.png"></a>',
        '<a href="http://[broken"><img src="/eu-logo.png"></a>',
        '<a href="https://unknown-host.top/"><img src="/nabp.png"></a>',
    ],
)
def test_a_missing_or_broken_link_alone_convicts_nobody(more: str) -> None:
    """Shops move and issuers rebuild their sites."""
    assert judged(shop("someshop.com", more)).verdict.category is Category.UNVERIFIED


def test_the_page_of_an_authority_that_names_the_site_verifies_it() -> None:
    """With a proof that says from where, which entry and when."""
    logo = f'<a href="{ENTRY}"><img src="/LogoSancoInternet_NL.png"></a>'
    capture = with_issuer(shop("zaanpil.com", logo), ENTRY, "# Zaanpil B.V.\nWebsite\nhttps://www.zaanpil.com")
    judgement = judged(capture)
    assert judgement.verdict.category is Category.VERIFIED
    assert judgement.verdict.reason_code == "register_names_site"
    assert judgement.verdict.proofs == (
        Proof("authority_nl", date(2026, 11, 1), ENTRY, ("issuer_page",), "active", None, ("NL",), "NL"),
    )
    assert "SEA010" in present(judgement)
    elsewhere = judge(capture, RULES, destination="US", now=WHEN).verdict
    assert elsewhere.category is Category.VERIFIED_ELSEWHERE


def test_an_accreditor_that_approves_binds_and_one_that_refuses_is_quoted() -> None:
    """The same page answers for both: it has to be read."""
    seal = f'<a href="{NABP}"><img src="/nabp.png"></a>'
    approved = judged(with_issuer(shop("zaanpil.com", seal), NABP, "# Result\nzaanpil.com is accredited by NABP."))
    assert (approved.verdict.category, approved.verdict.reason_code) == (Category.VERIFIED, "accredited")
    refused = judged(with_issuer(shop("zaanpil.com", seal), NABP, "# Result\nzaanpil.com\nNot recommended"))
    assert (refused.verdict.category, refused.verdict.reason_code) == (Category.CAUTION, "third_party_list")
    assert "NABP" in refused.verdict.reasons[0].evidence[0].quote


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (NABP, "# Result\nNo results for zaanpil.com"),
        (NABP, "# Result\nnot-zaanpil.com is accredited by NABP."),
        (NABP, "# Result\nzaanpil.com.top is accredited by NABP."),
        (NABP, "# Result\nIt is not true that zaanpil.com is accredited."),
        (NABP, "# Result\nYou asked for zaanpil.com\nA site that is accredited by NABP meets our standards fully."),
        (NABP, "# Result\nzaanpil.com is accredited by NABP.\nUpdate: this site is no longer accredited."),
        (NABP, "# Result\nzaanpil.com"),
        (NABP.replace("zaanpil", "other"), "# Result\nzaanpil.com is accredited by NABP."),
        (NABP.replace("safe.pharmacy", "safe.pharmacy.top"), "# Result\nzaanpil.com is accredited by NABP."),
        (NABP.replace("https", "http"), "# Result\nzaanpil.com is accredited by NABP."),
        ("https://www.legitscript.com/websites/zaanpil.com/", "# Status\nzaanpil.com is certified"),
        (ENTRY, "# Illegal sellers\nwww.zaanpil.com"),
        (ENTRY, "# Entry\nwww.zaanpil.com\nVergunning: revoked"),
        (ENTRY, "# Entry\nwww.zaanpil.com/shop"),
        (ENTRY, "# Entry\nwww.zaanpil.com.top"),
        (ENTRY, "# Entry\nshop.zaanpil.com"),
        (ENTRY, "# Entry\ninfo@zaanpil.com"),
        (ENTRY, "# Not found\nWe have no entry for www.zaanpil.com"),
        (ENTRY + "?naam=zaanpil.com", "# Entry\nwww.zaanpil.com"),
        ("https://medicine-seller-register.mhra.gov.uk/search-registry/1?q=zaanpil%2Ecom", "# Entry\nzaanpil.com"),
        ("https://www.aanbiedersmedicijnen.nl/zoeken?q=zaanpil.com", "# Search\nwww.zaanpil.com"),
        ("https://www.ordre.pharmacien.fr/actualites/zaanpil", "# News\nwww.zaanpil.com"),
    ],
)  # fmt: skip
def test_no_other_page_binds(url: str, text: str) -> None:
    """Echoes, warnings, explanations, other hosts, other forms, other names: nothing is verified by them."""
    verdict = judged(with_issuer(shop("zaanpil.com"), url, text)).verdict
    assert verdict.proofs == ()
    assert verdict.category not in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE)


def test_nothing_on_the_page_of_an_issuer_is_the_sites_own() -> None:
    """No offers, contacts, numbers, words, coverage or obstacles come from it."""
    text = (
        "# Zaanpil\nTramadol without prescription $99\n! Add to cart\nNo prescription required.\n"
        "GPhC registration number 1099887\n12 Quay Street, Whitby YO21 3PU"
    )
    plain = site(
        "zaanpil.com", home="# Our club\nWe walk every Sunday, rain or shine.", contact="# Contact\nWrite to us."
    )
    alone, beside = judged(plain), judged(with_issuer(plain, ENTRY, text))
    assert present(beside) == present(alone)
    assert beside.verdict.category is alone.verdict.category
    assert (beside.verdict.coverage, beside.verdict.not_checked) == (alone.verdict.coverage, ())


def test_an_issuer_that_does_not_answer_is_named_and_costs_nothing() -> None:
    """Its wall is not the site's wall, and the site was read no less."""
    plain = shop("zaanpil.com", contact=IDENTITY)
    failed = Attempt(ENTRY, PageRole.ISSUER, FetchOutcome.BLOCKED_BY_SITE, "The site refused.", (), 5)
    verdict = judged(replace(plain, attempts=(*plain.attempts, failed))).verdict
    assert verdict.coverage == judged(plain).verdict.coverage
    assert verdict.category is Category.UNVERIFIED
    assert [item.what for item in verdict.not_checked] == [ENTRY]
    offline = replace(plain, pages=(), attempts=(failed,))
    assert judged(offline).verdict.reason_code == "offline"


def test_the_otc_logo_convicts_no_pharmacy_without_prescription_medicines() -> None:
    """Italian, French and Spanish shops may sell what needs no prescription."""
    logo = '<a href="https://www.ordre.pharmacien.fr/"><img src="/LogoSancoInternet_FR.png"></a>'
    one = judged(shop("pharmacie-exemple.com", logo))
    assert "SEA009" not in present(one), "one medicine may be misread"
    two = judged(shop("pharmacie-exemple.com", SHOP.replace("Sildenafil", "Finasteride") + logo))
    assert "SEA009" in present(two)

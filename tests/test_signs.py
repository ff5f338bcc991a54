"""Warning signs in the policies of shops: what rogue ones write, and what honest ones write in nearly those words."""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()


def _category(role: str, *lines: str) -> Category:
    pages = {
        "home": "Welcome to our pharmacy. Send us your prescription by post.",  # silence about it is a sign of its own
        "product": "# Amoxicillin 500 mg\n£12.00\n! Add to basket",
        role: "# Page\n" + "\n".join(lines),
    }
    return judge(site(**pages), _RULES, now=WHEN).verdict.category


@pytest.mark.parametrize(
    ("role", "line"),
    [
        ("shipping", "Orders are sent by Royal Mail Tracked 48 in plain, discreet packaging."),
        ("shipping", "Prescription orders travel by registered mail within Canada."),
        ("shipping", "We do not ship outside Ireland."),
        ("shipping", "If a parcel comes back to us undelivered we resend it once for a fee."),
        ("shipping", "A parcel lost in the post is replaced or refunded."),
        ("shipping", "Delivery may take up to 14 days when a medicine must be ordered."),
        ("terms", "We share data with authorities where the law demands it."),
        ("terms", "You are responsible for compliance with local laws when you use this site from abroad."),
        ("terms", "By law we cannot take medicines back once they have left the pharmacy."),
        ("terms", "The price includes value added tax."),
        ("terms", "Friends and family of our staff may not take part in the draw."),
        ("terms", "Choose a hand cream as a gift with your order."),
        ("terms", "Our name appears on your card statement."),
        ("terms", "We are not affiliated with the manufacturer."),
        ("faq", "Tell us if you have had a seizure before; we may refund the medicine."),
        ("faq", "Can I pay with Western Union?"),
    ],
)
def test_what_honest_policies_say_is_no_warning_sign(role: str, line: str) -> None:
    """A pharmacy with ordinary terms stays unverified, never worse."""
    assert _category(role, line) is Category.UNVERIFIED


@pytest.mark.parametrize(
    ("role", "line"),
    [
        ("shipping", "Standard airmail takes 14 to 21 days, EMS takes 5 to 9."),
        ("shipping", "If customs seize your package we reship it free of charge."),
        ("terms", "You declare that you are not a member of any law enforcement agency."),
        ("terms", "The customer is responsible for import and customs laws of the country."),
        ("faq", "We take Western Union and MoneyGram."),
        ("faq", "Please do not mention pills or medicine when you pay us."),
        ("faq", "Our generic tablets do not require a prescription from anybody."),
        ("faq", "Instead of a script you may send us a photo of your old pill bottle."),
    ],
)
def test_one_strong_sign_is_enough_for_caution(role: str, line: str) -> None:
    """Conduct that was not seen at licensed pharmacies."""
    assert _category(role, line) in (Category.CAUTION, Category.DANGER)


def test_weak_signs_add_up_from_different_groups() -> None:
    """Each alone is nothing; three of two kinds are."""
    assert _category("shipping", "We ship to any country.") is Category.UNVERIFIED
    two = ("We ship to any country.", "The price includes the prescription fee.")
    assert _category("shipping", *two) is Category.UNVERIFIED
    three = (*two, "Pay by card or in Bitcoin.")
    assert _category("shipping", *three) is Category.CAUTION

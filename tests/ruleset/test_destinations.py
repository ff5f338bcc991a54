"""Who may sell medicines online to whom, and which registers there are."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pharmcheck.registers import RegisterKind
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.destinations import MedicineKind, Sale, build_destinations

_RULES = load_ruleset()
_MATRIX = _RULES.destinations
_DATA: dict[str, Any] = _RULES.lists["destinations"]
_ASKED_FOR = "DE AT GB IE FR ES IT NL BE PL CZ SE DK US CA AU".split()
RX, OTHER = MedicineKind.PRESCRIPTION, MedicineKind.OTHER


def test_the_matrix_covers_the_countries_it_promises_each_with_a_source() -> None:
    """A row without a source is an opinion."""
    rows = {row["country"]: row for row in _DATA["countries"]}
    assert set(_ASKED_FOR) <= set(rows)
    for row in rows.values():
        assert all(source["title"] and source["confidence"] for source in row["sources"])
        assert {row[kind]["confidence"] for kind in MedicineKind} <= {"public-copy", "general-knowledge", "unconfirmed"}


@pytest.mark.parametrize(
    ("seller", "destination", "kinds", "sale"),
    [
        ("DE", "DE", [RX], Sale.ALLOWED),
        ("IE", "IE", [RX], Sale.BANNED),
        ("IE", "IE", [OTHER], Sale.ALLOWED),
        ("IE", "IE", [RX, OTHER], Sale.BANNED),
        ("NL", "DE", [RX], Sale.ALLOWED),
        ("FR", "DE", [OTHER], Sale.BANNED),  # not on the German list of countries
        ("CZ", "DE", [RX], Sale.BANNED),
        ("CZ", "DE", [OTHER], Sale.ALLOWED),
        ("DE", "AT", [OTHER], Sale.ALLOWED),
        ("DE", "AT", [RX], Sale.BANNED),
        ("DE", "AT", [RX, OTHER], Sale.BANNED),
        ("GB", "FR", [OTHER], Sale.UNKNOWN),
        ("CA", "US", [RX], Sale.BANNED),
        ("CA", "US", [OTHER], Sale.UNKNOWN),
        ("IE", "GB", [OTHER], Sale.BANNED),  # sells within the European Economic Area only
        ("XX", "YY", [OTHER], Sale.UNKNOWN),
        ("XX", "XX", [OTHER], Sale.UNKNOWN),
    ],
)
def test_both_laws_must_allow_a_sale(seller: str, destination: str, kinds: list[MedicineKind], sale: Sale) -> None:
    """One ban is enough against it; silence of either law is not known."""
    assert _MATRIX.sale(seller, destination, kinds) is sale


@pytest.mark.parametrize(
    ("country", "banned"), [("IE", True), ("FR", True), ("DE", False), ("GB", False), ("US", False), ("XX", False)]
)
def test_a_ban_accuses_only_where_somebody_s_page_says_so(country: str, banned: bool) -> None:
    """C6 rests on a source, never on memory."""
    assert _MATRIX.bans_prescription_sale(country) is banned
    remembered = copy.deepcopy(_DATA)
    for row in remembered["countries"]:
        row["prescription"]["confidence"] = "general-knowledge"
    assert not build_destinations(remembered).bans_prescription_sale(country)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows.append(rows[0]),
        lambda rows: rows[0]["other"]["sells"].update(home="yes"),
        lambda rows: rows[0]["other"]["takes"].update(everywhere="allowed"),
    ],
    ids=["twice", "another word", "no such place"],
)
def test_a_matrix_with_a_slip_does_not_load(spoil: Any) -> None:
    """A typing error must not become a permission."""
    data = copy.deepcopy(_DATA)
    spoil(data["countries"])
    with pytest.raises(ValueError, match=r"destinations|Sale"):
        build_destinations(data)


def test_only_registers_with_web_addresses_can_tie_a_site() -> None:
    """By the columns of their files; lists that the law of the EEA asks for have them."""
    known = {row.name: row for row in _RULES.directory.listings}
    assert known["sukl_cz"].names_sites
    assert known["basg_at"].names_sites
    assert known["nabp_us"].names_sites
    assert not known["nppes_us"].names_sites
    assert not known["nhsbsa_gb"].names_sites
    assert not known["napra_ca"].names_sites


def test_a_country_s_registers_come_in_the_order_of_the_countries() -> None:
    """The seller's first, then the buyer's; warnings only when they are asked for."""
    found = _RULES.directory.of(["CZ", "AT"], RegisterKind.REGISTER)
    assert [row.name for row in found] == ["sukl_cz", "basg_at"]
    assert all(row.page and row.page.startswith("https://") for row in found)
    assert {row.kind for row in _RULES.directory.of(["US"])} > {RegisterKind.REGISTER, RegisterKind.WARNING}

"""A look-up shows what is known and which register could say more; a standing says how old each one is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pharmcheck.errors import AddressError
from pharmcheck.refresh import lookup, standing
from pharmcheck.registers import EMPTY_REGISTERS, RegisterKind
from pharmcheck.store import Store

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "asked", ["shop7.example", "https://www.shop7.example/basket?x=1", "hxxps://shop7[.]example", " SHOP7.example "]
)
def test_a_site_is_found_however_it_is_written(store: Store, load, listing, source, asked: str) -> None:
    """As pasted, defanged, with a path."""
    load(listing(30))

    answer = lookup(asked, store.registers(), [source])

    assert answer.is_domain
    assert [(snapshot.name, record.entry_id) for snapshot, record in answer.records] == [("quay", "1000007")]


@pytest.mark.parametrize("asked", ["1000007", " 100-00 07", "1.000.007"])
def test_a_number_is_found_however_it_is_written(store: Store, load, listing, source, asked: str) -> None:
    """Blanks, dots and hyphens are not part of a number."""
    load(listing(30))

    answer = lookup(asked, store.registers(), [source])

    assert not answer.is_domain
    assert [record.name for _, record in answer.records] == ["Pharmacy 7"]


def test_a_warned_site_is_found(store: Store, load, listing, source) -> None:
    """Below the warned name too."""
    load(listing(30, "warning,,pills.example"))

    assert len(lookup("www.pills.example", store.registers(), [source]).warnings) == 1


@pytest.mark.parametrize("asked", ["", "two words", "pharmacy"])
def test_what_is_neither_is_a_sentence(asked: str, source) -> None:
    """No digit and no name with an ending."""
    with pytest.raises(AddressError):
        lookup(asked, EMPTY_REGISTERS, [source])


def test_the_register_that_would_settle_it_is_named(store: Store, source, load, listing) -> None:
    """That of the country whose ending the name has, even if it can only be asked by hand; else what can be loaded."""
    german = replace(source, name="de", country="DE", importer="")
    british = replace(source, name="gb", country="GB")
    accreditation = replace(source, name="us", country="US", kind=RegisterKind.ACCREDITATION)
    sources = [source, german, british, accreditation]
    load(listing(30))

    def missing(asked: str) -> list[str]:
        return [each.name for each in lookup(asked, store.registers(), sources).not_loaded]

    assert missing("shop.de") == ["de"]
    assert missing("shop.co.uk") == ["gb"]
    assert missing("shop.com") == ["gb", "us"]
    assert missing("9999999") == ["gb"]


def test_a_standing_tells_loaded_stale_and_missing(store: Store, source, load, listing) -> None:
    """Every register that is loaded or known, by name, with its age."""
    load(listing(30))
    other = replace(source, name="anchor")

    missing, held = standing(store.loaded_registers(), [source, other], TODAY)
    _, stale = standing(store.loaded_registers(), [source, other], date(2027, 1, 1))

    assert (missing.name, missing.loaded, missing.fresh, missing.age) == ("anchor", None, False, None)
    assert held.age is not None
    assert (held.name, held.fresh, held.age.days, held.fresh_until) == ("quay", True, 19, date(2026, 12, 16))
    assert not stale.fresh


def test_a_register_that_no_list_knows_any_more_still_stands(store: Store, load, listing) -> None:
    """One that was loaded with a map of one's own."""
    load(listing(30))

    (held,) = standing(store.loaded_registers(), [], TODAY)

    assert (held.name, held.country, held.source) == ("quay", "GB", None)

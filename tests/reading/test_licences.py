"""Printed numbers: found beside their labels, checked, and never taken from a telephone, a year or prose."""

from __future__ import annotations

import pytest

from pharmcheck.reading.licences import bare, well_formed


def test_every_form_accepts_its_valid_and_refuses_its_invalid_example(vocabulary):
    """The data file proves itself."""
    for entry in vocabulary.formats:
        assert well_formed(entry, entry.valid), entry.id
        assert not well_formed(entry, entry.invalid), entry.id


def test_every_valid_example_is_found_beside_each_of_its_labels(reading, vocabulary):
    """Every label of every scheme finds the scheme's own example."""
    for entry in vocabulary.formats:
        for label in entry.labels:
            claims = reading(f"<p>{label}: {entry.valid}</p>").licence_claims
            assert entry.id in {claim.scheme for claim in claims}, (entry.id, label)


def test_every_example_that_is_an_address_is_found_as_a_link(reading, vocabulary):
    """A link to an entry of a register names its number; a look-alike host does not."""
    listings = [entry for entry in vocabulary.formats if entry.link and entry.valid.startswith("http")]
    for entry in listings:
        for url, found in ((entry.valid, True), (entry.invalid, False)):
            claims = reading(f'<p><a href="{url}">our entry</a></p>').licence_claims
            assert (entry.id in {claim.scheme for claim in claims}) is found, url
    assert len(listings) >= 7


@pytest.mark.parametrize(
    ("url", "scheme", "number"),
    [
        (
            "https://www.pharmacyregulation.org/registers/pharmacy/registrationnumber/9999001",
            "gb_gphc_premises",
            "9999001",
        ),
        ("https://www.pharmacyregulation.org/registers/pharmacist/2999001", "gb_gphc_pharmacist", "2999001"),
        ("https://npiregistry.cms.hhs.gov/provider-view/1234567893", "us_npi", "1234567893"),
        ("https://medicine-seller-register.mhra.gov.uk/search-registry/99999", "gb_mhra_dsl", "99999"),
        ("https://www.cqc.org.uk/location/1-1234567890", "gb_cqc", "1-1234567890"),
    ],
)
def test_a_link_to_an_entry_carries_its_number(reading, url, scheme, number):
    """The number stands in the address."""
    (claim,) = reading(f'<p><a href="{url}">check us</a></p>').licence_claims
    assert (claim.scheme, claim.number, claim.label) == (scheme, number, "check us")


@pytest.mark.parametrize(
    ("body", "scheme", "number", "good"),
    [
        ("<p>NPI number 1234567893</p>", "us_npi", "1234567893", True),
        ("<p>NPI # 1234567890.</p>", "us_npi", "1234567890", False),
        ("<tr><td>NPI</td><td>1234567893</td>", "us_npi", "1234567893", True),
        ("<p>NPI: 80840 1234567893</p>", "us_npi", "1234567893", True),
        ("<p>GPhC premises number: 1234567</p>", "gb_gphc_premises", "1234567", True),
        ("<p>GPhC premises number 2047321</p>", "gb_gphc_premises", "2047321", False),
        ("<p>GPhC registration number 2999001</p>", "gb_gphc_pharmacist", "2999001", True),
        ("<p>Superintendent pharmacist: Miriam Aldous, GPhC 2999001.</p>", "gb_gphc_pharmacist", "2999001", True),
        ("<p>IČO: 063 78 510</p>", "cz_ico", "06378510", True),
        ("<p>IČO: 063 78 510, DIČ: CZ25123891</p>", "cz_vat", "25123891", True),
        ("<p>Registered in England and Wales No. 01234567. Founded 1998</p>", "gb_company", "01234567", True),
        ("<p>Company number 1234567</p>", "gb_company", "01234567", True),
        ("<p>License No. AB-12345</p>", "unspecified", "AB12345", None),
        ("<p>Pharmacy license PHAR.CF.00001234</p>", "us_state_license", "PHARCF00001234", None),
        ("<p>NJ state license 28RS00012345</p>", "us_state_license", "28RS00012345", None),
        ("<p>FINESS 12345</p>", "fr_finess", "12345", False),
        ("<p>Licence n° 74#999041</p>", "fr_licence", "74#999041", True),
        ("<p>VAT DE136695976</p>", "de_ust_id", "136695976", True),
        ("<p>USt-IdNr.: DE136695978</p>", "de_ust_id", "136695978", False),
        ("<p>Btw-nummer NL004495445B01</p>", "nl_vat", "004495445B01", True),
        ("<p>UID: CHE-100.155.212</p>", "ch_uid", "CHE100155212", True),
        ("<p>Ordine dei Farmacisti di Milano n. 1234</p>", "it_ordine", "1234", True),
        (
            "<p>Versandhandelserlaubnis, erteilt vom Landesamt, Nr. 99/4711-05</p>",
            "de_versanderlaubnis",
            "99471105",
            True,
        ),
    ],
)
def test_a_claim_is_found_with_its_form(reading, body, scheme, number, good):
    """Label and number in one block or in neighbouring cells; a bad checksum is kept and said."""
    claims = {claim.scheme: claim for claim in reading(body).licence_claims}
    assert (claims[scheme].number, claims[scheme].well_formed) == (number, good)


@pytest.mark.parametrize(
    "text",
    [
        "We are a licensed pharmacy.",
        "Check the licence number before you buy.",
        "1234567893",
        "big 19 sale",
        "Our licence was granted in 2019 and renewed in 2023.",
        "Licence of 12 March 2019",
        "Our licence: 12345",
        "ICO registration ZA123456",
        "Activité déclarée à l'ARS du Lac le 2 mars 2019",
        "Registered with PSI since 2015",
        "iscritto all'Ordine dei farmacisti di Roma dal 1998",
        "HSA approved 2019 products",
        "VIPPS accredited since 2010",
        "IK 24 Stunden geöffnet",
        "Form 20 minutes",
        "Superintendent 24/7 on call",
        "Ask the Ontario College of Pharmacists at 483 Huron Street",
    ],
)
def test_words_without_a_number_are_no_claim(reading, text):
    """Adjectives, advice, years, house numbers and bare digits claim nothing."""
    assert reading(f"<p>{text}</p>").licence_claims == ()


@pytest.mark.parametrize(
    "text",
    [
        "NPI: call 1-212-555-0147 now",
        "NPI, phone 2125550147",
        "NPI on request, fax: 1125550147",
        "NPI. Telephone 1234567893",
        "KvK, telefoon 12345678",
        "SIRET, tél. 732829320",
    ],
)
def test_a_telephone_number_is_no_licence(reading, text):
    """American telephone numbers have the ten digits of an NPI, and one in ten passes its check."""
    assert reading(f"<p>{text}</p>").licence_claims == ()


def test_an_npi_that_ends_in_nought_is_valid(vocabulary):
    """Ten minus nothing is ten: the check digit is taken modulo ten once more."""
    npi = next(entry for entry in vocabulary.formats if entry.id == "us_npi")
    assert well_formed(npi, "1999999000")
    assert not well_formed(npi, "1999999001")


@pytest.mark.parametrize("first", "03456789")
def test_an_npi_begins_with_one_or_two(vocabulary, first):
    """Whatever its check digit says."""
    npi = next(entry for entry in vocabulary.formats if entry.id == "us_npi")
    assert not any(well_formed(npi, f"{first}23456789{digit}") for digit in range(10))


def test_a_number_belongs_to_the_label_nearest_before_it(reading):
    """Two labels in a row, two numbers in a row: each number counts once."""
    (claim,) = reading("<p>General Pharmaceutical Council premises registration 9999001</p>").licence_claims
    assert (claim.scheme, claim.label) == ("gb_gphc_premises", "premises registration")
    claims = reading("<p>RPPS 10001234565 SIRET 732 829 320 00074</p>").licence_claims
    assert [(claim.scheme, claim.number) for claim in claims] == [
        ("fr_rpps", "10001234565"),
        ("fr_siret", "73282932000074"),
    ]


def test_a_word_that_all_countries_use_needs_the_letters_of_one(reading):
    """Nine digits behind "VAT" that fit nothing are nobody's; with letters before them they are that country's."""
    assert reading("<p>VAT number 123456789</p>").licence_claims == ()
    claims = reading("<p>VAT number FR23334175221, VAT number GB802311781</p>").licence_claims
    assert [(claim.scheme, claim.well_formed) for claim in claims] == [("fr_vat", True), ("gb_vat", False)]


def test_one_number_has_one_spelling(vocabulary):
    """Blanks, points, letters of the country and missing noughts do not make another number."""
    by_id = {entry.id: entry for entry in vocabulary.formats}
    for scheme, printed in (
        ("gb_vat", ("GB 980 7806 84", "980780684")),
        ("gb_company", ("1234567", "01234567")),
        ("at_firmenbuch", ("FN 123456 a", "123456A")),
        ("be_vat", ("BE 0428.759.497", "0428759497")),
    ):
        assert len({bare(by_id[scheme], number) for number in printed}) == 1, scheme


def test_a_number_says_whose_kind_it_is(reading):
    """Company and tax numbers say who somebody is, never that it may dispense."""
    text = "<p>NPI 1234567893</p><p>GPhC 2999001</p><p>Company number 01234567</p><p>VAT GB980780684</p>"
    kinds = {claim.scheme: claim.kind for claim in reading(text).licence_claims}
    assert kinds == {"us_npi": "pharmacy", "gb_gphc_pharmacist": "person", "gb_company": "company", "gb_vat": "tax"}

"""The bulk file of US health-care providers, and one answer of its live register."""

from __future__ import annotations

import csv
import io
import json

import pytest

from pharmcheck.errors import RegisterFileError, UsageError
from pharmcheck.registers import Identifier, Record
from pharmcheck.registers.sources import find_source
from pharmcheck.registers.sources.nppes_answer import lookup_url, read_answer

PLACE = "Provider Business Practice Location Address"
COLUMNS = [
    "NPI", "Entity Type Code", "Provider Organization Name (Legal Business Name)", "Provider Other Organization Name",
    "Provider First Line Business Practice Location Address", "Provider Second Line Business Practice Location Address",
    f"{PLACE} City Name", f"{PLACE} State Name", f"{PLACE} Postal Code", f"{PLACE} Telephone Number",
    "Provider Enumeration Date", "NPI Deactivation Date", "NPI Reactivation Date", "Authorized Official Last Name",
    *(f"Healthcare Provider Taxonomy Code_{n}" for n in range(1, 16)),
    *(f"Provider License Number_{n}" for n in range(1, 16)),
    *(f"Provider License Number State Code_{n}" for n in range(1, 16)),
    *(f"Other Provider Identifier_{n}" for n in range(1, 51)),
    *(f"Other Provider Identifier Issuer_{n}" for n in range(1, 51)),
]  # fmt: skip
GOOD = {
    "NPI": "1234567893",
    "Entity Type Code": "2",
    "Provider Organization Name (Legal Business Name)": "SAMPLE PHARMACY LLC",
    "Provider Other Organization Name": "Corner Sample Drugs",
    "Provider First Line Business Practice Location Address": "12 INVENTED ST",
    f"{PLACE} City Name": "SAMPLETON",
    f"{PLACE} State Name": "CA",
    f"{PLACE} Postal Code": "999011234",
    f"{PLACE} Telephone Number": "5552001234",
    "Provider Enumeration Date": "05/23/2011",
    "Authorized Official Last Name": "PERSON",
    "Healthcare Provider Taxonomy Code_7": "3336C0003X",
    "Provider License Number_7": "PHY 12345",
    "Provider License Number State Code_7": "CA",
    "Provider License Number_8": "PENDING",
    "Provider License Number State Code_8": "NV",
    "Other Provider Identifier_3": "0512345",
    "Other Provider Identifier Issuer_3": "NCPDP",
}


def bulk(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([[row.get(column, "") for column in COLUMNS] for row in rows])
    return out.getvalue().encode()


def test_a_pharmacy_is_an_organisation_with_a_pharmacy_taxonomy_in_any_of_fifteen_columns(read) -> None:
    """Persons, and organisations that are something else, are passed over."""
    doctor = GOOD | {"Entity Type Code": "1"}
    clinic = GOOD | {"Healthcare Provider Taxonomy Code_7": "261Q00000X", "Provider License Number_7": "3336"}

    assert [record.entry_id for record in read("nppes_us", bulk(doctor, GOOD, clinic)).records] == ["1234567893"]


def test_an_entry_has_its_numbers_names_and_place(read) -> None:
    """Licences are found bare and with their state; words in the place of numbers, and persons, are dropped."""
    (record,) = read("nppes_us", bulk(GOOD)).records

    assert record.identifiers == (
        Identifier("us_npi", "1234567893"),
        Identifier("us_state_license", "PHY12345"),
        Identifier("us_state_license", "CAPHY12345"),
        Identifier("us_ncpdp", "0512345"),
    )
    assert (record.name, record.other_names) == ("SAMPLE PHARMACY LLC", ("Corner Sample Drugs",))
    assert (record.address, record.postcode) == ("12 INVENTED ST, SAMPLETON, CA", "99901-1234")
    assert (record.phones, record.web_addresses, record.status) == (("+15552001234",), (), "active")
    assert "PERSON" not in repr(record)


@pytest.mark.parametrize(
    ("ended", "returned", "status"),
    [
        ("", "", "active"),
        ("01/02/2024", "", "expired"),
        ("01/02/2024", "03/04/2024", "active"),
        ("05/06/2024", "03/04/2024", "expired"),
    ],
)
def test_a_deactivated_number_is_expired_until_it_is_reactivated(read, ended: str, returned: str, status: str) -> None:
    """The later of the two dates decides."""
    row = GOOD | {"NPI Deactivation Date": ended, "NPI Reactivation Date": returned}

    assert [record.status for record in read("nppes_us", bulk(row)).records] == [status]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"NPI": "1234567890"}, "the NPI has a wrong check digit"),
        ({"Provider Organization Name (Legal Business Name)": "TEST PHARMACY"}, "a test row"),
        ({"Provider Organization Name (Legal Business Name)": ""}, "the row has no name"),
        ({"NPI Deactivation Date": "soon"}, "“soon” is not a date as this register writes them"),
    ],
)
def test_a_bad_row_is_quarantined(read, change: dict[str, str], reason: str) -> None:
    """With its line and the reason; its neighbours stay."""
    found = read("nppes_us", bulk(GOOD | change, GOOD))

    assert [(bad.line, bad.reason) for bad in found.quarantined] == [(2, reason)]
    assert len(found.records) == 1


def test_a_row_torn_by_a_line_break_is_quarantined(read) -> None:
    """Half a row has too few cells."""
    found = read("nppes_us", bulk(GOOD, GOOD).replace(b'"12 INVENTED ST"', b'"12 INVENTED\nST"', 1))

    assert len(found.records) == 1
    assert [bad.line for bad in found.quarantined] == [3]


def test_the_zip_is_read_as_a_stream(read, pack) -> None:
    """The one member that is the file is found among its companions."""
    archive = pack(
        **{
            "npidata_pfile_20050523-20261108__csv": bulk(GOOD),
            "npidata_pfile_20050523-20261108_fileheader__csv": bulk(),
            "othername_pfile_20050523-20261108__csv": b"x",
        }
    )

    assert len(read("nppes_us", archive).records) == 1


def test_memory_does_not_grow_with_the_file(sources) -> None:
    """Ten times as many rows take no more memory to read."""
    import tracemalloc

    from pharmcheck.registers.sources import importer_for

    importer = importer_for(find_source(sources, "nppes_us"))
    head, *rows = bulk(GOOD).splitlines(keepends=True)

    def peak(times: int) -> int:
        body = io.BytesIO(head + b"".join(rows) * times)
        tracemalloc.start()
        assert sum(1 for _ in importer.read(body, as_of=None)) == times
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # loads and caches what any reading needs
    assert peak(20_000) < peak(6_000) * 1.5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"<html><title>Maintenance</title>", "“Maintenance”"),
        (b"KOD_PRACOVISTE,NAZEV\n1,2\n", "no column “NPI”"),
        (b"x" * (3 << 20), "a line has more than"),
    ],
)
def test_a_file_of_another_kind_is_refused(read, content: bytes, says: str) -> None:
    """With what was expected and what was found."""
    with pytest.raises(RegisterFileError, match="Expected the full or weekly file of NPPES") as refused:
        read("nppes_us", content)

    assert says in str(refused.value)


NEW = {
    "result_count": 1,
    "results": [
        {
            "number": "1234567893",
            "enumeration_type": "NPI-2",
            "created_epoch": "1306108800000",
            "basic": {"organization_name": "SAMPLE PHARMACY LLC", "enumeration_date": "2011-05-23", "status": "A"},
            "other_names": [{"organization_name": "Corner Sample Drugs", "code": "3"}],
            "addresses": [
                {"address_purpose": "MAILING", "address_1": "PO BOX 1", "city": "ELSEWHERE"},
                {
                    "address_purpose": "LOCATION", "address_1": "12 INVENTED ST", "city": "SAMPLETON", "state": "CA",
                    "postal_code": "999011234", "telephone_number": "555-200-1234",
                },
            ],
            "taxonomies": [{"code": "3336C0003X", "license": "PHY 12345", "state": "CA"}],
            "identifiers": [{"identifier": "0512345", "issuer": "NCPDP", "code": "01"}],
            "endpoints": [],
        }
    ],
}  # fmt: skip


def live(sources, body: object) -> tuple[int, tuple[Record, ...]]:
    answer = read_answer(
        body if isinstance(body, bytes) else json.dumps(body).encode(), find_source(sources, "nppes_us")
    )
    return answer.found, answer.pharmacies


def test_a_live_answer_is_the_same_entry_as_in_the_bulk_file(sources, read) -> None:
    """Both roads to a number lead to the same record."""
    (record,) = read("nppes_us", bulk(GOOD)).records

    assert live(sources, NEW) == (1, (record,))


def test_the_old_form_of_an_answer_is_read_too(sources) -> None:
    """Numbers and epochs were integers once, and an empty list was an empty text."""
    old = json.loads(json.dumps(NEW))
    old["results"][0] |= {"number": 1234567893, "created_epoch": 1306108800, "identifiers": "", "other_names": ""}

    found, (record,) = live(sources, old)

    assert (found, record.entry_id, record.other_names) == (1, "1234567893", ())


def test_a_number_of_a_person_is_found_and_no_pharmacy(sources) -> None:
    """That a number exists and that it is a pharmacy's are two answers."""
    person = json.loads(json.dumps(NEW).replace("NPI-2", "NPI-1"))

    assert live(sources, person) == (1, ())
    assert live(sources, {"result_count": 0, "results": []}) == (0, ())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"Errors": [{"description": "NPI must be 10 digits", "number": "06"}]}, "NPI must be 10 digits"),
        ({"fine": True}, "no results"),
        (b"<html>busy</html>", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[1]", "no results"),
        (b'{"results": 7}', "no results"),
    ],
)
def test_a_complaint_and_an_answer_of_another_kind_are_told(sources, body: object, says: str) -> None:
    """The registry sends its complaints as successes."""
    with pytest.raises(RegisterFileError, match=says):
        live(sources, body)


def test_only_a_number_that_can_be_one_is_asked(sources) -> None:
    """The registry does not look at the check digit, so we do."""
    source = find_source(sources, "nppes_us")
    assert lookup_url("1234567893", source) == "https://npiregistry.cms.hhs.gov/api/?version=2.1&number=1234567893"
    with pytest.raises(UsageError, match="is not an NPI"):
        lookup_url("1234567890&state=CA", source)

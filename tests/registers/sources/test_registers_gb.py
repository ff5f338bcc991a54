"""The lists of England: NHS pharmacies, NHS dispensaries, and the directory of the Care Quality Commission."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import pytest

from pharmcheck.errors import RegisterFileError
from pharmcheck.registers import Identifier, Snapshot
from pharmcheck.registers.sources import find_source

CONSOLIDATED = (
    "PHARMACY_ODS_CODE_F_CODE,HEALTH_AND_WELLBEING_BOARD,PHARMACY_TRADING_NAME,ORGANISATION_NAME,ADDRESS_FIELD1,"
    "ADDRESS_FIELD2,ADDRESS_FIELD3,ADDRESS_FIELD4,POST_CODE,PHARMACY_OPENING_HOURS_MONDAY\n"
    "FZZ01,Sampleshire,SAMPLE PHARMACY,SAMPLE (CHEMISTS) LTD,12 INVENTED STREET,,SAMPLETON,,ZZ1 1ZZ,09:00-17:00\n"
)
CONTRACTOR = (
    "YEAR_MONTH,REGION_CODE,HWB_CODE,CONTRACTOR_CODE,CONTRACTOR_NAME,TRADING_NAME,ADDRESS_FIELD1,ADDRESS_FIELD2,"
    "ADDRESS_FIELD3,ADDRESS_FIELD4,POST_CODE,PHONE_NUMBER,PHARMACY_TYPE,PRIVATE,START_DATE\n"
    "202610,Y01,E01,FZZ01,SAMPLE (CHEMISTS) LTD,SAMPLE PHARMACY,12 INVENTED STREET,,SAMPLETON,,ZZ1 1ZZ,020 7946 0123,"
    "Community,N,01/02/2020\n"
)


@pytest.mark.parametrize("content", [CONSOLIDATED, CONTRACTOR])
def test_both_nhs_lists_give_the_same_entry(read, content: str) -> None:
    """Whichever of the two files is brought; neither has a web address."""
    (record,) = read("nhsbsa_gb", content).records

    assert (record.entry_id, record.name, record.postcode) == ("FZZ01", "SAMPLE PHARMACY", "ZZ1 1ZZ")
    assert record.other_names == ("SAMPLE (CHEMISTS) LTD",)
    assert record.address == "12 INVENTED STREET, SAMPLETON"
    assert record.web_addresses == ()


def dispensary(
    code: str = "FZZ01", status: str = "A", opened: str = "20200201", closed: str = "", width: int = 27
) -> str:
    cells = [""] * width
    cells[0:2] = code, "SAMPLE PHARMACY"
    cells[4:10] = "12 INVENTED STREET", "", "SAMPLETON", "", "", "SW1A 9ZZ"
    cells[10:15] = opened, closed, status, "1", "PZZ01"
    cells[17] = "020 7946 0123"
    return ",".join(f'"{cell}"' for cell in cells)


def test_the_dispensaries_have_no_header(read, pack) -> None:
    """Their 27 columns are known by their places; a closed one is expired."""
    body = "\r\n".join(
        [dispensary(), dispensary("FZZ02", "C", closed="20260101"), dispensary("FZZ03", closed="20260101")]
    )
    found = read("ods_gb", pack(edispensary__csv=body.encode()))

    assert [(record.entry_id, record.status) for record in found.records] == [
        ("FZZ01", "active"), ("FZZ02", "expired"), ("FZZ03", "expired"),
    ]  # fmt: skip
    assert (found.records[0].postcode, found.records[0].phones) == ("SW1A 9ZZ", ("+442079460123",))


def test_a_dispensary_row_of_another_form_is_quarantined(read) -> None:
    """A status nobody knows, a torn row, a postcode that is none, a date that is none."""
    rows = [dispensary(), dispensary(), dispensary(), dispensary(), dispensary(), dispensary(),
            dispensary(status="?"), dispensary(width=20), dispensary(code="not a code"), dispensary(opened="soon"),
            dispensary(opened="20270101")]  # fmt: skip
    found = read("ods_gb", "\n".join(rows))

    assert [bad.line for bad in found.quarantined] == [7, 8, 9, 10, 11]
    assert len(found.records) == 6


@pytest.mark.parametrize(
    "content",
    [CONSOLIDATED, "FZZ01,Sample Pharmacy,,12 Invented Street,,Sampleton,ZZ1 1ZZ,01632 960123,52.1,0.4\n" * 5],
)
def test_a_table_of_another_width_is_no_list_of_dispensaries(read, content: str) -> None:
    """Without a header, width and contents say what a file is."""
    with pytest.raises(RegisterFileError, match="its rows have not the 27 columns, or not the contents"):
        read("ods_gb", content)


CQC = (
    "Care Quality Commission directory\nExtracted,1 November 2026\n\n"
    "Name,Also known as,Address,Postcode,Phone number,Service's website (if available),Service types,"
    "Specialisms/services,Provider name,CQC Location ID (for office use only),CQC Provider ID (for office use only)\n"
    'Sample Online Clinic,,"12 Invented Street, Sampleton",SW1A 9ZZ,020 7946 0123,https://clinic.example,'
    "Remote clinical advice|Doctors consultation service,Caring for adults,Sample Care Ltd,1-99900000001,1-99900000002\n"
    'Sample Care Home,,"1 Made-up Road, Sampleton",SW1A 9ZY,,https://home.example,Residential homes,,Sample Homes,'
    "1-99900000003,1-99900000004\n"
)


def test_the_commission_registers_prescribers_not_pharmacies(read, sources) -> None:
    """An online prescriber is kept with its site and numbers, a care home is not; and no entry may sell medicines."""
    (record,) = read("cqc_gb", CQC).records

    assert (record.name, record.web_addresses) == ("Sample Online Clinic", ("https://clinic.example/",))
    assert record.identifiers == (Identifier("gb_cqc", "1-99900000001"), Identifier("gb_cqc", "1-99900000002"))
    source = find_source(sources, "cqc_gb")
    snapshot = Snapshot(source.name, "GB", source.authority, None, source.period, source.marks_online_sale)
    assert not snapshot.lets_sell_online(record)

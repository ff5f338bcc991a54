"""Any table, read by a map that an operator writes: CSV of every kind, workbooks, web pages."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import yaml

from pharmcheck.errors import RegisterFileError, UsageError
from pharmcheck.registers import Source
from pharmcheck.ruleset import default_directory
from pharmcheck.ruleset.sources import read_source_file
from pharmcheck.ruleset.yamlfile import read_yaml
from pharmcheck.workbooks import archive as opened_archive

MAPS = Path(__file__).parents[3] / "docs/register-maps"
FORMATS = read_yaml(default_directory() / "lists/licence_formats.yaml").data


def source_of(name: str) -> Source:
    return read_source_file(MAPS / f"{name}.yaml", FORMATS)


MHRA = [
    ["Registration number", "Company name", "Trading names", "Address line 1", "Town", "Postcode", "Websites", "Status", "Date registered"],
    ["4711", "Sample Sellers Ltd", "SampleMeds", "1 Invented Quay", "Sampleton", "BT1 9ZZ", "https://meds.example; www.more.example", "Registered", "3 March 2024"],
    ["4712", "Gone Sellers Ltd", "", "2 Invented Quay", "Sampleton", "BT1 9ZY", "gone.example", "Removed", "2021-02-03"],
    ["4713", "Odd Sellers Ltd", "", "3 Invented Quay", "Sampleton", "BT1 9ZX", "odd.example", "Pending", "3 March 2024"],
]  # fmt: skip


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def as_workbook(rows: list[list[object]], *, sheets: int = 1) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for number in range(sheets):
        sheet = book.add_worksheet(f"Sheet {number}")
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    book.close()
    return out.getvalue()


def test_a_table_is_read_by_its_map(read) -> None:
    """Names, addresses, status and dates mean what the map says; a word that the map does not know is not guessed."""
    found = read(source_of("mhra_gb"), as_csv(MHRA))

    assert [(record.entry_id, record.status) for record in found.records] == [("4711", "active"), ("4712", "struck")]
    first = found.records[0]
    assert first.web_addresses == ("https://meds.example/", "https://www.more.example/")
    assert (first.other_names, first.address) == (("SampleMeds",), "1 Invented Quay, Sampleton")
    assert (first.online_sale, first.jurisdictions, first.valid_from) == (True, ("GB",), date(2024, 3, 3))
    assert [bad.reason for bad in found.quarantined] == ["the map does not know the status “pending”"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "¬"])
def test_usual_encodings_and_delimiters_are_recognised(read, encoding: str, delimiter: str) -> None:
    """Nobody has to know in what a spreadsheet was saved."""
    rows = [[cell.replace("Sampleton", "Sämpletown").replace(";", " ") for cell in row] for row in MHRA]
    body = as_csv(rows, delimiter).encode(encoding)

    assert read(source_of("mhra_gb"), body).records[0].address == "1 Invented Quay, Sämpletown"


def test_a_preamble_is_passed_by_and_columns_may_stand_in_any_order(read) -> None:
    """The header is where its names are."""
    turned = [list(reversed(row)) for row in MHRA]
    preamble = "Register of sellers\r\n\r\nAs published,1 November 2026\r\n"

    assert len(read(source_of("mhra_gb"), preamble + as_csv(turned)).records) == 2


def test_a_missing_column_is_named(read) -> None:
    """A table without its status column is refused: nobody would know who was removed."""
    without = [row[:7] + row[8:] for row in MHRA]

    with pytest.raises(RegisterFileError, match=r"it has no column “status”; it has registration number, company name"):
        read(source_of("mhra_gb"), as_csv(without))


BFARM = [
    ["Versandhandelsregister", "", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "", ""],
    ["Name der Apotheke", "Straße", "PLZ", "Ort", "Telefon", "Internetadresse", "Art des Handels", "Versand nach", "Eintrag seit", "Eintrag bis"],
    ["Muster-Apotheke", "Erfundene Gasse 7", 99901, "Musterstadt", "030 23125 001", "https://muster.example", "Versandhandel", "Deutschland, Österreich", "01.02.2020", ""],
    ["Dorf-Apotheke", "Dorfplatz 1", 99902, "Musterdorf", "", "www.dorf.example/shop", "nur vor Ort", "", "01.02.2020", "31.12.2025"],
]  # fmt: skip


def test_a_workbook_is_a_table(read) -> None:
    """Whole numbers stay whole, countries are read from a list, a passed date ends an entry."""
    open_, closed = read(source_of("bfarm_de"), as_workbook(BFARM)).records

    assert (open_.entry_id, open_.postcode, open_.address) == (
        "muster.example",
        "99901",
        "Erfundene Gasse 7, Musterstadt",
    )
    assert (open_.jurisdictions, open_.online_sale, open_.phones) == (("DE", "AT"), True, ("+493023125001",))
    assert (closed.status, closed.online_sale) == ("expired", False)


def test_every_sheet_with_the_header_is_read(read) -> None:
    """Lists come by state; a sheet of remarks is passed by."""
    assert len(read(source_of("bfarm_de"), as_workbook(BFARM, sheets=3)).records) == 6


def test_a_workbook_of_two_distant_cells_is_refused_before_it_is_opened(read) -> None:
    """Seventeen thousand million cells would be asked of memory."""
    corner: list[list[object]] = [["x"]]
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, corner[0][0])
    sheet.write(1_048_575, 16_383, "y")
    book.close()

    with pytest.raises(RegisterFileError, match=r"spans more than 3,000,000 cells; save it as CSV\.$"):
        read(source_of("bfarm_de"), body.getvalue())


def test_a_workbook_that_unpacks_to_a_flood_is_refused(read, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the ratio and by the size that its parts declare."""
    body = io.BytesIO(as_workbook(BFARM))
    with zipfile.ZipFile(body, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/flood.xml", b"\0" * (8 << 20))

    with pytest.raises(RegisterFileError, match="too large when unpacked"):
        read(source_of("bfarm_de"), body.getvalue())
    monkeypatch.setattr(opened_archive, "MAX_UNPACKED", 1_000)
    with pytest.raises(RegisterFileError, match="too large when unpacked"):
        read(source_of("bfarm_de"), as_workbook(BFARM))


@pytest.mark.parametrize(
    ("part", "is_", "becomes"),
    [
        ("xl/sharedStrings.xml", b' uniqueCount="', b' uniqueCount="99999999999'),
        ("xl/styles.xml", b'<cellXfs count="', b'<cellXfs count="99999999999'),
    ],
)
def test_a_workbook_that_would_end_the_process_ends_a_child(read, part: str, is_: bytes, becomes: bytes) -> None:
    """A count that nobody could hold in memory costs a refusal, or nothing; never the program."""
    old, out = zipfile.ZipFile(io.BytesIO(as_workbook(BFARM))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            assert name != part or is_ in body
            new.writestr(name, body.replace(is_, becomes) if name == part else body)

    with contextlib.suppress(RegisterFileError):
        assert len(read(source_of("bfarm_de"), out.getvalue()).records) == 2


@pytest.mark.parametrize(
    "damage", [lambda body: body[: len(body) // 2], lambda body: body.replace(b"PK\x01\x02", b"PK\x01\x09")]
)
def test_a_broken_workbook_is_refused(read, damage) -> None:
    """Cut short, or with a directory that makes no sense."""
    with pytest.raises(RegisterFileError, match="Expected a file of German"):
        read(source_of("bfarm_de"), damage(as_workbook(BFARM)))


PSI = """<!DOCTYPE html><html><head><title>Supply list</title></head><body>
<table><tr><td>Navigation</td><td><a href="/home">Home</a></td></tr></table>
<table><thead><tr><th>Registration No.</th><th>Pharmacy</th><th>Address</th><th>Website</th></tr></thead>
<tr><td>9901</td><td>Sample&nbsp;Pharmacy<script>alert(1)</script></td><td>1 Invented Quay,<br>Sampleton</td>
    <td><a href="https://shop.example/">visit</a> or <a href="https://second.example">second</a></td></tr>
<tr><td>9902</td><td>Mail Pharmacy</td><td>2 Invented Quay</td><td><a href="mailto:info@mail.example">write</a></td></tr>
<tr><td>9903</td><td>Quiet Pharmacy</td></tr>
</table></body></html>"""


def test_a_saved_page_is_a_table_and_its_links_are_columns(read) -> None:
    """The linked address counts, not the word that is shown; other tables, scripts and short rows do no harm."""
    found = read(source_of("psi_ie"), PSI)

    assert [(record.entry_id, record.name, record.web_addresses) for record in found.records] == [
        ("9901", "Sample Pharmacy", ("https://shop.example/", "https://second.example/")),
        ("9902", "Mail Pharmacy", ()),
        ("9903", "Quiet Pharmacy", ()),
    ]
    assert found.records[0].address == "1 Invented Quay, Sampleton"
    assert len(found.quarantined) == 1


def test_a_page_that_is_too_long_is_refused(read) -> None:
    """A page is read whole, so there is a limit."""
    with pytest.raises(RegisterFileError, match="save it as CSV"):
        read(source_of("psi_ie"), PSI + " " * (6 << 20))


def test_a_table_without_header_is_known_by_places_and_contents(read) -> None:
    """Its columns have numbers for names."""
    rows = 'FZZ01,Sample Pharmacy,,"12 Invented Street",,Sampleton,ZZ1 1ZZ,020 7946 0123,52.1,-0.4\n' * 3
    found = read(source_of("nhs_pharmacies_gb"), rows)

    assert [(record.entry_id, record.address) for record in found.records] == [
        ("FZZ01", "12 Invented Street, Sampleton")
    ] * 3
    with pytest.raises(RegisterFileError, match="its rows have not the 10 columns"):
        read(source_of("nhs_pharmacies_gb"), rows.replace("FZZ01", "0123"))


def test_an_entry_that_has_not_begun_is_not_yet_one(read) -> None:
    """The date of the file decides, and where that is not known nothing is assumed."""
    coming = [MHRA[0], [*MHRA[1][:-1], "3 March 2027"]]
    source = source_of("mhra_gb")

    assert read(source, as_csv(coming)).records == []
    assert len(read(source, as_csv(coming), None).records) == 1


def test_hostile_text_is_cleaned_at_the_border(read) -> None:
    """Controls, NUL, bidi marks and endless cells reach no record."""
    bad = [
        MHRA[0],
        [cell if n != 1 else "Sam\0ple\x1b[31m \u202eSellers" + "x" * 5_000 for n, cell in enumerate(MHRA[1])],
    ]
    (record,) = read(source_of("mhra_gb"), as_csv(bad)).records

    assert record.name.isprintable()
    assert len(record.name) <= 300


def test_whoever_has_no_importer_says_where_to_look(read, sources) -> None:
    """And how to bring a file."""
    source = next(source for source in sources if source.name == "gphc_gb")

    with pytest.raises(
        UsageError, match=r"look it up yourself at https://www\.pharmacyregulation\.org/.*docs/registers\.md"
    ):
        read(source, "")
    with pytest.raises(UsageError, match=r"There is no register named 'nonsense'; those that can be loaded: cqc_gb, "):
        read("nonsense", "")


def write_map(tmp_path: Path, **changes: object) -> Path:
    """A map of an operator, with something changed."""
    said = yaml.load((MAPS / "mhra_gb.yaml").read_text(), Loader=yaml.BaseLoader) | changes  # noqa: S506 - text only
    path = tmp_path / "map.yaml"
    path.write_text(yaml.safe_dump(said, sort_keys=False))
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": {"id": "A", "nmae": "B"}}, r"map.yaml:\d+: columns.0.nmae: Extra inputs"),
        ({"columns": {"id": "A", "status": {"column": "S", "values": {"x": "fine"}}, "online_sale": {"always": "yes"}}},
         r"map.yaml:\d+: columns.0: .*status is one of active, expired, suspended, struck; not 'fine'"),
        ({"columns": {"id": "A", "online_sale": {"values": {"x": "yes"}}}}, r"online_sale: .*give a column with its values, or always"),
        ({"columns": {"postcode": "A", "online_sale": {"always": "yes"}}}, "a table needs a column for id, name or web"),
        ({"columns": {"id": "A", "header": "no", "online_sale": {"always": "yes"}}}, "a table without header needs its width"),
        ({"columns": {"id": "A", "encoding": "utf-7", "online_sale": {"always": "yes"}}}, "name a code page"),
        ({"columns": {"id": "A", "patterns": {"A": "(?=x)"}, "online_sale": {"always": "yes"}}}, "not an RE2 pattern"),
        ({"columns": {"id": "A", "identifiers": {"gb_nonsense": "A"}, "online_sale": {"always": "yes"}}},
         "no scheme 'gb_nonsense' in licence_formats.yaml"),
        ({"marks_online_sale": "maybe"}, r"map.yaml:\d+: marks_online_sale: .*say yes or no"),
        ({"marks_online_sale": "no"}, "columns say online_sale exactly when marks_online_sale is yes"),
        ({"period_days": "often"}, r"map.yaml:\d+: period_days: "),
        ({"period_days": "null"}, "period_days is missing"),
        ({"kind": "blacklist"}, r"map.yaml:\d+: kind: "),
        ({"country": "Britain"}, r"map.yaml:\d+: country: "),
        ({"importer": "magic"}, "no importer 'magic'"),
        ({"page": "javascript:alert(1)"}, r"map.yaml:\d+: page: "),
    ],
)  # fmt: skip
def test_a_mistake_in_a_map_is_told_with_file_line_and_key(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    """Whoever wrote it can put it right."""
    with pytest.raises(UsageError, match=says):
        read_source_file(write_map(tmp_path, **changes), FORMATS)


def test_the_map_of_an_operator_may_be_of_a_register_that_we_do_not_know(tmp_path: Path, read) -> None:
    """A state or a province, with a name of its own."""
    source = read_source_file(write_map(tmp_path, name="state_zz"), FORMATS)

    assert {record.register for record in read(source, as_csv(MHRA)).records} == {"state_zz"}
    assert replace(source, name="mhra_gb") == source_of("mhra_gb")

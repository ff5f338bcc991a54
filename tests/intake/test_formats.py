"""Every format, encoding and delimiter gives the same entries; what is no list, or an attack, gets one sentence."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import xlsxwriter

from pharmcheck.errors import ListFileError
from pharmcheck.intake import MAX_BYTES, opening, read_list, rows
from pharmcheck.workbooks import ods
from tests.messy_lists import ods_workbook

TABLE = [
    ["Käse-Liste", "", ""],
    ["Name", "Webseite", "Quelle"],
    ["Apotheke Ä", "shop-a.de", "https://forum.example.com/1"],
    ["Größe", "hxxps://shop-b[.]com", "https://forum.example.com/2"],
    ["Ünlü", "shop-c.fr", "https://forum.example.com/3"],
]
SITES = ["https://shop-a.de/", "https://shop-b.com/", "https://shop-c.fr/"]


def addresses(body: bytes, **how: str) -> list[str]:
    return [entry.address.url for entry in read_list(body, **how).entries() if entry.address]


def as_csv(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(row) for row in TABLE) + "\r\n"


def xlsx(table: list[list[str]], start: int = 0) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_urls": False})
    sheet = book.add_worksheet("One")
    for line, row in enumerate(table):
        sheet.write_row(line + start, start, row)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_of_any_encoding_and_delimiter_is_read(encoding: str, delimiter: str) -> None:
    """The column with different sites is found; the one that names a forum over and over is not taken for it."""
    handed = read_list(as_csv(delimiter).encode(encoding))

    assert handed.found_in == ("column B (“Webseite”)",)
    assert [entry.address.url for entry in handed.entries() if entry.address] == SITES


def test_an_encoding_that_gives_no_sign_can_be_named() -> None:
    """Cyrillic names in the old code page of Windows."""
    assert addresses("Имя;Сайт\r\nодин;аптека.рф\r\nдва;shop.ru\r\n".encode("cp1251"), encoding="cp1251") == [
        "https://xn--80aaouxs.xn--p1ai/", "https://shop.ru/",
    ]  # fmt: skip
    with pytest.raises(ListFileError, match="no encoding"):
        read_list(b"a.com", encoding="klingon")


def test_workbooks_are_read() -> None:
    """XLSX, also where the table does not begin in the first cell, and ODS with the links of its cells."""
    assert addresses(xlsx(TABLE)) == SITES
    moved = read_list(xlsx(TABLE, start=2))
    assert moved.found_in == ("column D (“Webseite”)",)
    assert [entry.line for entry in moved.entries() if entry.address] == [5, 6, 7]
    sheet = ods_workbook([[("Shop", None), ("Web", None)], [("A", None), ("shop-a.de", None)],
                          [("B", None), ("click", "https://shop-b.com/")],
                          [("C", None), ("shop-c.fr", "https://elsewhere.org/")]])  # fmt: skip
    assert addresses(sheet) == [*SITES, "https://elsewhere.org/"]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([row[1] for row in TABLE[2:]]),
        json.dumps({"about": "x", "sites": [{"id": n, "url": row[1]} for n, row in enumerate(TABLE[2:])]}),
        "\n".join(json.dumps({"name": row[0], "site": row[1]}) for row in TABLE[2:]),
        "# remark\nshop-a.de\n\n hxxps://shop-b[.]com \nshop-c.fr",
        "shop-a.de, hxxps://shop-b[.]com\nshop-c.fr",
        "We found shop-a.de and hxxps://shop-b[.]com (both bad), and <https://shop-c.fr/>.",
    ],
)
def test_json_and_text_are_read(body: str) -> None:
    """A list, a list of objects, an object a line; an address a line, several, or a letter."""
    assert addresses(body.encode()) == SITES


def test_the_column_can_be_named() -> None:
    """By its header, its letter or its number; one that is not there is refused."""
    body = as_csv(";").encode()
    for name in ("quelle", "C", "3"):
        assert addresses(body, column=name) == [f"https://forum.example.com/{n}" for n in (1, 2, 3)]
    with pytest.raises(ListFileError, match="no column"):
        read_list(body, column="Sonstwas!")


def test_a_second_column_of_sites_is_read_too() -> None:
    """Names of the same site in one row are one entry."""
    body = "Site,Other site\na1.com,b1.com\na2.com,https://a2.com/x\na3.com,\n"
    handed = read_list(body.encode())

    assert [(entry.line, entry.address.host) for entry in handed.entries() if entry.address] == [
        (2, "a1.com"), (2, "b1.com"), (3, "a2.com"), (4, "a3.com"),
    ]  # fmt: skip


def test_a_row_that_cannot_be_taken_apart_spoils_no_other() -> None:
    """A quotation mark that nobody closes swallows what is behind it up to a limit, and is told."""
    flood = "x" * 140_000
    entries = list(read_list(f'No,Web\n1,a.com\n2,"b.com\n{flood}'.encode()).entries())

    assert [entry.kind.value for entry in entries] == ["ignored", "accepted", "needs_person"]
    assert "quotation mark" in entries[-1].reason


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 shop.com", "PDF"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"<!doctype html><a href=x>shop.com</a>", "web page"),
        (b"\x01\x00\x02\x00" * 200 + b"\x00" * 900, "no text"),
        (b"PK\x03\x04 broken", "cannot be opened"),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    """Which says what it is and what to do."""
    with pytest.raises(ListFileError, match=sentence):
        list(read_list(body).entries())


def test_files_beyond_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By size, by rows, by what they would unpack to."""
    with pytest.raises(ListFileError, match="larger than 32 MB"):
        read_list(b"a" * (MAX_BYTES + 1))
    monkeypatch.setattr(rows, "MAX_ROWS", 10)
    with pytest.raises(ListFileError, match="more than 10 rows"):
        list(read_list(b"name,site\n" + b"".join(b"x,a%d.com\n" % n for n in range(11))).entries())
    flood = io.BytesIO(ods_workbook([[("shop.com", None)]]))
    with zipfile.ZipFile(flood, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Pictures/flood.xml", b"\0" * (8 << 20))
    with pytest.raises(ListFileError, match="too large when unpacked"):
        read_list(flood.getvalue())


def test_a_row_said_a_million_times_is_counted_before_it_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes of ODS may stand for any number of cells."""
    again = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="10">'
        "<text:p>x.com</text:p></table:table-cell></table:table-row>"
    )
    with pytest.raises(ListFileError, match="spans more than 3,000,000 cells"):
        read_list(ods_workbook([[("shop.com", None)]], after=again))
    monkeypatch.setattr(ods, "MOST_CELLS", 10)
    assert addresses(ods_workbook([[("shop.com", None)]])) == ["https://shop.com/"]


def test_a_workbook_with_a_document_type_is_refused() -> None:
    """All bombs of XML need one, and no spreadsheet program writes one."""
    body = ods_workbook([[("shop.com", None)]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, held.replace(b'<?xml version="1.0"?>', b'<!DOCTYPE x [<!ENTITY a "aa">]>'))

    with pytest.raises(ListFileError, match="document type"):
        read_list(out.getvalue())
    assert opening.open_list(body).format == "ods"


def test_a_title_above_a_plain_list_is_one() -> None:
    """The commonest list of all: a word, then an address a line; a word further down is for a person."""
    entries = list(read_list(b"Website\nshop-a.de\napotheke\n").entries())

    assert [entry.kind.value for entry in entries] == ["ignored", "accepted", "needs_person"]

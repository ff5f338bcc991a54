"""A deliberately messy list of our own making, with what must become of each of its rows; and small files by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

ACCEPTED, REPAIRED, DUPLICATE, IGNORED, NEEDS = "accepted", "repaired", "duplicate", "ignored", "needs_person"
HEADER = ["No", "Complaint", "Website", "Found at", "E-mail"]
FIRST = "https://the-first-shop.com/"

Became = tuple[str, str | None]


@dataclass(frozen=True)
class MessyRow:
    """A cell, where its link leads, and what must become of it."""

    text: str
    became: tuple[Became, ...]
    link: str | None = None
    formula: str | None = None


def one(text: str, kind: str, url: str | None = None, **more: str) -> MessyRow:
    return MessyRow(text, ((kind, url),), **more)


def patterns(n: int) -> list[MessyRow]:
    """One of each kind of mess, with names of its own."""
    return [
        one(f"https://shop{n}.com/", ACCEPTED, f"https://shop{n}.com/"),
        one(f"bare{n}.com", ACCEPTED, f"https://bare{n}.com/"),
        one(f"hxxps://fang{n}[.]com/a", REPAIRED, f"https://fang{n}.com/a"),
        one(f"hXXp[:]//colon{n}[.]net", REPAIRED, f"http://colon{n}.net/"),
        one(f"htt[p]s://letter{n}.com", REPAIRED, f"https://letter{n}.com/"),
        one(f"dot{n}[dot]com", REPAIRED, f"https://dot{n}.com/"),
        one(f"spoken{n} dot com", REPAIRED, f"https://spoken{n}.com/"),
        one(f"WWW.Upper{n}.COM", ACCEPTED, f"https://www.upper{n}.com/"),
        one(f"see http://words{n}.com/ (closed)", REPAIRED, f"http://words{n}.com/"),
        MessyRow(
            f"three{n}.com; three{n}.de, www.three{n}.fr",
            ((ACCEPTED, f"https://three{n}.com/"), (ACCEPTED, f"https://three{n}.de/"),
             (ACCEPTED, f"https://www.three{n}.fr/")),
        ),
        MessyRow(
            f"https://lines{n}.com\nhttps://lines{n}.org",
            ((ACCEPTED, f"https://lines{n}.com/"), (ACCEPTED, f"https://lines{n}.org/")),
        ),
        one(f"https://www.the-first-shop.com/page{n}", DUPLICATE, f"https://www.the-first-shop.com/page{n}"),
        one(f"info@mail{n}.com", IGNORED),
        one("n/a", IGNORED),
        one("", IGNORED),
        one("telephone orders only", IGNORED),
        one("Website", IGNORED),
        one(f"slip{n}.con", NEEDS),
        one(f"ftp://files{n}.com/", NEEDS),
        one(f"apotheke{n}", NEEDS),
        one(f"http://user:word@login{n}.com/", NEEDS),
        one(f"10.0.{n % 250}.1", NEEDS),
        one(f"http//slash{n}.cz", REPAIRED, f"http://slash{n}.cz/"),
        one(f"htps://typo{n}.com", REPAIRED, f"https://typo{n}.com/"),
        one(f"http:///many{n}.com", REPAIRED, f"http://many{n}.com/"),
        one(f"www,comma{n},com", REPAIRED, f"https://www.comma{n}.com/"),
        one(f"zero\u200bwidth{n}.com", REPAIRED, f"https://zerowidth{n}.com/"),
        one(f"ｗｉｄｅ{n}．com", ACCEPTED, f"https://wide{n}.com/"),
        one(f"müller{n}.de", ACCEPTED, f"https://{f'müller{n}'.encode('idna').decode()}.de/"),
        one(f"=cmd|' /C calc{n}'!A1", IGNORED),
        MessyRow(
            f"https://shown{n}.org",
            ((ACCEPTED, f"https://shown{n}.org/"), (REPAIRED, f"https://led{n}.net/x")),
            link=f"https://led{n}.net/x",
        ),
        one("Click here", REPAIRED, f"https://behind{n}.com/", link=f"https://behind{n}.com/"),
        one(f"https://same{n}.com/", ACCEPTED, f"https://same{n}.com/", link=f"https://www.same{n}.com/a"),
        one("", NEEDS, formula='=CONCATENATE("https://","x")'),
        MessyRow(
            f"shown-by-formula{n}.com",
            ((ACCEPTED, f"https://shown-by-formula{n}.com/"), (REPAIRED, f"https://led-by-formula{n}.com/")),
            formula=f'=HYPERLINK("https://led-by-formula{n}.com/","shown-by-formula{n}.com")',
        ),
    ]  # fmt: skip


def messy_rows(count: int) -> Iterator[MessyRow]:
    """So many rows."""
    yield one(FIRST, ACCEPTED, FIRST)
    number, made = 0, 1
    while made < count:
        for row in patterns(number)[: count - made]:
            yield row
            made += 1
        number += 1


def messy_workbook(count: int) -> tuple[bytes, list[tuple[int, str, str | None]]]:
    """A workbook of so many rows, titles included, and line, kind and address of every entry it must give."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "max_url_length": 4096})
    sheet, notes = book.add_worksheet("Complaints"), book.add_worksheet("Notes")
    notes.write_column(0, 0, ["Who may see this", "Officers only"])
    sheet.write_string(0, 2, "Complaints of November")
    sheet.write_row(2, 0, HEADER)
    expected: list[tuple[int, str, str | None]] = [(1, IGNORED, None), (3, IGNORED, None)]
    for line, row in enumerate(messy_rows(count - 3), 4):
        sheet.write_row(line - 1, 0, [str(line), "They sent nothing."])
        sheet.write_row(line - 1, 3, ["https://social.example.com/posts", "somebody@mail.example.com"])
        if row.formula:
            sheet.write_formula(line - 1, 2, row.formula, value=row.text)
        elif row.link:
            sheet.write_url(line - 1, 2, row.link, string=row.text)
        else:
            sheet.write_string(line - 1, 2, row.text)
        expected += [(line, kind, url) for kind, url in row.became]
    book.close()
    return out.getvalue(), expected


def ods_workbook(rows: list[list[tuple[str, str | None]]], *, after: str = "") -> bytes:
    """An OpenDocument spreadsheet of cells with their links, with the repeated emptiness that real ones end in."""

    def cell(text: str, link: str | None) -> str:
        said = escape(text)
        inner = f"<text:a xlink:href={quoteattr(link)}>{said}</text:a>" if link else said
        return f"<table:table-cell><text:p>{inner}</text:p></table:table-cell>" if text else "<table:table-cell/>"

    empty = '<table:table-cell table:number-columns-repeated="1020"/>'
    body = "".join(f"<table:table-row>{''.join(cell(*one) for one in row)}{empty}</table:table-row>" for row in rows)
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "xlink"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Liste">{body}'
        f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>{after}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
    return out.getvalue()

"""Whatever bytes arrive, an importer yields entries or refuses with a sentence; nothing else ever happens."""

# ruff: noqa: E501 - a list of samples is one line

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.address import read_url
from pharmcheck.errors import RegisterFileError
from pharmcheck.reading.tables import table_rows
from pharmcheck.registers import Quarantined, Record, Source, WarningEntry
from pharmcheck.registers.sources import find_source, importer_for
from pharmcheck.registers.sources.nppes_answer import read_answer
from pharmcheck.registers.sources.web_cells import read_web_cell
from pharmcheck.ruleset import default_directory, load_ruleset
from pharmcheck.ruleset.sources import read_source_file
from pharmcheck.ruleset.yamlfile import read_yaml

_FORMATS = read_yaml(default_directory() / "lists/licence_formats.yaml").data
_MAPS = Path(__file__).parents[3] / "docs/register-maps"
SOURCES = [source for source in load_ruleset().sources if source.importer]
SOURCES += [read_source_file(path, _FORMATS) for path in sorted(_MAPS.glob("*.yaml"))]

_HEADERS = st.sampled_from(
    [
        b"NAZEV,KOD_PRACOVISTE,ICO,MESTO,ULICE,PSC,WWW,TELEFON,ZASILKOVY_PRODEJ\n",
        b"Website;Date;Letter\n",
        b"Registration number,Company name,Trading names,Address line 1,Town,Postcode,Websites,Status,Date registered\n",
        b"<table><tr><th>Registration No.<th>Pharmacy<th>Address<th>Website<tr>",
        b"NPI,Entity Type Code\n",
        b"\xff\xfe",
        b"PK\x03\x04",
        b"",
    ]
)
_CELLS = st.sampled_from(
    [b",", b";", b"\t", b'"', b"\n", b"\r", b"\0", b"\xe9", b"http://", b"a.example", b"<td>", b"<td rowspan=9>", b"ANO",
     b"3336", b"2026-01-01", b"\xf0\x9f\x92\x8a", b"xn--", b"@", b"[", b"Registered", b"1234567893"]
)  # fmt: skip


@st.composite
def _files(draw: Callable) -> bytes:
    parts = draw(st.lists(st.one_of(_CELLS, st.binary(max_size=12)), max_size=60))
    return draw(_HEADERS) + b"".join(parts)


def _book() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for line in range(3):
        sheet.write_row(line, 0, ["Website", "Name", 12.5])
    book.close()
    return out.getvalue()


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("npidata_pfile_1-2.csv", b"NPI,Entity Type Code\n" * 40)
    return out.getvalue()


_PACKED = (_book(), _archive())


@st.composite
def _damaged(draw: Callable) -> bytes:
    body = bytearray(draw(st.sampled_from(_PACKED)))
    for _ in range(draw(st.integers(1, 6))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body[: draw(st.integers(1, len(body)))])


def _read(source: Source, body: bytes) -> None:
    refusal = "nothing."
    try:
        for entry in importer_for(source).read(io.BytesIO(body), as_of=date(2026, 11, 1)):
            assert isinstance(entry, Record | WarningEntry | Quarantined)
            if isinstance(entry, Record):
                assert entry.entry_id
                assert entry.name.isprintable()
                assert all(read_url(web, admitted_hosts={"a.example"}) == web for web in entry.web_addresses)
    except RegisterFileError as error:
        refusal = str(error)
    assert refusal.endswith(".")
    assert len(refusal) < 1_000


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@settings(max_examples=60)
@given(body=_files())
def test_no_bytes_make_an_importer_fail(source: Source, body: bytes) -> None:
    """Nothing but RegisterFileError leaves an importer; what it yields is clean."""
    _read(source, body)


@given(source=st.sampled_from(SOURCES), body=_damaged())
def test_no_damage_to_an_archive_makes_an_importer_fail(source: Source, body: bytes) -> None:
    """Zip archives and workbooks with bytes changed, or cut short."""
    _read(source, body)


@given(body=st.one_of(st.binary(max_size=200), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["results", "Errors", "number", "basic", "taxonomies", "code", "addresses", "description"]), inner,
        max_size=4,
    ),
    max_leaves=20,
).map(lambda value: repr(value).replace("'", '"').encode())))  # fmt: skip
def test_no_answer_makes_its_reader_fail(body: bytes) -> None:
    """Whatever the live register sends."""
    with suppress(RegisterFileError):
        read_answer(body, find_source(SOURCES, "nppes_us"))


@given(cell=st.text(max_size=80))
def test_a_web_cell_gives_addresses_or_a_reason_never_both(cell: str) -> None:
    """And what it gives is already in its only spelling."""
    urls, reason = read_web_cell(cell)

    assert not (urls and reason)
    assert all(read_web_cell(url) == ((url,), None) for url in urls)


@given(page=st.lists(st.sampled_from(
    ["<table>", "</table>", "<tr>", "</tr>", "<td>", "<td colspan=3>", "<td rowspan=4 colspan=99999999>", "</td>", "<th>", "x",
     "<script>", "</script>", "<a href=y>", "</a>", "<template>", "<svg>", "<br>", "<", "&amp;"]
), max_size=80))  # fmt: skip
def test_no_markup_makes_the_reader_of_tables_fail(page: list[str]) -> None:
    """Rows come out in order of their tables' rows, of bounded width."""
    assert all(len(row.cells) <= 1_000 for row in table_rows("".join(page)))

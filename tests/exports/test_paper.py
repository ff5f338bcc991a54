"""Reports as PDF: readable in our alphabets, harmless whatever a stranger wrote, the same every time."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest

from pharmcheck.exports import Source, verdict_bytes
from pharmcheck.exports.drawing import drawable
from tests.exports.test_stix import document
from tests.sites import WHEN

OURS = Source("Office for made-up shops", "red")
HOSTILE = (
    "# Viagra\n$2\n! Add to cart\nNo prescription required https://evil.example.com/x javascript:alert(1) "
    "(/URI (http://evil.example.net/)) >> endobj **bold** [link](http://evil.example.org/) &lt;img src=x&gt; "
    "Аптека «Здоровье», улица Ленина 5, Москва. Φαρμακείο, οδός Ερμού 5, Αθήνα. 药房 صيدلية \u202e\x1b[2J"
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    one = document("evil.example.com", home=HOSTILE)
    quote = {**one["reasons"][0]["evidence"][0], "quote": HOSTILE}
    one["reasons"][0] = {**one["reasons"][0], "evidence": [quote]}
    return b"".join(verdict_bytes(one, "pdf", OURS, WHEN))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def keys_of(value: Any, seen: set[int]) -> set[str]:
    """Every name in the document's objects, wherever it hangs."""
    value = value.get_object() if hasattr(value, "get_object") else value
    if id(value) in seen:
        return set()
    seen.add(id(value))
    if isinstance(value, dict):
        found = {str(key) for key in value} | {str(one) for one in value.values() if isinstance(one, str)}
        return found.union(*(keys_of(one, seen) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(keys_of(one, seen) for one in value))
    return set()


def test_addresses_in_cyrillic_and_greek_can_be_read(pdf: bytes) -> None:
    """And what the font does not know is told as what it is."""
    text = text_of(pdf)

    assert "Аптека «Здоровье», улица Ленина 5, Москва" in text
    assert "Φαρμακείο, οδός Ερμού 5, Αθήνα" in text
    assert "[U+836F U+623F]" in text
    assert "Letters that the font of this document does not know" in text


def test_nothing_in_it_acts(pdf: bytes) -> None:
    """No link, script, form, attachment or other action; markup and PDF syntax of a stranger are letters."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    names = keys_of(reader.trailer, set())
    text = text_of(pdf)

    assert not names & {"/Annots", "/URI", "/JS", "/JavaScript", "/AA", "/Launch", "/AcroForm",
                        "/EmbeddedFiles", "/RichMedia", "/GoToR", "/SubmitForm"}  # fmt: skip
    assert isinstance(reader.trailer["/Root"]["/OpenAction"], list)  # a place to begin at, not something to do
    assert "(/URI (" in text
    assert "**bold**" in text
    assert "http://" not in text
    assert "https://" not in text
    assert "evil.example.com" not in text
    assert "evil[.]example[.]com" in text
    assert "TLP:RED" in text


def test_the_same_verdict_makes_the_same_bytes() -> None:
    """A report can be compared with one that was filed."""
    one = document()

    assert b"".join(verdict_bytes(one, "pdf", OURS, WHEN)) == b"".join(verdict_bytes(one, "pdf", OURS, WHEN))


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("Ωmega Ж é", "Ωmega Ж é"),
        ("a药b", "a[U+836F]b"),
        ("药" * 12, "[" + " ".join(["U+836F"] * 8) + " and 4 more]"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_a_letter_without_a_shape_is_told_by_its_number(text: str, drawn: str) -> None:
    """A box in its place would hide that there was one."""
    assert drawable(text) == drawn

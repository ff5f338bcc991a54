"""Encoding and the border at which page text is cleaned."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.reading import clean, decode
from pharmcheck.reading.text import fold

NO_HEADERS: tuple[tuple[str, str], ...] = ()


@pytest.mark.parametrize(
    ("body", "headers", "charset"),
    [
        (b"\xef\xbb\xbf<p>\xc3\xa4", (("content-type", "text/html; charset=windows-1251"),), "utf-8"),
        ("\ufeff<p>ä".encode("utf-16-le"), NO_HEADERS, "utf-16-le"),
        ("<p>ä".encode("cp1252"), (("content-type", "text/html; charset=ISO-8859-1"),), "cp1252"),
        ("<meta charset=windows-1251><p>ж".encode("cp1251"), NO_HEADERS, "cp1251"),
        ("<p>ä".encode(), NO_HEADERS, "utf-8"),
        ("<p>äöü".encode("cp1252"), NO_HEADERS, "cp1252"),
        (b"<meta charset=utf-16><p>a", NO_HEADERS, "utf-8"),
    ],
)
def test_the_charset_is_found_in_the_order_of_a_browser(page, body, headers, charset):
    """Byte order mark, HTTP, declaration, then a try."""
    assert decode(page(body, headers=headers)).charset == charset


@pytest.mark.parametrize("name", ["utf-7", "x-user-defined", "idna", "rot13", "hz-gb-2312"])
def test_a_charset_off_the_list_is_named_and_not_used(page, name):
    """UTF-7 and friends only serve to hide markup."""
    decoded = decode(page(b"<p>a", headers=(("content-type", f"text/html; charset={name}"),)))
    assert decoded.charset == "utf-8"
    assert name in (decoded.problem or "")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"%PDF-1.7 x", "text/html"), (b"\x89PNG\r\n", "image/png"), (b"PK\x03\x04", "application/zip")]
)
def test_what_is_not_text_is_said_and_not_read(reading, body, kind):
    """A PDF under an HTML header gives an empty reading with its reason."""
    result = reading(body, headers=(("content-type", kind),))
    assert result.blocks == ()
    assert "not text" in (result.problem or "")


def test_a_cut_page_says_so(reading):
    """Truncated stays visible."""
    assert reading("<p>x", truncated=True).problem == "truncated"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (" a\t b\r\nc\xa0d ", "a b c d"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("via\u200bg\u00adra\u202e", "viagra"),
        ("e\u0301", "é"),
        ("x\udc80y", "x\ufffdy"),
        ("a \u200b b", "a b"),
        ("\U000e0041x", "x"),
    ],
)
def test_cleaning(raw, shown):
    """One string as a reader sees it."""
    assert clean(raw) == shown


@given(st.text(st.characters(codec=None), max_size=200))
def test_cleaned_text_is_safe_everywhere(raw):
    """NFC, no NUL, control, surrogate or invisible mark; encodes to UTF-8 and JSON; cleaning again changes nothing."""
    text = clean(raw)
    text.encode()
    json.dumps(text)
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
    assert clean(text) == text


@given(st.text(st.one_of(st.characters(codec=None), st.sampled_from(" \t\xa0\u200b\u0301e–€")), max_size=200))
def test_the_quick_fold_gives_what_cleaning_gives(raw):
    """`fold` is `clean` without its cost, never with another answer."""
    assert fold(raw) == clean(raw)
    assert fold(raw, 20) == clean(raw, 20)

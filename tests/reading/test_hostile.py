"""No page, however hostile, raises, hangs or leaves a string that a store or JSON refuses."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BOMBS = {
    "nested div": "<div>" * 100_000 + "x",
    "nested div with names": "<div class=footer>" * 50_000 + "x",
    "unclosed b": "<b>" * 100_000 + "x",
    "mixed nesting": "<ul><li><table><tr><td><form><label>" * 10_000 + "x" + "</td></li></label>" * 10_000,
    "attributes": "<a " + " ".join(f"a{i}=1" for i in range(100_000)) + ">x",
    "open comments": "<!--" * 100_000,
    "open quotes": "<a b='" * 20_000,
    "open tags": "<a " * 100_000,
    "less-than": "<" * 500_000,
    "end tags": "</div>" * 100_000 + "x",
    "paragraphs": "<p>x</p>" * 200_000,
    "entities": "&amp;" * 200_000,
    "doctype": "<!DOCTYPE " + "a" * 5_000_000,
    "long attribute": "<img alt='" + "a" * 5_000_000 + "'>",
    "noscript": "<noscript>" * 50_000 + "x",
    "closed titles in a picture": "<svg>" + "<title/>" * 50_000 + "x",
    "srcdoc": "<iframe srcdoc='<p>x'></iframe>" * 20_000,
    "templates": "<template>" * 100_000,
    "digits": "<p>" + "1" * 100_000,
    "digits with spaces": "<p>" + "1 " * 100_000,
    "at signs": "<p>" + "a@" * 100_000,
    "letters": "<p>" + "a" * 1_000_000,
    "zero-width": "<p>" + "\u200b" * 1_000_000,
    "combining marks": "<p>a" + "\u0301" * 300_000,
    "prices": "<p>" + "$1 " * 100_000,
    "priced blocks": "<p>$1.00 item" * 30_000,
    "buy controls": "<button>Add to cart</button>" * 30_000,
    "row of buttons": "<table><tr>" + "<td>$5<td><button>Buy now</button>" * 8_000,
    "labels": "<p>" + "NPI " * 50_000,
    "label blocks": "<p>NPI<p>GPhC" * 10_000,
    "postcodes": "<p>" + "AB1 2CD " * 50_000,
    "postcode blocks": "<p>AB1 2CD, 12345 Town" * 15_000,
    "phones": "<p>+44 20 7946 0123 tel: 5" * 15_000,
    "links": "<a href=/a>x</a>" * 50_000,
    "button links": "<a class=btn href=/a>x" * 30_000,
    "forms": "<form><input><label>" * 20_000,
    "open form": "<form>" + "<input name=a>" * 50_000,
    "options": "<select>" + "<option>a" * 50_000,
    "json depth": "<script type=application/ld+json>" + "[" * 100_000 + "</script>",
    "json objects": "<script type=application/ld+json>" + '{"@type":"Product","offers":' * 100_000 + "</script>",
    "json wide": "<script type=application/ld+json>[" + '{"@type":"Store"},' * 20_000 + "0]</script>",
    "many json scripts": "<script type=application/ld+json>{}</script>" * 20_000,
    "carriage returns": "\r" * 1_000_000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_bombs_end_in_time(reading, body):
    """Every bomb of the field notes and some of our own end in under two seconds of CPU."""
    reading("<p>warm")
    start = time.process_time()
    result = reading(body)
    assert time.process_time() - start < 2
    assert len(result.blocks) <= 20_000


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, (tuple, list)):
            stack.extend(item)
        elif dataclasses.is_dataclass(item):
            stack.extend(getattr(item, field.name) for field in dataclasses.fields(item))


def _assert_safe(result: Any) -> None:
    for text in _strings(result):
        text.encode()
        assert "\x00" not in text
        assert len(text) <= 10_000
    json.dumps(dataclasses.asdict(result), allow_nan=False, default=str)


PIECES = [
    "<p>", "</p>", "<div class=footer>", "</div>", "<a href='x'>", "<a class=btn>", "</a>", "<form>", "</form>", "<label for=a>",
    "<input id=a placeholder=q>", "<select><option>", "</select>", "<table><tr><td>", "</table>", "<h2>", "</h2>", "<svg>", "<title/>",
    "</svg>", "<title>", "</title>", "<noscript>", "</noscript>", "<template>", "</template>", "<script>", "</script>", "<textarea>",
    "<script type='application/ld+json'>", '{"@type":["Product",{}],"offers":[1,{"price":NaN}]}', "<iframe srcdoc='<p>a'>", "</iframe>",
    "<img src='legitscript.png' alt=NABP>", "<base href='//[x'>", "<meta http-equiv=refresh content='0;url=http://[::1'>", "<a href='http://[x/'>",
    "<a href='tel:+1'>", "<a href='mailto:%00@x.example'>", "Add to cart", "Buy x", " $1,0", "12 High Street, Town, AB1 2CD", "NPI 1234567893",
    "DEA AB1234567", "IK: 1", "FINESS 2A1234567", "Tel. +44 20 7946 0123", "a (at) b (dot) com", "&#0;", "&#xD800;", "\x00", "\u202e",
    "\u200b", "<![CDATA[", "]]>", "<!--", "-->", "<", "&", "'", '"', "\r", "\n", "10115 Berlin", "GSTIN 27AAPFU0939F1ZV",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join))
def test_reading_never_raises_on_markup(reading, body):
    """Any mixture of our own trigger words and broken markup gives a reading with safe strings."""
    _assert_safe(reading(body.encode("utf-8", "surrogatepass")))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            "",
            "text/html",
            "text/html; charset=shift_jis",
            "text/html; charset=utf-16le",
            "application/json",
            "\x00;charset=",
        ]
    ),
)
def test_reading_never_raises_on_bytes(reading, body, kind):
    """Any bytes under any header give a reading."""
    _assert_safe(reading(body, headers=(("content-type", kind),)))


def test_awkward_strings_come_out_safe(reading):
    """NUL, surrogates, NaN, 2^70, bidi marks and 10 MB strings in title, meta and JSON-LD (P5)."""
    long = "x" * 1_000_000
    body = (
        f"<title>a\x00\u202eb{long}</title><meta name=description content='\x00{long}'><h1>q&#0;&#xDFFF;</h1>"
        '<script type="application/ld+json">{"@type":"Pharmacy","name":"a\\u0000\\ud800b","telephone":1e999,'
        f'"identifier":{2**70},"email":NaN,"address":{{"streetAddress":"{long}"}}}}</script>'
        '<script type="application/ld+json">{"@type":"Product","name":"p","offers":{"price":1e999,"priceCurrency":"\\u0000"}}</script>'
    ).encode() + b"<p>\xff\xfe\xed\xa0\x80"
    _assert_safe(reading(body))


def test_bytes_after_the_limit_change_nothing_before_it(reading):
    """What is appended after `</html>` does not alter what was read before it (P6)."""
    honest = "<html><body><h1>Shop</h1><p>Item one $5.00 Add to cart</p></body></html>"
    plain, bombed = reading(honest), reading(honest + "<b <" * 50_000)
    assert bombed.blocks[: len(plain.blocks)] == plain.blocks
    assert bombed.offers == plain.offers

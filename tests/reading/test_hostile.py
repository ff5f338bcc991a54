"""No page, however hostile, raises, hangs or leaves a string that a store or JSON refuses."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.check import judge
from pharmcheck.document import to_json, verdict_document
from pharmcheck.model import Category
from pharmcheck.reading.markup import Pass
from pharmcheck.ruleset import load_ruleset
from tests.reading.bombs import BOMBS
from tests.sites import WHEN, site
from tests.yardstick import assert_costs, child

_RULES = load_ruleset()

SMALL = 100_000  # bytes: what is quadratic takes a second here already
LARGE = 5_000_000
# Each once took seconds, hours or hundreds of megabytes at full size.
WORST = [
    "combining marks out of order", "declared charsets", "different links", "text in tables", "tags in srcdoc", "letters that grow",
    "different attributes of an input", "nested div with names", "JSON depth",
]  # fmt: skip


def _judging(name: str, size: int) -> Callable[[], None]:
    body = BOMBS[name](size).encode("utf-8", "surrogatepass")
    capture = site(home="<p>x")
    bomb = replace(capture.pages[0], body=body, headers=(("content-type", "text/html"),))

    def work() -> None:
        (result,) = judge(replace(capture, pages=(bomb,)), _RULES, now=WHEN).readings
        assert result.blocks or result.problem or not result.shape.text_chars
        assert len(result.blocks) <= 20_000

    return work


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_time(name):
    """Every bomb of the field notes and of our own, read and judged, costs little processor time at 100 kB."""
    assert_costs(_judging(name, SMALL), 200)


@pytest.mark.parametrize("name", WORST)
def test_the_worst_bombs_end_in_time_at_full_size(name):
    """At five megabytes it is no more than a visit has time for."""
    assert_costs(_judging(name, LARGE), 1250)


@pytest.mark.skipif(sys.platform != "linux", reason="the highest memory of a process stands in /proc")
def test_bombs_stay_under_300_mb_for_the_whole_process():
    """One process reads and judges the worst of them at full size, one after the other, and stays small."""
    # Without this module: what the tests' own tools take is nobody's business here.
    program = """
import sys
from dataclasses import replace
from pharmcheck.check import judge
from pharmcheck.ruleset import load_ruleset
from tests.reading.bombs import BOMBS
from tests.sites import WHEN, site
ruleset, capture = load_ruleset(), site(home="<p>x")
for name in sys.argv[2:]:
    body = BOMBS[name](int(sys.argv[1])).encode("utf-8", "surrogatepass")
    bomb = replace(capture.pages[0], body=body, headers=(("content-type", "text/html"),))
    judge(replace(capture, pages=(bomb,)), ruleset, now=WHEN)
"""
    (peak,) = child(program, str(LARGE), *WORST)
    assert int(peak) < 300


def _marking_up(page: str) -> Callable[[], object]:
    return lambda: Pass("https://shop.example/").run(page)


def test_a_sheet_of_escapes_costs_no_more_than_text(reading):
    """A style sheet of nothing but escapes is read, and costs about what as much ordinary text costs."""
    page = f"<style>a{{content:'{chr(92)}41 {chr(92)}20 {'B' + chr(92)}43 '}}</style>"
    assert [block.text for block in reading(page).blocks] == ["A BC"]
    size = 1_000_000
    escapes, paragraphs = BOMBS["escapes of a sheet"](size), BOMBS["paragraphs"](size)
    assert_costs(_marking_up(escapes), 3, beside=_marking_up(paragraphs))


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


AWKWARD = [
    "\x00",
    "\ud800",
    "\ufffe",
    "\U0001ffff",
    "\ufdd0",
    "\u202e",
    "\u2066",
    "\u0301" * 40,
    "\x1b[31m",
    "\u2028",
    "</script>",
    "é",
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(AWKWARD), st.text(max_size=4)), max_size=8).map("".join))
def test_every_string_of_a_verdict_survives_json_and_stores(words):
    """Whatever stands around a statement, the document is JSON, UTF-8, and free of what databases refuse."""
    body = f"<title>{words}</title><p>{words} No prescription required. Buy Tramadol online $99 Add to cart {words}</p>"
    capture = site(home="<p>x")
    odd = replace(capture.pages[0], body=body.encode("utf-8", "surrogatepass"))
    judgement = judge(replace(capture, pages=(odd,)), _RULES, now=WHEN)
    for result in judgement.readings:
        _assert_safe(result)
        assert not any(
            bad in text
            for text in _strings(result)
            for bad in ("\ufffe", "\U0001ffff", "\ufdd0", "\u202e", "\u2066", "\x1b")
        )
    text = to_json(verdict_document(judgement.verdict, _RULES))
    assert json.loads(text.encode()) == verdict_document(judgement.verdict, _RULES)
    assert "\x00" not in text
    assert "\\u0000" not in text


@pytest.mark.parametrize("said", ["", "<p>No prescription required. Buy Tramadol online $99 Add to cart</p>"])
def test_bytes_beyond_the_limit_never_change_a_verdict(said):
    """What stands behind the first five megabytes does not exist, charset tricks included (P6)."""
    shop = f"<title>Shop</title><h1>Shop</h1>{said}</html>".encode().ljust(5 * 1024 * 1024)
    capture = site(home="<p>x")

    def verdict(behind: bytes) -> Any:
        odd = replace(capture.pages[0], body=shop + behind, headers=(("content-type", "text/html"),), truncated=True)
        return judge(replace(capture, pages=(odd,)), _RULES, now=WHEN).verdict

    plain = verdict(b"")
    assert plain.category is (Category.DANGER if said else Category.COULD_NOT_CHECK)
    for behind in (b"<b <" * 50_000, b"\xff" * 900_000, b"<p>No prescription required"):
        other = verdict(behind)
        assert (other.category, other.reason_code, other.score) == (plain.category, plain.reason_code, plain.score)


def test_a_bomb_behind_a_statement_saves_nobody():
    """Within the limit, what was read before a flood still convicts; honest words before one are never "clean"."""
    said = "<p>No prescription required. Buy Tramadol online $99 Add to cart</p></html>"
    for name in ("nested div", "paragraphs", "open quotes"):
        flood = BOMBS[name](2_000_000)
        assert judge(site(home=said + flood), _RULES, now=WHEN).verdict.category is Category.DANGER
        assert judge(site(home="<p>Hello</html>" + flood), _RULES, now=WHEN).verdict.category in (
            Category.COULD_NOT_CHECK, Category.NOT_A_PHARMACY,
        )  # fmt: skip

"""One pass over a page: links with their words, where it refreshes to, how much it says."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture.outline import outline
from tests.yardstick import assert_costs

HERE = "https://shop.com/here"


def test_links_are_found_with_their_words() -> None:
    """Relative, entity-coded, nested and unclosed links; what is no web link is left out."""
    source = b"""<base href="/en/"><a href="contact">Get <b>in&nbsp;touch</b></a><a href='/x?a=1&amp;b=2'>X
    <a href="mailto:a@b.de">mail</a><a name=q>no</a><script>"<a href=/no>"</script><!-- <a href=/no> -->
    <a href="/last">L"""
    assert outline(source, "https://shop.com/").links == [
        ("https://shop.com/en/contact", "Get in touch"),
        ("https://shop.com/x?a=1&b=2", "X"),
        ("https://shop.com/last", "L"),
    ]


def test_links_of_old_shops_are_found() -> None:
    """Pictures speak by their alternative text; image maps and frames lead on too."""
    source = b"""<a href=/c><img src=c.gif alt="Contact us"></a><map><area href=/t alt=Terms></map>
    <frameset><frame src="menu.htm"></frameset>"""
    assert outline(source, "https://shop.com/").links == [
        ("https://shop.com/c", "Contact us"),
        ("https://shop.com/t", "Terms"),
        ("https://shop.com/menu.htm", ""),
    ]


def test_a_link_with_a_line_break_in_it_is_read_as_browsers_read_it() -> None:
    """Tabs and line breaks inside an address do not count; controls and backslashes make it no address."""
    assert outline(b"<a href='/con\n\ttact'>a</a><a href='/\\evil.com'>b</a>", HERE).links == [
        ("https://shop.com/contact", "a")
    ]


def test_the_foot_of_an_endless_page_is_read() -> None:
    """Thousands of products between head and foot do not hide the imprint."""
    middle = b"".join(b"<a href=/p/%d>p</a>" % number for number in range(200_000))
    found = outline(b"<a href=/first>x</a>" + middle + b"<a href=/imprint>Imprint</a>", HERE).links
    assert found[0][0] == "https://shop.com/first"
    assert found[-1] == ("https://shop.com/imprint", "Imprint")
    assert len(found) == 1500


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Über uns".encode(), "Über uns"),
        ("Über uns é".encode() + b" \xe9", "Über uns é \ufffd"),
        ("Über uns".encode("latin-1"), "Über uns"),
        (b"<meta charset=windows-1251>" + "О нас".encode("cp1251"), "О нас"),
        (b"<meta charset=iso-8859-2>" + "Płatność".encode("iso-8859-2"), "Płatność"),
    ],
)
def test_words_in_old_charsets_are_understood(body: bytes, words: str) -> None:
    """Words that are not UTF-8 are read as the page declares, else as Western European."""
    head, _, rest = body.rpartition(b">")
    source = head + (b">" if head else b"") + b"<a href=/x>" + rest + b"</a>"
    assert outline(source, HERE).links[0][1] == words


REFRESHES = {
    "0;url=/x": "https://shop.com/x",
    "0; URL='/x y'": "https://shop.com/x%20y",
    '0;url="/x"junk': "https://shop.com/x",
    "3, url = //other.com/a": "https://other.com/a",
    "0;/x": "https://shop.com/x",
    "0 /x": "https://shop.com/x",
    ".5;url=/x": "https://shop.com/x",
    "5;url=/x": "https://shop.com/x",
    "0;url='/x": "https://shop.com/x",
    "0;url=/x\n": "https://shop.com/x",
    "6;url=/x": None,
    "600;url=/x": None,
    "0": None,
    "0;": None,
    "0;url=": None,
    "0;url=/here": None,
    "0;url=#top": None,
    "0;url=https://shop.com:443/here": None,
    "0;url=javascript:alert(1)": None,
    "0;url=http://127.0.0.1/": None,
    "0;url=http://user@shop.com/": None,
    "0;url=/\\evil.com": None,
    "url=/x": None,
    "soon;url=/x": None,
    "": None,
}


@pytest.mark.parametrize(("content", "target"), REFRESHES.items())
def test_a_refresh_is_followed_as_browsers_follow_it(content: str, target: str | None) -> None:
    """Within five seconds, however it is written, to another page that the strict reader accepts."""
    quote = "&quot;"
    body = f'<head><META HTTP-EQUIV=" Refresh" content="{content.replace(chr(34), quote)}">'.encode()
    assert outline(body, HERE).refresh == target


@pytest.mark.parametrize(
    "body",
    [
        b"<noscript><meta http-equiv=refresh content='0;url=/x'></noscript>",
        b"<!-- <meta http-equiv=refresh content='0;url=/x'> -->",
        b"<script>'<meta http-equiv=refresh content=0;url=/x>'</script>",
        b"<textarea><meta http-equiv=refresh content='0;url=/x'></textarea>",
        b"<meta http-equiv=expires content='0;url=/x'>",
    ],
)
def test_a_refresh_that_no_browser_with_scripts_sees_is_none(body: bytes) -> None:
    """In comments, scripts, text fields and <noscript>."""
    assert outline(body, HERE).refresh is None


def test_a_refresh_starts_where_the_page_says_and_the_first_in_time_counts() -> None:
    """<base> holds for it; one that is too late leaves the next its turn."""
    late = b"<base href=/en/><meta http-equiv=refresh content='60;url=late'>"
    assert outline(late + b"<meta http-equiv=refresh content='1;url=soon'>", HERE).refresh == "https://shop.com/en/soon"


def test_visible_text_and_running_scripts_are_counted() -> None:
    """Title, styles, scripts and fields are no text; data is no script."""
    body = b"""<title>Not this</title><style>nor this</style><script>nor()</script><script type=module></script>
    <script type="application/ld+json">{}</script><p>These   four words count</p><textarea>no</textarea>"""
    page = outline(body, HERE)
    assert page.text_chars == len("These four words count")
    assert page.scripts == 2


@pytest.mark.parametrize(
    "source",
    [
        b"<a " * 100_000,
        b"<!--" * 100_000,
        b"<a b='" * 50_000,
        b"<a " + b"x=1 " * 100_000 + b">",
        b"<a href=/x>" * 50_000,
        b"<div " + b"".join(b"id%d=1 " % number for number in range(50_000)) + b">",
        b"<noscript>" * 100_000,
        b"<meta http-equiv=refresh content='0" + b" " * 500_000 + b"x'>",
        b"<a href='" + b"/" * 1_000_000 + b"'>",
        b"<x-" + b"y" * 500_000 + b" id=" + b"z" * 500_000 + b">",
    ],
    ids=["open", "comments", "quotes", "attributes", "links", "names", "notes", "refresh", "long", "wide"],
)
def test_hostile_markup_costs_little(source: bytes) -> None:
    """Input that takes other parsers half a minute is read in a moment."""
    assert_costs(partial(outline, source, "https://shop.com/"), 50)


@given(
    st.binary(max_size=300), st.sampled_from([b"<a href='", b"<meta http-equiv=refresh content='", b"<base href=", b""])
)
def test_any_bytes_have_an_outline(body: bytes, opening: bytes) -> None:
    """Reading a page never raises."""
    outline(opening + body, "https://shop.com/")

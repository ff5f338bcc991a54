"""A quote leads back to the very bytes of the archive."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmcheck.reading import clean, decode, locate, span


def _bare(raw: bytes, charset: str) -> str:
    text = re.sub(r"<script>.*?</script>|<!--.*?-->|<[^<>]*>", "", raw.decode(charset, "surrogateescape"))
    return clean(html.unescape(text))


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("<p>We sell without a prescription.", "without a prescription"),
        ("<p>We sell <b>without</b>\r\n  a&nbsp;pre&shy;scription.", "without a prescription."),
        ("<!-- x -->\r\n\r\n<p>\r\nfirst<br>\r\nTom &amp; J&eacute;r\u200bome", "Tom & Jérome"),
        ("<p>caf\u0065\u0301 in <i>Köln</i>", "café in Köln"),
        ("<p>a<script>'a b'</script> b", "a b"),
        ("<p>one<!-- two --> three", "one three"),
        ("<title>Cheap &amp; good</title>", "Cheap & good"),
        ("<noscript><p>turn <b>it</b> on</p></noscript>", "turn it on"),
        ("<p>price &#36;5 now", "price $5 now"),
        ("<ul><li>1<li>no rx<li>3</ul>", "no rx"),
    ],
)
def test_a_quote_is_found_where_it_stands(page, reading, body, quote):
    """Start and end are exact, whatever stands between the words."""
    archived = page(body)
    block = next(block for block in reading(body).blocks if quote in block.text)
    span = locate(archived, block, quote)
    assert span is not None
    assert _bare(archived.body[span[0] : span[1]], "utf-8") == quote


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("<img src=x alt='Tom &amp; Jerry'>", b"Tom &amp; Jerry"),
        ("<input type=submit value='Add to cart'>", b"Add to cart"),
        ("<meta name=description content='no rx'>", b"no rx"),
    ],
)
def test_words_from_an_attribute_are_found_in_it(page, reading, body, quote):
    """An attribute is a place too."""
    archived = page(body)
    block = reading(body).blocks[0]
    span = locate(archived, block, block.text)
    assert span is not None
    assert archived.body[span[0] : span[1]] == quote


@pytest.mark.parametrize("charset", ["windows-1252", "windows-1251", "shift_jis", "utf-16-le", "gb18030"])
def test_offsets_count_bytes_of_the_charset(page, reading, charset):
    """Characters before the quote take their own number of bytes."""
    before, quote = {"windows-1251": ("жук", "яд"), "shift_jis": ("薬局", "処方"), "gb18030": ("药店", "处方")}.get(
        charset, ("für Äpfel", "größer")
    )
    text = f"<p>{before}</p><p>{quote}</p>"
    raw = (b"\xff\xfe" if charset == "utf-16-le" else b"") + text.encode(charset)
    headers = (("content-type", f"text/html; charset={charset}"),)
    block = reading(raw, headers=headers).blocks[1]
    span = locate(page(raw, headers=headers), block, quote)
    assert span is not None
    assert raw[span[0] : span[1]].decode(charset) == quote


def test_wrong_bytes_before_the_quote_do_not_shift_it(page, reading):
    """Undecodable bytes count as the bytes they are."""
    raw = b"<p>\xff\xe2\x82 ok \xc3\xa4 and so on, many a good word</p><p>no rx</p>"
    span = locate(page(raw), reading(raw).blocks[1], "no rx")
    assert span is not None
    assert raw[span[0] : span[1]] == b"no rx"


@pytest.mark.parametrize("quote", ["a c", "absent", ""])
def test_words_that_do_not_stand_in_one_piece_have_no_place(page, reading, quote):
    """Words joined over a block boundary are not found."""
    body = "<p>a</p><p>c</p>"
    assert locate(page(body), reading(body).blocks[0], quote) is None


WORDS = st.text(st.sampled_from("abcXYZ éß薬ж&<>\u200b\u00ad\xa0\r\n.,e\u0301"), min_size=1, max_size=12)
TAGS = st.sampled_from(
    ["<b>", "</b>", "<i class='x y'>", "</i>", "<!-- no -->", "<span\n>", "</span>", "<a href='?a=1&amp;b'>", ""]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(WORDS, TAGS, st.booleans()), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.data(),
)
def test_every_part_of_every_block_leads_back_to_its_words(page, reading, words, newline, data):
    """For generated pages: the bytes of a span, without tags, entities and folding, are the quote."""
    inner = "".join(
        ("".join(f"&#{ord(char)};" for char in word) if coded else html.escape(word, quote=False)) + tag
        for word, tag, coded in words
    )
    body = f"<title>x</title>{newline}<p>before</p>{newline}<p>{newline}{inner}</p><p>after</p>".encode()
    archived = page(body)
    for block in reading(body).blocks:
        if not block.text:
            continue
        start = data.draw(st.integers(0, len(block.text) - 1))
        end = data.draw(st.integers(start + 1, len(block.text)))
        quote = block.text[start:end].strip()
        if not quote or clean(quote) != quote:
            continue
        span = locate(archived, block, quote)
        assert span is not None
        assert _bare(archived.body[span[0] : span[1]], decode(archived).charset) == quote


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.one_of(TAGS, st.just("</p>"), st.just("<script>"))), min_size=1, max_size=8), st.data()
)
def test_the_plain_search_finds_what_the_exact_walk_finds(page, words, data):
    """The short cut for plain text is a short cut only: it gives the place that the walk gives, or none."""
    text = "".join(word.replace("<", "").replace("&", "&amp;") + tag for word, tag in words)
    shown = clean(re.sub(r"<[^<>]*>", "", text)) or "x"
    start = data.draw(st.integers(0, len(shown) - 1))
    quote = shown[start : data.draw(st.integers(start + 1, len(shown)))].strip() or "x"
    quick = span._in_plain_text(text, 0, quote)
    assert quick is None or quick == span._match(span._visible(text), quote)


def test_a_quote_far_behind_markup_is_found_and_the_first_of_two_counts(page, reading):
    """The stretch that is read grows with the words of the block, and an earlier place wins over a later one."""
    body = "<p>" + "<b class='wide'>word</b> " * 300 + "no rx <i>no rx</i>"
    (block,) = reading(body).blocks
    assert locate(page(body), block, "no rx") == (body.index("no rx"), body.index("no rx") + 5)

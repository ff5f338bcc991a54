"""Words that a browser or a search engine shows are read wherever they hide; what nobody sees is not.

A family is one way to hide.  `SHOWN` holds those whose words a visitor gets to see (or a search engine to index),
`UNSEEN` those that only a reader of the source finds, `GARBLED` those that a browser itself shows broken.
"""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.reading import locate

SAID = "No prescription required. Buy Tramadol online $99 Add to cart"
REST = "Buy Tramadol online $99 Add to cart"
HTML = "text/html; charset=utf-8"


def page(inside: str, before: str = "") -> str:
    """A shop's page around what hides in it."""
    return f"{before}<html lang=en><head><title>Shop</title></head><body><h1>Welcome to our shop</h1>{inside}</body></html>"


def apart(mark: str) -> str:
    """Something between the letters of the tell-tale words."""
    return page(
        "<p>" + SAID.replace("prescription", mark.join("prescription")).replace("Tramadol", mark.join("Tramadol"))
    )


def spaced(blank: str) -> str:
    """Something else in the place of every space."""
    return page("<p>" + SAID.replace(" ", blank))


def spelled(form: str) -> str:
    """Every character as a reference."""
    return page("<p>" + "".join(form.format(ord(char)) for char in SAID))


PLACES = {
    "plain": page(f"<p>{SAID}</p>"),
    "depth 10": page("<div>" * 10 + SAID),
    "depth 300": page("<div>" * 300 + SAID),
    "depth 3,000": page("<div>" * 3_000 + SAID),
    "depth 30,000": page("<div>" * 30_000 + SAID),
    "depth 30,000, inline": page("<b>" * 30_000 + SAID),
    "depth 10,000, tables": page("<table><tr><td>" * 10_000 + SAID),
    "behind the end": page("") + SAID,
    "behind the end, in a paragraph": page("") + f"<p>{SAID}</p>",
    "behind the end and a comment": page("") + f"<!-- x -->{SAID}",
    "before the doctype": page("", before=f"{SAID}<!doctype html>"),
    "in the head": f"<head>{SAID}</head><body>x",
    "title": f"<title>{SAID}</title><p>x",
    "second title": page(f"<title>{SAID}</title>"),
    "description": page("", before=f"<meta name=description content='{SAID}'>"),
    "keywords": page("", before=f"<meta name=keywords content='{SAID}'>"),
    "description for social media": page("", before=f"<meta property=og:description content='{SAID}'>"),
    "noscript": page(f"<noscript>{SAID}</noscript>"),
    "noscript in the head": f"<html><head><title>Shop</title><noscript><p>{SAID}</p></noscript></head><body>x",
    "noframes": page(f"<noframes><p>{SAID}</noframes>"),
    "noembed": page(f"<noembed><p>{SAID}</noembed>"),
    "plaintext": page(f"<plaintext>{SAID}"),
    "plaintext with an end tag": page(f"<plaintext></plaintext>{SAID}"),
    "xmp": page(f"<xmp>{SAID}</xmp>"),
    "listing": page(f"<listing>{SAID}</listing>"),
    "srcdoc": page(f"<iframe srcdoc='<p>{SAID}</p>'></iframe>"),
    "srcdoc as entities": page(f"<iframe srcdoc='&lt;p&gt;{SAID}'></iframe>"),
    "srcdoc in srcdoc": page(f"<iframe srcdoc=\"<iframe srcdoc='<p>{SAID}'></iframe>\"></iframe>"),
    "object": page(f"<object data=x>{SAID}</object>"),
    "embed": page(f"<embed src=x>{SAID}</embed>"),
    "video": page(f"<video>{SAID}</video>"),
    "canvas": page(f"<canvas>{SAID}</canvas>"),
    "applet": page(f"<applet>{SAID}</applet>"),
    "details": page(f"<details><summary>More</summary><p>{SAID}</details>"),
    "dialog": page(f"<dialog>{SAID}</dialog>"),
    "marquee": page(f"<marquee>{SAID}</marquee>"),
    "blink": page(f"<blink>{SAID}</blink>"),
    "slot": page(f"<slot>{SAID}</slot>"),
    "shadow root": page(f"<div><template shadowrootmode=open><p>{SAID}</p></template></div>"),
    "picture: text": page(f"<svg><text>{SAID}</text></svg>"),
    "picture: text in pieces": page(
        f"<svg><text><tspan>No prescription </tspan><tspan>required.</tspan> {REST}</text></svg>"
    ),
    "picture: title": page(f"<svg><title>{SAID}</title></svg>"),
    "picture: description": page(f"<svg><desc>{SAID}</desc></svg>"),
    "picture: foreign object": page(f"<svg><foreignObject><p>{SAID}</p></foreignObject></svg>"),
    "picture: closed title": page(f"<svg><title/></svg><p>{SAID}</p>"),
    "picture: closed script": page(f"<svg><script/></svg><p>{SAID}</p>"),
    "picture: closed style": page(f"<svg><style/></svg><p>{SAID}</p>"),
    "picture: CDATA": page(f"<svg><text><![CDATA[{SAID}]]></text></svg>"),
    "formula": page(f"<math><mtext>{SAID}</mtext></math>"),
    "formula: annotation": page(f"<math><annotation-xml encoding=text/html><p>{SAID}</p></annotation-xml></math>"),
    "option": page(f"<select><option>{SAID}</select>"),
    "option: label": page(f"<select><option label='{SAID}'>x</select>"),
    "group of options": page(f"<select><optgroup label='{SAID}'><option>x</select>"),
    "suggestion": page(f"<datalist><option value='{SAID}'></datalist>"),
    "textarea": page(f"<textarea>{SAID}</textarea>"),
    "textarea: placeholder": page(f"<textarea placeholder='{SAID}'></textarea>"),
    "placeholder": page(f"<input placeholder='{SAID}'>"),
    "value": page(f"<input readonly value='{SAID}'>"),
    "button: value": page(f"<input type=submit value='{SAID}'>"),
    "button: picture": page(f"<input type=image alt='{SAID}'>"),
    "button: label of a bare one": page(f"<button aria-label='{SAID}'></button>"),
    "legend": page(f"<fieldset><legend>{SAID}</legend></fieldset>"),
    "output": page(f"<output>{SAID}</output>"),
    "alternative text": page(f"<img src=x.png alt='{SAID}'>"),
    "alternative text of an area": page(f"<map><area alt='{SAID}' href=x></map>"),
    "caption": page(f"<table><caption>{SAID}</caption></table>"),
    "text between rows": page(f"<table>{SAID}<tr><td>x</table>"),
    "definition": page(f"<dl><dt>{SAID}</dl>"),
    "ruby": page(f"<ruby>x<rt>{SAID}</rt></ruby>"),
    "style sheet": page(f"<style>p:before{{content:'{SAID}'}}</style><p>x</p>"),
    "style sheet, escaped": page(
        f'<style>p:before{{content:"{SAID.replace("No", chr(92) + "4e " + "o")}"}}</style><p>x</p>'
    ),
}
# What a style sheet hides from people is still written for search engines, and a style sheet may be anywhere: it counts.
STYLED = {
    "hidden": page(f"<p hidden>{SAID}</p>"),
    "aria-hidden": page(f"<p aria-hidden=true>{SAID}</p>"),
    "display none": page(f"<p style='display:none'>{SAID}</p>"),
    "visibility": page(f"<p style='visibility:hidden'>{SAID}</p>"),
    "white on white": page(f"<p style='color:#fff'>{SAID}</p>"),
    "no size": page(f"<p style='font-size:0'>{SAID}</p>"),
    "off the screen": page(f"<p style='position:absolute;left:-9999px'>{SAID}</p>"),
    "struck through": page(f"<p><del>{SAID}</del>"),
}
MARKS = {
    **{name: apart(mark) for name, mark in {
        "zero-width space": "\u200b", "zero-width non-joiner": "\u200c", "zero-width joiner": "\u200d", "word joiner": "\u2060",
        "byte order mark": "\ufeff", "soft hyphen": "\xad", "right-to-left override": "\u202e", "isolate": "\u2066",
        "left-to-right mark": "\u200e", "Arabic letter mark": "\u061c", "grapheme joiner": "\u034f", "tag character": "\U000e0061",
        "variation selector": "\ufe0f", "variation selector 17": "\U000e0100", "Mongolian separator": "\u180e",
        "invisible times": "\u2062", "annotation anchor": "\ufff9", "Khmer vowel": "\u17b4", "musical mark": "\U0001d173",
        "NUL": "\0", "backspace": "\x08", "overlay": "\u0336", "dot below": "\u0323", "two marks": "\u0323\u0336",
        "reference to a soft hyphen": "&shy;", "reference to a joiner": "&zwj;", "number of a zero-width space": "&#8203;",
        "name of a zero-width space": "&ZeroWidthSpace;", "reference to a control": "&#8;",
        "empty element": "<i></i>", "comment": "<!-- x -->", "wbr": "<wbr>", "element of nobody's": "<x-y></x-y>", "closing tag": "</b>",
    }.items()},
    "a tag around every letter": page("<p>" + "".join(f"<b>{char}</b>" for char in SAID)),
    "a tag around some letters": page("<p>" + SAID.replace("No", "<b>N</b>o").replace("prescription", "pre<i></i>scrip<u>tion</u>")),
    "a tag around every word": page("<p>" + " ".join(f"<span>{word}</span>" for word in SAID.split())),
    "a cell for every word": page("<table><tr>" + "".join(f"<td>{word}</td>" for word in SAID.split()) + "</table>"),
    "a mark between all characters": page("<p>" + "\u200b".join(SAID)),
    "accents": page("<p>" + SAID.replace("o", "ö").replace("e", "é")),
    "full-width letters": page("<p>" + "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in SAID)),
}  # fmt: skip
BLANKS = {
    **{name: spaced(blank) for name, blank in {
        "no-break space": "\xa0", "em space": "\u2003", "thin space": "\u2009", "ideographic space": "\u3000",
        "ogham space": "\u1680", "narrow space": "\u202f", "line separator": "\u2028", "next line": "\x85", "tab and feeds": "\x0b\x0c\t",
        "braille blank": "\u2800", "Hangul filler": "\u3164", "half-width filler": "\uffa0", "newlines": "\n\n  ", "CRLF": "\r\n\t",
        "named": "&nbsp;", "named without its end": "&nbsp", "named tab and newline": "&Tab;&NewLine;",
    }.items()},
    "line break between words": page("<p>" + SAID.replace(" required", "<br>required")),
    "line break between words, in the source too": page("<p>" + SAID.replace(" required", " <br/>\n required")),
    "line break and a tag between words": page("<p>" + SAID.replace(" required", "<br><b>required</b>")),
}  # fmt: skip
ENTITIES = {
    "decimal": spelled("&#{};"),
    "hexadecimal": spelled("&#x{:x};"),
    "hexadecimal, capital": spelled("&#X{:X};"),
    "padded": spelled("&#0000000{};"),
    "without its end": page("<p>" + SAID.replace("p", "&#112").replace("q", "&#113")),
    "named": page("<p>" + SAID.replace(".", "&period;").replace("$", "&dollar;")),
}
BROKEN = {
    "comment that ends at once": page(f"<!-->{SAID}<!-- -->"),
    "comment that ends at once, with a dash": page(f"<!--->{SAID}<!-- -->"),
    "comment that ends with a mark": page(f"<!-- x --!>{SAID}"),
    "comment in a comment": page(f"<!-- <!-- x --> {SAID} -->"),
    "declaration that is none": page(f"<!x>{SAID}"),
    "half a comment": page(f"<!-x>{SAID}"),
    "processing instruction": page(f"<?x?>{SAID}"),
    "end tag that is none": page(f"</ x>{SAID}"),
    "conditional comment for all": page(f"<!--[if !IE]><!-->{SAID}<!--<![endif]-->"),
    "conditional that is none": page(f"<![if !IE]>{SAID}<![endif]>"),
    "CDATA outside a picture": page(f"<![CDATA[x]]>{SAID}"),
    "CDATA that a browser ends early": page(f"<![CDATA[>{SAID}]]>"),
    "script: escaped and closed": page(f"<script><!--<script></script>--></script>{SAID}"),
    "script: end tag with a slash": page(f"<script>x</script/>{SAID}"),
    "script: end tag with attributes": page(f"<script>x</script a=b>{SAID}"),
    "script: end tag in a string": page(f"<script>var a='</script>{SAID}';</script>"),
    "style: end tag with a blank": page(f"<style>x</style >{SAID}"),
    "title: end tag with a newline": page(f"<title>x</title\n>{SAID}"),
    "unclosed title": f"<p>x</p><title>{SAID}",
    "quoted end of a tag": page(f"<p title='>'>{SAID}</p>"),
    "unquoted end of a tag": page(f"<p title=a>b>{SAID}</p>"),
    "less-than before a digit": page(f"1<2 {SAID}"),
    "stray end tags": page(f"</div></p></li></table>{SAID}</b>"),
    **{f"before an unclosed {name}": page(f"<p>{SAID}</p>") + end for name, end in {
        "comment": "<!-- ", "script": "<script>", "quote": "<a href='", "style": "<style>", "title": "<title>", "tag": "<b ", "template": "<template>",
    }.items()},
    "in elements left open": page(f"<table><tr><td><select><b><p>{SAID}"),
}  # fmt: skip
SHOWN = {
    f"{table}: {name}": body
    for table, families in {
        "place": PLACES, "style": STYLED, "mark": MARKS, "blank": BLANKS, "reference": ENTITIES, "broken": BROKEN,
    }.items()
    for name, body in families.items()
}  # fmt: skip

UNSEEN = {
    "comment": page(f"<!-- {SAID} -->"),
    "conditional comment": page(f"<!--[if IE]>{SAID}<![endif]-->"),
    "comment left open": page(f"<!-- {SAID}"),
    "script": page(f"<script>var a='{SAID}';</script>"),
    "script left open": page(f"<script>{SAID}"),
    "script, escaped twice": page(f"<script><!-- <script> </script> {SAID} --></script>"),
    "style": page(f"<style>/* {SAID} */</style>"),
    "style left open": page(f"<style>{SAID}"),
    "quote left open": page(f"<a href='{SAID}"),
    "template": page(f"<template><p>{SAID}</p></template>"),
    "template with the old name of a shadow root": page(
        f"<div><template shadowroot=open><p>{SAID}</p></template></div>"
    ),
    "inside of an iframe": page(f"<iframe>{SAID}</iframe>"),
    "data attribute": page(f"<p data-text='{SAID}'>x</p>"),
    "attribute of nobody's": page(f"<p x='{SAID}'>x</p>"),
    "value of a button": page(f"<button value='{SAID}'>x</button>"),
    "hidden field": page(f"<input type=hidden value='{SAID}'>"),
    "value of a box to tick": page(f"<input type=checkbox value='{SAID}'>"),
    "meta of nobody's": page("", before=f"<meta name=x content='{SAID}'>"),
    "description in structured data": page(
        f'<script type="application/ld+json">{{"@type":"Store","description":"{SAID}"}}</script>'
    ),
    "class": page(f"<p class='{SAID}'>x</p>"),
    # Seen by few: a tip that shows under a resting mouse, words for screen readers.  Reading them would take a look
    # at every tag of every page.
    "tip": page(f"<p title='{SAID}'>x</p>"),
    "label for screen readers": page(f"<div aria-label='{SAID}'>x</div>"),
}
GARBLED = {
    "number of NUL, which shows as �": apart("&#0;"),
    "entities encoded twice": spelled("&amp;#{};"),
    "line break inside a word": page("<p>" + SAID.replace("prescription", "prescrip<br>tion")),
    "letters under names of tags": page("<p>" + SAID.replace("prescription", "pre<scription>")),
    "filler that shows as a gap": apart("\u3164"),
}

CHARSETS = {
    "UTF-16 with its mark": (page(SAID).encode("utf-16"), HTML),
    "UTF-16, big end first": (b"\xfe\xff" + page(SAID).encode("utf-16-be"), "text/html"),
    "UTF-16 by header": (page(SAID).encode("utf-16-le"), "text/html; charset=utf-16le"),
    "UTF-16 that is none": (b"<meta charset=utf-16>" + page(SAID).encode(), "text/html"),
    "UTF-16 without a word of it": (page(SAID).encode("utf-16-le"), "text/html"),
    "UTF-7": (b"<meta charset=utf-7>" + page(SAID).encode(), "text/html"),
    "UTF-7 by header": (page(SAID).encode(), "text/html; charset=utf-7"),
    "a charset of nobody's": (page(SAID).encode(), "text/html; charset=x-none"),
    "a lie in a comment": (b"<!-- <meta charset=utf-16> --><meta charset=utf-8>" + page(SAID).encode(), "text/html"),
    "one charset in the header, another in the page": (b"<meta charset=shift_jis>" + page(SAID).encode(), HTML),
    "declared in Japanese": (page(SAID).encode(), "text/html; charset=shift_jis"),
    "declared in Chinese": (page(SAID).encode(), "text/html; charset=gb18030"),
    "broken bytes all around": (b"<p>\xc3\x28\xff</p>" + page(SAID).encode(), "text/html"),
    "no type at all": (page(SAID).encode(), ""),
    "XML by its type": (b"<?xml version='1.0' encoding='utf-8'?>" + page(SAID).encode(), "application/xhtml+xml"),
}  # fmt: skip

_AS_FOLDED = (
    "mark: accents",
    "mark: full-width letters",
    "mark: dot below",
    "mark: two marks",
)  # met by the folding of the rules, not by reading


def test_the_tables_are_as_large_as_the_documents_say():
    """docs/decisions/0003 names these numbers."""
    assert (len(SHOWN), len(UNSEEN), len(GARBLED), len(CHARSETS)) == (177, 22, 5, 15)


@pytest.mark.parametrize(
    "body",
    [SHOWN[name] for name in SHOWN if name not in _AS_FOLDED],
    ids=[name for name in SHOWN if name not in _AS_FOLDED],
)
def test_what_is_shown_is_read(reading, body):
    """Every hiding place ends in a block with the plain words."""
    assert any(SAID in block.text for block in reading(body).blocks)


@pytest.mark.parametrize("body", UNSEEN.values(), ids=UNSEEN)
def test_what_nobody_sees_is_not_read(reading, body):
    """Comments, scripts, templates, data attributes and the like are not text."""
    assert not any("prescription" in block.text for block in reading(body).blocks)


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_what_a_browser_garbles_is_read_as_garbled(reading, body):
    """We read what a visitor would read, no better."""
    blocks = reading(body).blocks
    assert blocks
    assert not any("No prescription required" in block.text for block in blocks)


@pytest.mark.parametrize(("body", "kind"), CHARSETS.values(), ids=CHARSETS)
def test_no_charset_hides_words(reading, body, kind):
    """By mark, header, declaration, or against them."""
    assert any(SAID in block.text for block in reading(body, headers=(("content-type", kind),)).blocks)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in SHOWN
        if name.startswith(("mark", "blank", "reference")) and name not in _AS_FOLDED and "cell" not in name
    ],
)
def test_hidden_words_are_quoted_from_the_very_bytes(page, reading, name):
    """Evidence points into the archived page, marks and references included."""
    archived = page(SHOWN[name])
    block = next(block for block in reading(SHOWN[name]).blocks if SAID in block.text)
    start, end = locate(archived, block, SAID) or (0, 0)
    assert b"N" in archived.body[start : start + 12] or b"&#" in archived.body[start : start + 12]
    assert end - start >= len(SAID)

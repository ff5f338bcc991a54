"""Pages built to kill a reader, each in one line, at any size."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

from collections.abc import Callable, Iterator

LD = "<script type=application/ld+json>"
# Open it, repeat the middle, close it.
REPEATED = {
    "nested div": ("", "<div>", "x"), "nested div with names": ("", "<div class=footer>", "x"), "unclosed b": ("", "<b>", "x"),
    "unclosed a": ("", "<a href=/>", "x"), "mixed nesting": ("", "<ul><li><table><tr><td><form><label>", "x"), "marquees": ("", "<applet><marquee><object>", "x"),
    "formatting": ("", "<a><b><i><u><p>", "x"), "adoption": ("", "<b><p></b>x", ""), "attributes of one tag": ("<a ", "a=1 ", ">x"),
    "bare attributes": ("<div ", "a ", ">x"), "attributes of tags": ("", "<p a1 a2 a3 a4 a5 a6 a7 a8 a9=1>x", ""), "open comments": ("", "<!--", ""),
    "comments": ("", "<!--a-->", ""), "short comments": ("", "<!-->", ""), "dashes": ("<!--", "-", ""), "open quotes": ("", "<a b='", ""), "open tags": ("", "<a ", ""),
    "less-than": ("", "<", ""), "ends": ("", "</", ""), "declarations": ("", "<!", ""), "questions": ("", "<?", ""), "processing instructions": ("", "<?php x ?>", ""),
    "end tags": ("", "</div>", "x"), "ends of paragraphs": ("", "</p>", "x"), "paragraphs": ("", "<p>x</p>", ""), "line breaks": ("", "x<br>", ""), "soft lines": ("", "x<br>y ", ""),
    "entities": ("", "&amp;", ""), "long entities": ("", "&CounterClockwiseContourIntegral;", ""), "almost entities": ("", "&CounterClockwiseContourIntegra", ""),
    "numbers": ("", "&#x41;", ""), "long number": ("&#", "1", ""), "ampersands": ("", "&", ""), "doctype": ("<!DOCTYPE ", "a", ""), "doctypes": ("", "<!DOCTYPE html>", ""),
    "entity declarations": ("<!DOCTYPE a [", "<!ENTITY b '&a;&a;&a;'>", "]>&b;"), "long attribute": ("<img alt='", "a", "'>"), "long open attribute": ("<img alt='", "a", ""),
    "long name": ("<", "a", ""), "noscripts": ("", "<noscript>", "x"), "closed noscripts": ("", "<noscript><p>x</noscript>", ""), "noframes": ("", "<noframes><p>x</noframes>", ""),
    "closed titles in a picture": ("<svg>", "<title/>", "x"), "pictures and formulas": ("", "<svg><math><desc><p>", "x"), "foreign objects": ("", "<svg><foreignObject><math><mtext>", "x"),
    "CDATA": ("<svg>", "<![CDATA[x]]>", ""), "CDATA outside": ("", "<![CDATA[x]]>", ""), "srcdoc": ("", "<iframe srcdoc='<p>x'></iframe>", ""), "tags in srcdoc": ("<iframe srcdoc='", "&lt;p>x", "'></iframe>"),
    "srcdoc in srcdoc": ("", '<iframe srcdoc="', ""), "templates": ("", "<template>", ""), "closed templates": ("", "<template>x</template>", ""), "shadow roots": ("", "<template shadowrootmode=open><p>x", ""),
    "selects": ("", "<select>", "x"), "options": ("<select>", "<option>a", ""), "labelled options": ("<select>", "<optgroup label=a><option label=b>", ""), "foster parents": ("", "<table><b>x", ""),
    "tables": ("", "<table><tr><td>", "x"), "text in tables": ("<table>", "<tr>x<td>y", ""), "rows": ("<table>", "<tr><td>$5<td><button>Buy now</button>", ""), "rows of words": ("<table>", "<tr><td>a<td>b<td>c", ""),
    "cells": ("<table><tr>", "<td>a", "<tr>"), "JSON depth": (LD, "[", "</script>"), "JSON objects": (LD, '{"@type":"Product","offers":', "</script>"), "JSON wide": (LD + "[", '{"@type":"Store"},', "0]</script>"),
    "JSON scripts": ("", LD + "{}</script>", ""), "JSON string": (LD + '{"@type":"Store","name":"', "a", '"}</script>'), "JSON number": (LD + '{"@type":"Store","identifier":', "1", "}</script>"),
    "base64 in an attribute": ("<img src='data:image/png;base64,", "QUJD", "'>"), "base64 in a sheet": ("<style>a{background:url(data:", "QUJD", ")}</style>"), "base64 in text": ("<p>", "QUJD", ""),
    "scripts": ("", "<script></script>", ""), "styles": ("", "<style>a{content:'a b'}</style>", ""), "sentences of a sheet": ("<style>", "a:before{content:'a word'}", "</style>"), "quotes of a sheet": ("<style>", "content:'", "</style>"),
    "escapes of a sheet": ("<style>a{content:'", "\\41 ", "'}</style>"), "script escapes": ("<script>", "<!--<script>", ""), "almost ends of a script": ("<script>", "</scrip", ""), "almost ends of a title": ("<title>", "</titl", ""),
    "forms": ("", "<form><input><label>", ""), "closed forms": ("", "<form action=x><input name=a></form>", ""), "open form": ("<form>", "<input name=a value=b>", ""), "labels": ("", "<label for=a>x</label>", ""),
    "textareas": ("", "<textarea>x</textarea>", ""), "buttons": ("", "<button>Add to cart</button>", ""), "bare buttons": ("", "<button aria-label=x></button>", ""), "descriptions": ("", "<meta name=description content=x>", ""),
    "declared charsets": ("charset", "<meta ", ""), "refreshes": ("", "<meta http-equiv=refresh content='0;url=/x'>", ""), "titles": ("", "<title>x</title>", ""), "bases": ("", "<base href=x>", ""), "links": ("", "<a href=/a>x</a>", ""),
    "button links": ("", "<a class=btn href=/a>x", ""), "images": ("", "<img src=a alt=b>", ""), "images in text": ("", "x<img src=a alt=b>", ""), "areas": ("", "<area alt=a>", ""), "headings": ("", "<h1>x</h2>", ""), "names": ("<div class='", "a ", "'>x"),
    "items": ("", "<li>x", ""), "rubies": ("", "<ruby>a<rt>b</rt></ruby>", ""), "elements of nobody's": ("", "<x-a>x</x-a>", ""), "plaintexts": ("", "<plaintext>", "x"), "iframes": ("", "<iframe></iframe>", ""), "frames": ("", "<frameset><frame>", ""),
    "digits": ("<p>", "1", ""), "digits with spaces": ("<p>", "1 ", ""), "at signs": ("<p>", "a@", ""), "masked mails": ("<p>", "a (at) b (dot) com ", ""), "mails": ("", "<p>a@b.example", ""), "letters": ("<p>", "a", ""), "spaces": ("<p>x", " ", ""),
    "newlines": ("<p>x", "\n", ""), "carriage returns": ("", "\r", ""), "NUL": ("", "\0", ""), "NUL between letters": ("<p>", "a\0", ""), "zero-width": ("<p>", "\u200b", ""), "zero-width between letters": ("<p>", "a\u200b", ""),
    "combining marks": ("<p>a", "\u0301", ""), "combining marks out of order": ("<p>a", "\u0301\u0323", ""), "syllables in parts": ("<p>", "\u1100\u1161\u11a8", ""), "letters that grow": ("<p>", "\ufb2c", ""), "bidi": ("<p>", "\u202e", ""),
    "pictures": ("<p>", "\U0001f48a", ""), "prices": ("<p>", "$1 ", ""), "priced blocks": ("", "<p>$1.00 item", ""), "licence labels": ("<p>", "NPI ", ""), "label blocks": ("", "<p>NPI<p>GPhC", ""), "postcodes": ("<p>", "AB1 2CD ", ""),
    "postcode blocks": ("", "<p>AB1 2CD, 12345 Town", ""), "streets": ("<p>", "12 High Street, ", ""), "phones": ("", "<p>+44 20 7946 0123 tel: 5", ""), "statements": ("", "<p>No prescription required. Buy Tramadol online $99 Add to cart</p>", ""),
    "statements in a row": ("<p>", "No prescription required. Buy Tramadol online $99 Add to cart. ", ""), "medicines": ("<p>", "Viagra Tramadol Xanax ", ""),
}  # fmt: skip
# A thousand different ones.
NUMBERED = {
    "different attributes": ("<a ", "a{}=1 ", ">x"), "different attributes of an input": ("<form><input ", "a{}=1 ", ">x"), "different attributes of a div": ("<div ", "a{}=1 ", "class=x>x"), "different links": ("", "<a href=x{0}>x{0}</a>", ""), "links that are none": ("", "<a href='http://[::{0}'>x</a>", ""),
    "different names": ("", "<div class=c{}>", ""), "different labels": ("", "<label for=a{0}>x{0}</label><input id=a{0}>", ""), "different phones": ("", "<p>Tel. +44 20 7{:07}", ""), "different mails": ("", "<p>a{0}@b{0}.example", ""),
    "different licences": ("", "<p>NPI 1{:09}", ""), "different products": ("", "<div><h3>Item {0} 10 mg</h3><p>${0}.99</p><button>Add to cart</button></div>", ""), "different descriptions": ("", "<meta property=og:title content=x{}>", ""),
    "different calls": ("", "<a href='tel:+44207{:07}'>x</a>", ""), "different streets": ("", "<p>{0} High Street, Town, AB{0} 2CD", ""), "JSON keys": (LD + '{"@type":"Store"', ',"k{}":{{}}', "}</script>"),
    "JSON products": (LD + "[0", ',{{"@type":"Product","name":"x{}","offers":{{"price":1}}}}', "]</script>"),
}  # fmt: skip
# Harmless to read; built against the judge, which asks every rule about every statement, offer and heading.
STATEMENTS = {
    "statements in a row": ("<p>", "No prescription required. Buy Tramadol online $99 Add to cart. ", ""), "statement blocks": ("", "<p>No prescription required. Buy Tramadol online $99 Add to cart</p>", ""),
    "negated statements": ("<p>", "We sell Tramadol online, never with no prescription required. ", ""), "statements in one sentence": ("<p>", "no prescription required tramadol, ", ""),
    "statements under a heading": ("<h1>Over the counter</h1><p>", "No prescription required. ", ""), "statements in quotes": ("<p>", '" no prescription required ', ""), "statements among accents": ("<p>", "é no prescription required Viagra ", ""),
    "headings that state": ("", "<h1>Buy Viagra no prescription</h1>", ""), "offers in own words": ("<p>", "Buy cheap Viagra online. ", ""), "medicines in a row": ("<p>", "Viagra Tramadol Xanax ", ""), "medicines in blocks": ("", "<p>Viagra Tramadol Xanax</p>", ""),
    "clauses in a row": ("<p>", "Medicines for which no prescription is required, Viagra for sale, ", ""), "one huge block": ("<p>", "word and text ", ""), "small blocks": ("", "<p>word</p>", ""),
}  # fmt: skip
NUMBERED_STATEMENTS = {
    "different statements": ("<p>", "No prescription required, order {0}. Buy Tramadol online $99 Add to cart. ", ""), "statements about nothing": ("<h1>Tramadol</h1><p>$9<button>Add to cart</button><p>", "We never {0} say no prescription required. ", ""),
    "different headings": ("", "<h2>Viagra {0}</h2><p>No prescription required.</p>", ""), "headings without a name": ("", "<h2>No prescription required</h2><p>Viagra {0}</p>", ""),
    "offers of different medicines": ("", "<div><h3>{1} {0} mg</h3><p>${0}.99</p><button>Add to cart</button></div>", ""), "sales of different medicines": ("<p>", "Buy {1} online now, number {0}. No prescription required. ", ""),
    "products of different medicines": (LD + "[0", ',{{"@type":"Product","name":"{1} {0}","offers":{{"price":1}}}}', "]</script><p>No prescription required."),
}  # fmt: skip
SOLD = (
    "Viagra",
    "Tramadol",
    "Xanax",
    "Amoxicillin",
    "Paracetamol",
    "Ibuprofen",
    "Finasteride",
    "Cialis",
    "Levitra",
    "Diazepam",
    "Zolpidem",
)
FLOODS: dict[str, Callable[[int], str]] = {
    **{name: lambda size, parts=parts: _repeated(size, *parts) for name, parts in STATEMENTS.items()},
    **{name: lambda size, parts=parts: _numbered(size, *parts) for name, parts in NUMBERED_STATEMENTS.items()},
}
BOMBS: dict[str, Callable[[int], str]] = {
    **{name: lambda size, parts=parts: _repeated(size, *parts) for name, parts in REPEATED.items()},
    **{name: lambda size, parts=parts: _numbered(size, *parts) for name, parts in NUMBERED.items()},
}


def _repeated(size: int, head: str, unit: str, tail: str) -> str:
    return head + unit * (size // len(unit.encode())) + tail


def _numbered(size: int, head: str, unit: str, tail: str) -> str:
    return head + "".join(_units(size, unit)) + tail


def _units(size: int, unit: str) -> Iterator[str]:
    number = 0
    while size > 0:
        number += 1
        yield (piece := unit.format(number, SOLD[number % len(SOLD)]))
        size -= len(piece)

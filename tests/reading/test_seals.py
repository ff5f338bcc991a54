"""Trust marks are found however a page is built, with where they lead."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import SealWay

LEGIT = "https://www.legitscript.com/websites/?checker_keywords=shop.example"
IMAGE = "<img src=/s.png alt='LegitScript certified'>"


@pytest.mark.parametrize(
    ("body", "issuer", "url", "way"),
    [
        (f"<a href='{LEGIT}'>{IMAGE}</a>", "legitscript", LEGIT, SealWay.LINK),
        ("<img src=/img/nabp-logo.gif>", "nabp", None, SealWay.LINK),
        ("<a href='#'><img src=/cipa.png></a>", "cipa", None, SealWay.LINK),
        ("<a href=https://versandhandel.dimdi.de/x><img src=/eu-logo.png></a>", "eu_common_logo", "https://versandhandel.dimdi.de/x", SealWay.LINK),
        ("<footer><p>FDA approved pharmacy</p></footer>", "fda_claim", None, SealWay.LINK),
        (f"<a href='#' onclick=\"window.open('{LEGIT}','w','width=300')\">{IMAGE}</a>", "legitscript", LEGIT, SealWay.POP_UP),
        (f"<a href=\"javascript:window.open('{LEGIT}')\">{IMAGE}</a>", "legitscript", LEGIT, SealWay.POP_UP),
        (f"<img src=/s.png alt='LegitScript certified' onclick=\"window.location='{LEGIT}'\">", "legitscript", LEGIT, SealWay.POP_UP),
        (f"<div onclick=\"window.open('{LEGIT}')\"><div>See</div><span>{IMAGE}</span></div>", "legitscript", LEGIT, SealWay.POP_UP),
        (f"<img src=/marks.png usemap='#m'><map name=m><area href='/a' alt=Us><area href='{LEGIT}' alt='LegitScript'></map>", "legitscript", LEGIT, SealWay.LINK),
        (f"<a href='{LEGIT}' style=\"background: url('/img/legitscript.png')\"></a>", "legitscript", LEGIT, SealWay.LINK),
        (f"<a href='{LEGIT}'><span style='background-image:url(/img/legitscript.png)'></span></a>", "legitscript", LEGIT, SealWay.LINK),
        ("<script src='https://static.legitscript.com/seals/1234567.js'></script>", "legitscript", "https://static.legitscript.com/seals/1234567.js", SealWay.SCRIPT),
        ("<a href=/x><img src='https://static.legitscript.com/seals/1234567.png'></a>", "legitscript", "https://shop.example/x", SealWay.LINK),
        (f'<script type="application/ld+json">{{"@type":"Pharmacy","hasCredential":{{"@type":"EducationalOccupationalCredential","name":"LegitScript certified","url":"{LEGIT}"}}}}</script>', "legitscript", LEGIT, SealWay.CREDENTIAL),
    ],
)  # fmt: skip
def test_a_seal_is_found_with_where_it_leads(reading, body, issuer, url, way):
    """By picture, map, background, script, badge words or credential; a link to the very page leads nowhere."""
    seals = {seal.issuer: seal for seal in reading(f"{body}<p>x").seals}
    assert (seals[issuer].url, seals[issuer].way) == (url, way)


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- <a href=# onclick=\"window.open('{LEGIT}')\">{IMAGE}</a> --><p>x",
        f"<template><a href=# onclick=\"window.open('{LEGIT}')\">{IMAGE}</a></template><p>x",
        "<a href=# onclick=\"window.open('/share')\">Share</a><p>Nothing here",
        "<div onclick=\"window.open('/x')\"><p>Menu</p></div><img src=/banner.png>",
        "<script src='https://static.legitscript.com.evil.example/seals/1.js'></script><p>x",
    ],
)
def test_what_is_not_shown_or_not_a_mark_is_no_seal(reading, body):
    """Comments, templates, share buttons, scripts of others."""
    assert reading(body).seals == ()


@pytest.mark.parametrize("body", [b"<map><area href=/x></map>", b"<p onclick=\"open('/x')\">x</p>"])
def test_a_stray_byte_stops_nobody_from_looking_for_marks(reading, body):
    """Bytes that are no UTF-8 stand for themselves in the text, which no encoder likes."""
    page = "é".encode() * 20 + b"caf\xe9" + body + b"<img src=/legitscript.png alt=LegitScript>"
    assert reading(page).blocks[0].text.endswith("caf\ufffd")


def test_a_window_belongs_to_its_own_element(reading):
    """What stands behind an element that opens a window is not opened by it."""
    body = f"<div onclick=\"window.open('/x')\"><div>a</div></div>{IMAGE}"
    (seal,) = reading(body).seals
    assert seal.url is None


def test_a_flood_of_marks_ends_at_a_limit(reading):
    """Thousands of windows and maps cost no more than a page of their size."""
    body = f"<a onclick=\"window.open('{LEGIT}')\">{IMAGE}</a>" * 3000
    body += "<map name=m>" + f"<area href='{LEGIT}' alt=nabp>" * 2000 + "</map>" + "<img usemap='#m' src=/x.png>" * 2000
    assert 0 < len(reading(body).seals) <= 60

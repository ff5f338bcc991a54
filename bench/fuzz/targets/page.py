"""A page of a hostile site, as bytes."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

from pharmcheck.model import Page, PageRole, Reading
from pharmcheck.reading import Vocabulary, read
from pharmcheck.ruleset import load_ruleset

_VOCABULARY: Vocabulary = load_ruleset().vocabulary
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)

SEEDS = [
    b"<!doctype html><html lang=de><title>Apotheke</title><meta charset=utf-8><h1>Viagra 100 mg</h1><p>12,99 \xe2\x82\xac"
    b"<a href=/impressum>Impressum</a><button>In den Warenkorb</button></html>after",
    b"<table><tr><th>Price<td rowspan=3 colspan=2>$5.00</table><template>x</template><svg><style><!--</style></svg>",
    b"<form action=//x method=post><select name=q><option>1</select><input type=file name=rx><textarea></form>",
    b'<script type=application/ld+json>{"@type":"Product","offers":{"price":1e999}}</script>',
    b"<img src=seal.gif alt='NABP'><a href='https://wa.me/491701234567'>+49 170 1234567</a> Dr. med. X, 10115 Berlin",
    b"\xff\xfe<\0p\0>\0h\0i\0", b"<meta http-equiv=content-type content='text/html; charset=shift_jis'>\x83\x41",
    b"<iframe srcdoc='&lt;p&gt;x'></iframe><plaintext>rest", b"pills&#0;&#xD800;&zwj;&shy;&#x202E;here",
    b"GPhC 1234567, SIREN 732 829 320, NPI 1234567893; No prescription required. Is a prescription needed? Never.",
]  # fmt: skip


def once(data: bytes) -> None:
    """A reading, always, without a character that breaks a database, a terminal or a line."""
    page = Page("https://shop.example.com/", PageRole.HOME, 200, (("content-type", "text/html"),), data,
                hashlib.sha256(data).hexdigest(), _WHEN, truncated=False)  # fmt: skip
    check_strings(read(page, _VOCABULARY))


def check_strings(value: object) -> None:
    """Every string of a reading is clean."""
    if isinstance(value, str):
        assert not any(char == "\0" or "\ud800" <= char <= "\udfff" or "\u202a" <= char <= "\u202e" for char in value)
        assert "\x1b" not in value
    elif isinstance(value, tuple | frozenset):
        for one in value:
            check_strings(one)
    elif is_dataclass(value):
        for field in fields(value):
            if not (isinstance(value, Reading) and field.name == "url"):
                check_strings(getattr(value, field.name))

"""Structured data in a page."""

from __future__ import annotations

from bench.fuzz.targets.page import check_strings
from pharmcheck.reading.structured import read_json_ld

SEEDS = [
    b'{"@context":"https://schema.org","@type":["Product","Drug"],"name":"X","offers":[{"price":"12.50","priceCurrency":"EUR"}]}',
    b'{"@graph":[{"@type":"Pharmacy","name":"A","telephone":"+49 30 1","address":{"streetAddress":"B 1","postalCode":"10115"}}]}',
    b'[{"@type":"Organization","sameAs":["https://a.example"],"hasCredential":{"@type":"X","url":"https://b.example"}}]',
    b'{"a":NaN,"b":1e999,"c":-Infinity,"d":"\\ud800","e":null,"e":2}',
]  # fmt: skip


def once(data: bytes) -> None:
    """Always an answer."""
    check_strings(read_json_ld([data.decode("utf-8", "replace"), data.decode("latin-1")]))

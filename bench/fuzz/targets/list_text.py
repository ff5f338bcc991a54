"""A list that somebody hands in: CSV, JSON or plain text, in any encoding."""

from __future__ import annotations

from pharmcheck.address import read_url
from pharmcheck.errors import ListFileError
from pharmcheck.intake import read_list

SEEDS = [
    b"name,website\nA,https://a.example.com\nB,hxxp://b[.]example[.]com\n", b'Name;Seite\r\n"A\n1";a.example.com\r\n',
    b"a.example.com\nb.example.com, c.example.com\n", b'[{"url":"a.example.com","x":[1]},{"url":null}]', b'["a.example.com"]',
    b'{"url":"a.example.com"}\n{"url":"b.example.com"}\n', "sep=\t\nx\ta.example.com\n".encode("utf-16"),
    "\ufeffDomäne\nbücher.example.com\n".encode(), "Адрес\nаптека.example.com\n".encode("cp1251"), b'"open quote\na.example.com\n',
]  # fmt: skip


def once(data: bytes) -> None:
    """Every row accounted for, or a sentence about the file."""
    try:
        entries = list(read_list(data).entries())
    except ListFileError:
        return
    for entry in entries:
        if entry.address is not None:
            assert read_url(entry.address.url) == entry.address.url

"""A compressed answer, in pieces."""

from __future__ import annotations

import gzip
import zlib

from pharmcheck.capture.bodies import BodyReader, BrokenBody, TooLarge, encoding_of

_MOST = 1 << 16
_PAGE = b"<p>pills</p>" * 40

SEEDS = [
    b"gzip\n\x10" + gzip.compress(_PAGE), b"deflate\n\x03" + zlib.compress(_PAGE), b"deflate\n\xff" + zlib.compress(_PAGE)[2:-4],
    b"x-gzip\n\x01" + gzip.compress(_PAGE)[:30], b"identity\n\x05" + _PAGE, b"gzip, gzip\n\x05x",
    b"gzip\n\x10" + gzip.compress(bytes(1 << 20)),
]  # fmt: skip


def once(data: bytes) -> None:
    """The body within its limits, or one of two reasons."""
    name, _, rest = data.partition(b"\n")
    size = (rest[0] if rest else 0) + 1
    try:
        reader = BodyReader(encoding_of([name.decode("latin-1")]), max_wire=_MOST, max_body=_MOST, max_ratio=200)
    except BrokenBody:
        return
    try:
        for at in range(1, len(rest), size):
            reader.feed(rest[at : at + size])
        assert len(reader.finish()) <= _MOST
    except (BrokenBody, TooLarge):
        assert len(reader.kept()) <= _MOST

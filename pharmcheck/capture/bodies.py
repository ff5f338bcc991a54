"""How a response body is read: counted as it arrives, inflated by us, cut at a limit.  Knows no network.

httpx alone inflates a 64 KiB piece to 67 MB before anybody counts, and accepts chained encodings that grow
3.5 kB into 2 GiB.  Here every step of inflation has a bound.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_STEP = 1 << 16
_MOST_PIECES = 10_000  # an honest page comes in hundreds; each costs 50 µs, and a piece can be one byte
_RATIO_FROM = 1 << 20  # below this much output the ratio says nothing: a page of blanks compresses well


class TooLarge(Exception):  # noqa: N818 - named for what happened
    """A byte limit cut the body; what was read so far is kept."""


class BrokenBody(Exception):  # noqa: N818 - named for what happened
    """The body breaks its own description; the text is one sentence."""


def encoding_of(values: list[str]) -> str:
    """The one content encoding among gzip, deflate and none (""), as we asked for it.  Raises BrokenBody."""
    names = [name for value in values for part in value.split(",") if (name := part.strip().lower())]
    names = [name.removeprefix("x-") for name in names if name != "identity"]
    if len(names) > 1:
        raise BrokenBody("The page is compressed more than once.")
    if names and names[0] not in {"gzip", "deflate"}:
        raise BrokenBody("The page is compressed in a way that we did not ask for.")
    return names[0] if names else ""


class BodyReader:
    """Collects a body under limits: `max_wire` bytes as sent, `max_body` after inflation, `max_ratio` between them."""

    def __init__(self, encoding: str, *, max_wire: int, max_body: int, max_ratio: int) -> None:
        self._encoding = encoding
        self._inflater = zlib.decompressobj(31 if encoding == "gzip" else 15) if encoding else None
        self._max_wire, self._max_body, self._max_ratio = max_wire, max_body, max_ratio
        self._wire = 0
        self._pieces = 0
        self._body = bytearray()

    def feed(self, raw: bytes) -> None:
        """Take what arrived.  Raises TooLarge (what fits is kept) or BrokenBody."""
        self._pieces += 1
        if self._pieces > _MOST_PIECES:
            raise TooLarge
        room = self._max_wire - self._wire
        self._wire += len(raw)
        for piece in self._inflate(raw[:room]):
            self._body += piece[: self._max_body - len(self._body) + 1]
            too_dense = len(self._body) > _RATIO_FROM and len(self._body) > self._max_ratio * self._wire
            if len(self._body) > self._max_body or too_dense:
                del self._body[self._max_body :]
                raise TooLarge
        if len(raw) > room:
            raise TooLarge

    def finish(self) -> bytes:
        """The whole body.  Raises BrokenBody when the compressed stream has no end (httpx would say: 200, empty)."""
        if self._inflater is not None and self._wire and not self._inflater.eof:
            raise BrokenBody("The compressed page broke off before its end.")
        return bytes(self._body)

    def __len__(self) -> int:
        """How much of the body is there."""
        return len(self._body)

    def kept(self) -> bytes:
        """What was read up to now."""
        return bytes(self._body)

    def _inflate(self, raw: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            yield raw
            return
        first = not self._body and self._wire == len(raw)
        while raw and not self._inflater.eof:  # junk behind the end of the stream is ignored, as browsers do
            try:
                piece = self._inflater.decompress(raw, _STEP)
            except zlib.error as error:
                if self._encoding == "deflate" and first:  # servers send raw deflate under the same name
                    self._inflater, first = zlib.decompressobj(-15), False
                    continue
                raise BrokenBody("The page's compression is broken.") from error
            first = False
            raw = self._inflater.unconsumed_tail
            yield piece
        while not self._inflater.eof and (piece := self._inflater.decompress(b"", _STEP)):
            yield piece

"""What a server can do wrong over HTTP/2 (RFC 9113), each with the outcome that a fetch has to come to.

Good frames are built by h2 and hyperframe, bad ones by hand: `raw`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.capture.misbehaving import HTML, PAGE, Behaviour, Talk, table
from tests.capture.misbehaviours_http1 import bomb

STATUS = [(":status", "200"), ("content-type", "text/html")]
_DATA, _HEADERS, _SETTINGS, _PUSH, _PING, _UNKNOWN = 0, 1, 4, 5, 6, 0xFA


def raw(kind: int, flags: int, stream: int, payload: bytes, length: int | None = None) -> bytes:
    """A frame by hand, whose `length` may lie."""
    said = len(payload) if length is None else length
    return said.to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def frame(kind: Callable[..., Any], stream: int = 0, **fields: Any) -> bytes:
    return kind(stream, **fields).serialize()


def head(talk: Talk, headers: list[tuple[Any, Any]], *flags: str) -> bytes:
    """A header block as one frame, in the compression state of this connection."""
    block = talk.http2.encoder.encode([(_bytes(name), _bytes(value)) for name, value in headers])
    return frame(HeadersFrame, talk.stream, data=block, flags=flags)


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def sends(*parts: bytes | Callable[[Talk], bytes], end: str = "", piece: bytes = b"") -> Callable[[Talk], None]:
    """Send the parts, then drip, flood, reset, close, or go on as if nothing had been."""

    def send(talk: Talk) -> None:
        talk.send(*(part if isinstance(part, bytes) else part(talk) for part in parts))
        if piece:
            getattr(talk, end)(piece)
        elif end:
            getattr(talk, end)()

    return send


def ok(talk: Talk) -> bytes:
    return head(talk, STATUS, "END_HEADERS")


def told(*headers: tuple[Any, Any], last: bool = False) -> Callable[[Talk], bytes]:
    """An answer's head with these headers."""
    flags = ("END_HEADERS", "END_STREAM") if last else ("END_HEADERS",)
    return lambda talk: head(talk, list(headers), *flags)


def hints(talk: Talk) -> bytes:
    return head(talk, [(":status", "103"), ("link", "</x>")], "END_HEADERS")


def body(data: bytes = HTML, *, last: bool = True) -> bytes:
    parts = [data[at : at + 16384] for at in range(0, len(data), 16384)]
    frames = [frame(DataFrame, 1, data=part) for part in parts[:-1]]
    return b"".join(frames) + frame(DataFrame, 1, data=parts[-1], flags=("END_STREAM",) if last else ())


def endless_103(talk: Talk) -> None:
    first = hints(talk)
    talk.send(first)
    talk.flood(hints(talk))  # by now it fits the table: a few bytes each


def drip_103(talk: Talk) -> None:
    talk.send(hints(talk))
    talk.drip(hints(talk))


def hpack_bomb(talk: Talk) -> None:
    """One header of 4000 bytes goes into the table, and is then named 16 000 times in a byte each: 64 MB."""
    entry = b"\x40\x01x" + b"\x7f\xa1\x1e" + b"v" * 4000  # a literal to remember; its length is 127 + 3873
    talk.send(frame(HeadersFrame, 1, data=b"\x88" + entry))
    talk.send(frame(ContinuationFrame, 1, data=b"\xbe" * 16000, flags=("END_HEADERS",)))


def huge_header_list(talk: Talk) -> None:
    block = talk.http2.encoder.encode([(b":status", b"200"), *((b"x-%d" % n, b"y" * 50) for n in range(20000))])
    pieces = [block[at : at + 16384] for at in range(0, len(block), 16384)]
    talk.send(frame(HeadersFrame, 1, data=pieces[0]), *(frame(ContinuationFrame, 1, data=each) for each in pieces[1:]))


PING = frame(PingFrame, opaque_data=b"12345678")
BEHAVIOURS: dict[str, Behaviour] = table(
    timed_out={
        "silent": sends(),
        "drip-ping": sends(end="drip", piece=PING),
        "drip-settings": sends(end="drip", piece=frame(SettingsFrame, settings={3: 100})),
        "drip-window": sends(end="drip", piece=frame(WindowUpdateFrame, window_increment=1)),
        "drip-103": drip_103,
        "drip-data": sends(ok, end="drip", piece=frame(DataFrame, 1, data=b"x")),
        "drip-empty-data": sends(ok, end="drip", piece=frame(DataFrame, 1)),
        "drip-header-block": sends(
            frame(HeadersFrame, 1, data=b"\x88"), end="drip", piece=frame(ContinuationFrame, 1, data=b"")
        ),
        "stream-never-ends": sends(ok, body(last=False)),
        "header-block-never-ends": sends(frame(HeadersFrame, 1, data=b"\x88")),
        "frame-never-ends": sends(ok, raw(_DATA, 0, 1, b"x", 16384)),
        "window-zero-and-silence": sends(frame(SettingsFrame, settings={4: 0})),
        "http-1-answer": sends(PAGE),  # read as a frame of 4 MB
        "head-on-stream-2": sends(raw(_HEADERS, 4, 2, b"\x88")),
        "reset-for-nobody": sends(frame(RstStreamFrame, 3, error_code=8)),
    },
    too_large={
        "endless-data": sends(ok, end="flood", piece=frame(DataFrame, 1, data=b"x" * 16384)),
        "endless-empty-data": sends(ok, end="flood", piece=frame(DataFrame, 1)),
        "endless-one-byte-data": sends(ok, end="flood", piece=frame(DataFrame, 1, data=b"x")),
        "endless-padded-data": sends(
            ok, end="flood", piece=frame(DataFrame, 1, data=b"x", flags=("PADDED",), pad_length=32)
        ),
        "gzip-bomb": sends(told(*STATUS, ("content-encoding", "gzip")), body(bomb(31, 200))),
    },
    http_error={
        "endless-ping": sends(end="flood", piece=PING),
        "endless-ping-behind-the-head": sends(ok, end="flood", piece=PING),
        "endless-ping-answers": sends(end="flood", piece=frame(PingFrame, opaque_data=bytes(8), flags=("ACK",))),
        "endless-settings": sends(end="flood", piece=frame(SettingsFrame, settings={3: 100})),
        "endless-settings-streams": sends(
            end="flood", piece=frame(SettingsFrame, settings={3: 1}) + frame(SettingsFrame, settings={3: 100})
        ),
        "endless-settings-empty": sends(end="flood", piece=frame(SettingsFrame)),
        "endless-103": endless_103,
        "endless-priority": sends(end="flood", piece=frame(PriorityFrame, 1, depends_on=0, stream_weight=1)),
        "endless-priority-of-others": sends(
            end="flood", piece=b"".join(frame(PriorityFrame, n, depends_on=0) for n in range(3, 2001, 2))
        ),
        "endless-window": sends(end="flood", piece=frame(WindowUpdateFrame, 1, window_increment=1)),
        "endless-window-of-all": sends(end="flood", piece=frame(WindowUpdateFrame, window_increment=1)),
        "endless-unknown-frames": sends(end="flood", piece=raw(_UNKNOWN, 0, 0, b"")),
        "endless-continuation": sends(
            frame(HeadersFrame, 1, data=b"\x88"), end="flood", piece=frame(ContinuationFrame, 1, data=b"\x00\x01x\x01y")
        ),
        "endless-empty-continuation": sends(
            frame(HeadersFrame, 1, data=b"\x88"), end="flood", piece=frame(ContinuationFrame, 1)
        ),
        "endless-resets": sends(
            end="flood", piece=b"".join(frame(RstStreamFrame, n, error_code=8) for n in range(3, 999, 2))
        ),
        "endless-pushes": sends(
            end="flood",
            piece=b"".join(
                frame(PushPromiseFrame, 1, promised_stream_id=n, data=b"\x82\x86\x84\x41\x01x", flags=("END_HEADERS",))
                for n in range(2, 999, 2)
            ),
        ),
        "hpack-bomb": hpack_bomb,
        "hpack-index-out-of-table": sends(frame(HeadersFrame, 1, data=b"\xff\xff\xff\xff\x0f", flags=("END_HEADERS",))),
        "hpack-integer-without-end": sends(frame(HeadersFrame, 1, data=b"\xff" * 9000, flags=("END_HEADERS",))),
        "hpack-table-of-4-gb": sends(
            frame(HeadersFrame, 1, data=b"\x3f\xe1\xff\xff\xff\x0f\x88", flags=("END_HEADERS",))
        ),
        "hpack-bad-huffman": sends(
            frame(HeadersFrame, 1, data=b"\x88\x00\x84\xff\xff\xff\xff\x01y", flags=("END_HEADERS",))
        ),
        "huge-header-list": huge_header_list,
        "push": sends(
            frame(PushPromiseFrame, 1, promised_stream_id=2, data=b"\x82\x86\x84\x41\x01x", flags=("END_HEADERS",)), ok
        ),
        "data-before-head": sends(body()),
        "head-twice": sends(ok, ok, body()),
        "body-longer-than-said": sends(told(*STATUS, ("content-length", "5")), body()),
        "body-shorter-than-said": sends(told(*STATUS, ("content-length", "99999")), body()),
        "length-negative": sends(told(*STATUS, ("content-length", "-5")), body()),
        "length-twice": sends(told(*STATUS, ("content-length", "5"), ("content-length", "6")), body()),
        "goaway-at-once": sends(frame(GoAwayFrame, last_stream_id=0)),
        "goaway-for-an-error": sends(frame(GoAwayFrame, last_stream_id=1, error_code=11, additional_data=b"calm")),
        "goaway-and-then-the-page": sends(ok, frame(GoAwayFrame, last_stream_id=1), body()),  # h2 reads no further
        "goaway-in-body": sends(ok, body(last=False), frame(GoAwayFrame, last_stream_id=1, error_code=2), end="close"),
        "reset-stream": sends(frame(RstStreamFrame, 1, error_code=7)),
        "reset-stream-in-body": sends(ok, body(last=False), frame(RstStreamFrame, 1, error_code=2)),
        "window-increment-zero": sends(raw(8, 0, 0, bytes(4))),
        "window-overflow": sends(frame(WindowUpdateFrame, window_increment=2**31 - 1) * 2),
        "settings-window-too-large": sends(raw(_SETTINGS, 0, 0, b"\0\x04\xff\xff\xff\xff")),
        "settings-frame-size-zero": sends(raw(_SETTINGS, 0, 0, b"\0\x05" + bytes(4))),
        "settings-of-odd-length": sends(raw(_SETTINGS, 0, 0, b"\0\x05\0")),
        "settings-on-a-stream": sends(raw(_SETTINGS, 0, 1, b"")),
        "settings-push-seven": sends(raw(_SETTINGS, 0, 0, b"\0\x02\0\0\0\x07")),
        "ping-of-7-bytes": sends(raw(_PING, 0, 0, bytes(7))),
        "data-on-stream-0": sends(raw(_DATA, 0, 0, b"x")),
        "data-padded-beyond-itself": sends(ok, raw(_DATA, 8, 1, b"\xffx")),
        "frame-of-16-mb": sends(ok, raw(_DATA, 0, 1, b"", 0xFFFFFF), end="flood", piece=b"x"),
        "continuation-from-nowhere": sends(frame(ContinuationFrame, 1, data=b"\x88")),
        "status-in-words": sends(told((":status", "OK")), body()),
        "status-999999": sends(told((":status", "999999")), body()),
        "status-negative": sends(told((":status", "-5")), body()),
        "status-404": sends(told((":status", "404")), body()),
        "noise": sends(bytes(range(256)) * 40),
        "close-at-once": sends(end="close"),
        "close-in-body": sends(ok, body(last=False), end="close"),
        "brotli": sends(told(*STATUS, ("content-encoding", "br")), body()),
        "gzip-gzip": sends(told(*STATUS, ("content-encoding", "gzip"), ("content-encoding", "gzip")), body()),
        "redirect-to-itself": sends(told((":status", "302"), ("location", "/redirect-to-itself"), last=True)),
    },
    connect_failed={
        "reset-connection": sends(end="reset"),
    },
    refused_by_us={
        "redirect-to-metadata": sends(told((":status", "302"), ("location", "http://169.254.169.254/"), last=True)),
        "redirect-two-locations": sends(told((":status", "302"), ("location", "/"), ("location", "/other"), last=True)),
    },
    fetched={
        "window-zero": sends(frame(SettingsFrame, settings={4: 0}), ok, body()),
        "settings-no-streams": sends(frame(SettingsFrame, settings={3: 0}), ok, body()),
        "settings-one-stream": sends(frame(SettingsFrame, settings={3: 1}), ok, body()),
        "settings-table-zero": sends(frame(SettingsFrame, settings={1: 0}), ok, body()),
        "settings-unknown": sends(frame(SettingsFrame, settings={0xFAFA: 1}), ok, body()),
        "one-103-and-then-a-page": sends(hints, ok, body()),
        "no-body-where-5-were-said": sends(told(*STATUS, ("content-length", "5"), last=True)),
        "trailers": sends(ok, body(last=False), told(("x-trailer", "y"), last=True)),
        "cookies-1000": sends(told(*STATUS, *(("set-cookie", f"c{n}=v") for n in range(1000))), body()),
        "header-with-line-breaks": sends(told(*STATUS, ("server", "a\r\nSet-Cookie: b\0c")), body()),
        "header-in-capitals": sends(told(*STATUS, ("X-UPPER", "y")), body()),
        "pseudo-header-nobody-knows": sends(told(*STATUS, (":protocol", "x")), body()),
        "unknown-frames": sends(raw(_UNKNOWN, 0xFF, 0, b"noise") * 50, ok, raw(_UNKNOWN, 0, 1, b"x"), body()),
    },
)

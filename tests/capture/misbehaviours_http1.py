"""What a server can do wrong over HTTP/1.1, each with the outcome that a fetch has to come to."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from tests.capture.misbehaving import HTML, Behaviour, Talk, table

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed answer but for what `headers` make of it."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def moved(*locations: bytes, status: bytes = b"302 Found") -> bytes:
    return page(b"", *(b"Location: " + location for location in locations), status=status)


def bomb(bits: int, rounds: int) -> bytes:
    """`rounds` times 8 MiB of zeros, compressed a thousand to one (15: deflate, 31: gzip)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    first = packer.compress(bytes(1 << 23)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 23)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (rounds - 1)


def then(head: bytes, go_on: str, piece: bytes) -> Callable[[Talk], None]:
    """Send `head`, then `piece` for ever: by the "drip" or as a "flood"."""

    def send(talk: Talk) -> None:
        talk.send(head)
        getattr(talk, go_on)(piece)

    return send


def hanging_after(head: bytes) -> Callable[[Talk], None]:
    def send(talk: Talk) -> None:
        talk.send(head)
        talk.hold()

    return send


def reset_after(head: bytes) -> Callable[[Talk], None]:
    def send(talk: Talk) -> None:
        talk.send(head)
        talk.reset()

    return send


_GZIP = b"Content-Encoding: gzip"
_BOMB = bomb(31, 250)  # 2 MB on the wire, 2 GiB behind
_GZIPPED = gzip.compress(HTML)
_NOTHING_FOR_EVER = b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\0\0\0\xff\xff" * (5 << 18)  # gzip of empty blocks, 6.5 MB
_CHARSETS = ("undefined", "idna", "zlib", "punycode", "utf-7", "utf-16", "rot13", "hex", "\u00fc", "x" * 3000)

BEHAVIOURS: dict[str, Behaviour] = table(
    timed_out={
        "silent": Talk.hold,
        "drip-status-line": then(b"HTTP/1.1 200 ", "drip", b"O"),
        "drip-header-value": then(b"HTTP/1.1 200 OK\r\nX: ", "drip", b"x"),
        "drip-header-lines": then(b"HTTP/1.1 200 OK\r\n", "drip", b"X: y\r\n"),
        "drip-103": then(b"", "drip", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        "drip-body-with-length": then(OK + b"Content-Length: 100000\r\n\r\n", "drip", b"x"),
        "drip-body-until-close": then(OK + b"\r\n", "drip", b"x"),
        "drip-chunks": then(CHUNKED, "drip", b"1\r\nx\r\n"),
        "drip-chunk-size": then(CHUNKED, "drip", b"0"),
        "drip-trailers": then(CHUNKED + b"2\r\nok\r\n0\r\n", "drip", b"X: y\r\n"),
        "drip-gzip": then(OK + _GZIP + b"\r\n\r\n" + _GZIPPED[:10], "drip", b"\0\0\0\xff\xff"),
        "hang-in-head": hanging_after(b"HTTP/1.1 200 OK\r\nX:"),
        "hang-after-head": hanging_after(OK + b"Content-Length: 5\r\n\r\n"),
        "hang-in-chunk": hanging_after(CHUNKED + b"5\r\nab"),
        "hang-before-last-chunk": hanging_after(CHUNKED + b"5\r\nabcde\r\n"),
        "hang-after-100": hanging_after(b"HTTP/1.1 100 Continue\r\n\r\n"),
    },
    too_large={
        "endless-chunks": then(CHUNKED, "flood", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        "endless-one-byte-chunks": then(CHUNKED, "flood", b"1\r\nx\r\n"),
        "endless-until-close": then(OK + b"\r\n", "flood", b"x"),
        "endless-with-length": then(OK + b"Content-Length: 999999999999\r\n\r\n", "flood", b"x"),
        "endless-http-1.0": then(b"HTTP/1.0 200 OK\r\n\r\n", "flood", b"x"),
        "one-chunk-of-16-exabytes": then(CHUNKED + b"FFFFFFFFFFFFFFFF\r\n", "flood", b"x"),
        "gzip-bomb": page(_BOMB, _GZIP),
        "deflate-bomb": page(bomb(15, 250), b"Content-Encoding: deflate"),
        "gzip-bomb-in-chunks": CHUNKED.replace(b"\r\n\r\n", b"\r\n" + _GZIP + b"\r\n\r\n")
        + b"".join(b"400\r\n" + _BOMB[at : at + 1024] + b"\r\n" for at in range(0, 400 * 1024, 1024)),
        "gzip-of-nothing-for-ever": page(_NOTHING_FOR_EVER, _GZIP),
    },
    http_error={
        # a flood in front of, inside or behind the answer
        "endless-100": then(b"", "flood", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "endless-102": then(b"", "flood", b"HTTP/1.1 102 Processing\r\n\r\n"),
        "endless-103": then(b"", "flood", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        "endless-header-value": then(b"HTTP/1.1 200 OK\r\nX: ", "flood", b"x"),
        "endless-header-lines": then(b"HTTP/1.1 200 OK\r\n", "flood", b"X: y\r\n"),
        "endless-status-line": then(b"HTTP/1.1 200 ", "flood", b"O"),
        "endless-blank-lines": then(b"", "flood", b"\r\n"),
        "endless-chunk-size": then(CHUNKED, "flood", b"0"),
        "endless-chunk-extension": then(CHUNKED + b"5;x=", "flood", b"y"),
        "endless-trailers": then(CHUNKED + b"2\r\nok\r\n0\r\n", "flood", b"X: y\r\n"),
        "header-line-of-1-mb": b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n",
        "header-lines-20000": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20000)) + b"\r\n",
        "header-name-of-1-mb": b"HTTP/1.1 200 OK\r\n" + b"x" * (1 << 20) + b": y\r\n\r\n",
        # encodings
        "gzip-gzip": page(gzip.compress(_GZIPPED), b"Content-Encoding: gzip, gzip"),
        "gzip-in-two-lines": page(gzip.compress(_GZIPPED), _GZIP, _GZIP),
        "gzip-deflate": page(zlib.compress(_GZIPPED), b"Content-Encoding: gzip, deflate"),
        "gzip-hundredfold": page(_GZIPPED, b"Content-Encoding: " + b"gzip, " * 99 + b"gzip"),
        "brotli": page(b"\x1b\x00", b"Content-Encoding: br"),
        "zstandard": page(b"\x28\xb5\x2f\xfd", b"Content-Encoding: zstd"),
        "compress": page(b"\x1f\x9d\x90", b"Content-Encoding: compress"),
        "encoding-nobody-knows": page(HTML, b"Content-Encoding: \xff\xfe"),
        "gzip-that-is-text": page(b"this is not gzip", _GZIP),
        "gzip-cut": page(gzip.compress(HTML * 50)[:-20], _GZIP),
        "gzip-cut-in-its-head": page(_GZIPPED[:5], _GZIP),
        "gzip-with-wrong-sum": page(_GZIPPED[:-8] + bytes(8), _GZIP),
        "gzip-name-for-ever": page(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"n" * 100_000, _GZIP),
        "deflate-that-is-text": page(b"this is not deflate", b"Content-Encoding: deflate"),
        "deflate-cut": page(zlib.compress(HTML * 50)[:-9], b"Content-Encoding: deflate"),
        # lengths
        "length-longer-than-body": OK + b"Content-Length: 1000\r\n\r\nhello",
        "length-negative": OK + b"Content-Length: -5\r\n\r\nhello",
        "length-signed": OK + b"Content-Length: +5\r\n\r\nhello",
        "length-hex": OK + b"Content-Length: 0x5\r\n\r\nhello",
        "length-empty": OK + b"Content-Length:\r\n\r\nhello",
        "length-in-words": OK + b"Content-Length: five\r\n\r\nhello",
        "length-two-lines": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "length-two-in-one-line": OK + b"Content-Length: 5, 6\r\n\r\nhello!",
        "length-of-20-digits": OK + b"Content-Length: 99999999999999999999\r\n\r\nhello",
        "length-of-5000-digits": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
        "length-in-other-digits": OK + "Content-Length: \u0665\r\n\r\nhello".encode(),
        "transfer-gzip-chunked": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "transfer-unknown": OK + b"Transfer-Encoding: xyz\r\n\r\nhello",
        "transfer-twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        # chunks
        "chunk-size-in-words": CHUNKED + b"ZZZ\r\nhello\r\n",
        "chunk-size-negative": CHUNKED + b"-1\r\nhello\r\n",
        "chunk-size-empty": CHUNKED + b"\r\nhello\r\n",
        "chunk-size-of-40-digits": CHUNKED + b"F" * 40 + b"\r\nhello\r\n",
        "chunk-longer-than-said": CHUNKED + b"2\r\nhello\r\n0\r\n\r\n",
        "chunk-shorter-than-said": CHUNKED + b"9\r\nhello\r\n0\r\n\r\n",
        "chunk-without-an-end": CHUNKED + b"5\r\nhello\r\n",
        "chunk-trailer-broken": CHUNKED + b"5\r\nhello\r\n0\r\n\0bad\r\n\r\n",
        # status lines
        "http-0.9": HTML,
        "status-000": b"HTTP/1.1 000 Nothing\r\n\r\n",
        "status-099": b"HTTP/1.1 099 Low\r\n\r\n",
        "status-999": page(HTML, status=b"999 High"),
        "status-999999": b"HTTP/1.1 999999 WAT\r\n\r\n",
        "status-negative": b"HTTP/1.1 -200 OK\r\n\r\n",
        "status-in-words": b"HTTP/1.1 OK OK\r\n\r\n",
        "status-missing": b"HTTP/1.1 \r\n\r\n",
        "status-unicode": "HTTP/1.1 \u0662\u0660\u0660 OK\r\n\r\n".encode(),
        "status-101": b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x05hello",
        "status-304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
        "version-huge": b"HTTP/99999.1 200 OK\r\n\r\nhello",
        "version-missing": b"HTTP 200 OK\r\n\r\nhello",
        "not-http-ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
        "not-http-smtp": b"220 mail.example ESMTP\r\n250 OK\r\n",
        "not-http-noise": bytes(range(256)) * 400,
        "http-2-unasked": b"\0\0\0\x04\0\0\0\0\0" + b"\0\0\x08\x07\0\0\0\0\0" + bytes(8),
        # header lines
        "header-nul": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok",
        "header-name-nul": b"HTTP/1.1 200 OK\r\nX\0: y\r\nContent-Length: 2\r\n\r\nok",
        "header-bare-cr": b"HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 2\r\n\r\nok",
        "header-without-colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
        "header-without-name": b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "header-space-before-colon": b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        "header-name-latin-1": b"HTTP/1.1 200 OK\r\nX\xe9: y\r\n\r\n",
        "header-fold-first": b"HTTP/1.1 200 OK\r\n folded: y\r\n\r\n",
        # the connection breaks
        "nothing-at-all": b"",
        "close-in-status-line": b"HTTP/1.1 20",
        "close-in-head": b"HTTP/1.1 200 OK\r\nContent-Ty",
        "close-after-100": b"HTTP/1.1 100 Continue\r\n\r\n",
        "reset-in-body": reset_after(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 5000),
        "reset-in-chunk": reset_after(CHUNKED + b"ffff\r\n" + b"x" * 5000),
        # redirects
        "redirect-to-itself": moved(b"/redirect-to-itself"),
        "redirect-in-pairs": moved(b"/redirect-in-pairs-back"),
        "redirect-in-pairs-back": moved(b"/redirect-in-pairs"),
        "redirect-growing": moved(b"redirect-growing/x/redirect-growing"),
        "redirect-to-latin-1": moved(b"/header-nul?caf\xe9"),
        "redirects-11": moved(b"/redirects-10"),
        "redirect-without-location": page(b"", status=b"302 Found"),
        "redirect-300": moved(b"/", status=b"300 Multiple Choices"),
    },
    connect_failed={
        "reset-at-once": reset_after(b""),
        "reset-in-head": reset_after(b"HTTP/1.1 200 OK\r\nX: "),
        "reset-after-103": reset_after(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    },
    refused_by_us={
        "redirect-two-locations": moved(b"/", b"/other"),
        "redirect-to-data": moved(b"data:text/html,<h1>Shop</h1>"),
        "redirect-to-javascript": moved(b"javascript:alert(1)"),
        "redirect-to-file": moved(b"file:///etc/passwd"),
        "redirect-to-ftp": moved(b"ftp://shop.example/"),
        "redirect-to-metadata": moved(b"http://169.254.169.254/latest/meta-data/"),
        "redirect-to-port-22": moved(b"http://shop.example:22/"),
        "redirect-to-port-99999": moved(b"http://shop.example:99999/"),
        "redirect-with-password": moved(b"http://shop.example@10.0.0.1/"),
        "redirect-to-control-bytes": moved(b"/header-nul?\xff\xfe\x80"),
        "redirect-to-broken-ipv6": moved(b"http://[::1/"),
        "redirect-to-60-kb": moved(b"/" + b"x" * 60_000),
    },
    blocked_by_site={
        "status-403": page(b"no", status=b"403 Forbidden"),
        "status-429": page(b"slow down", b"Retry-After: 99999999999999", status=b"429 Too Many"),
        "status-503-wall": page(b"<div class='cf-chl'>", status=b"503 Unavailable"),
    },
    fetched={
        "one-103-and-then-a-page": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + page(HTML),
        "length-shorter-than-body": OK + b"Content-Length: 5\r\n\r\nhello and more",
        "length-and-chunks": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "length-twice-the-same": OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "no-length": OK + b"\r\nhello",
        "chunk-extensions": CHUNKED + b'5;a=b;c="d"\r\nhello\r\n0;e\r\nX-Trailer: y\r\n\r\n',
        "gzip-with-noise-behind": page(_GZIPPED + b"JUNK" * 50, _GZIP),
        "gzip-two-members": page(_GZIPPED * 2, _GZIP),
        "gzip-of-nothing": page(b"", _GZIP),
        "identity-gzip": page(_GZIPPED, b"Content-Encoding: identity, x-gzip"),
        "headers-8000": page(HTML, *(b"X%d: y" % n for n in range(8000))),
        "cookies-3000": page(HTML, *(b"Set-Cookie: c%d=v; Path=/" % n for n in range(3000))),
        "headers-in-latin-1": page(HTML, b"Server: caf\xe9 \x1b[31m"),
        "header-folded": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
        "bare-line-feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        "version-3.7": b"HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "version-1.0": b"HTTP/1.0 200 OK\r\n\r\nok",
        "status-without-a-word": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        "status-299": page(HTML, status=b"299 Odd"),
        "status-204-with-a-body": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
        "status-201-with-location": page(HTML, b"Location: http://169.254.169.254/", status=b"201 Created"),
        "redirect-twice-the-same": moved(b"/", b"/"),
        "redirect-with-endless-body": then(
            b"HTTP/1.1 302 F\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n", "flood", b"5\r\nhello\r\n"
        ),
        "redirect-with-broken-body": page(b"not gzip", _GZIP, b"Location: /", status=b"302 Found"),
        "redirects-1": moved(b"/"),
        **{f"redirects-{n}": moved(b"/redirects-%d" % (n - 1)) for n in range(2, 11)},
        **{
            f"charset-{name[:9]}": page(HTML, b"Content-Type: text/html; charset=" + name.encode("latin-1"))
            for name in _CHARSETS
        },
    },
)

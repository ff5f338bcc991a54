"""A server on loopback that offers one large file over TLS, and breaks off, forgets or lies when told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

import trustme

from pharmcheck.capture import Policy

HOST = "register.example"
URL = f"https://{HOST}/list.csv"
NOVEMBER_1 = 1_793_491_200  # 2026-11-01T00:00:00Z


@dataclass
class FileServer:
    """What it has, how it behaves, and what it was asked."""

    policy: Policy
    content: bytes = b""
    etag: str | None = '"v1"'
    modified: str | None = field(default_factory=lambda: formatdate(NOVEMBER_1, usegmt=True))
    ranges: bool = True  # answers a range with a range
    break_after: int | None = None  # bytes of body after which the connection breaks, once
    status: int = 200
    redirect: str | None = None
    coding: str | None = None
    lies_about_range: bool = False
    stalls: bool = False
    requests: list[dict[str, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    offered: FileServer

    def do_GET(self) -> None:
        offered = self.offered
        asked = {name.lower(): value for name, value in self.headers.items()}
        offered.requests.append(asked)
        if offered.redirect and self.path != "/moved.csv":
            self._head(302, b"", {"Location": offered.redirect})
        elif offered.status != 200:
            self._head(offered.status, b"no", {})
        elif "range" not in asked and offered.etag and asked.get("if-none-match") == offered.etag:
            self._head(304, b"", {})
        elif "range" in asked and offered.ranges and asked.get("if-range") in (offered.etag, offered.modified):
            start = int(asked["range"].removeprefix("bytes=").removesuffix("-"))
            if start >= len(offered.content):
                self._head(416, b"", {})
                return
            told = start + 7 if offered.lies_about_range else start
            span = f"bytes {told}-{len(offered.content) - 1}/{len(offered.content)}"
            self._head(206, offered.content[start:], {"Content-Range": span})
        else:
            self._head(200, offered.content, {})

    def _head(self, status: int, body: bytes, more: dict[str, str]) -> None:
        offered = self.offered
        self.send_response(status)
        said = {"ETag": offered.etag, "Last-Modified": offered.modified, "Content-Encoding": offered.coding, **more}
        for name, value in said.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, offered.break_after = offered.break_after, None
        self.wfile.write(body[:cut])
        self.wfile.flush()
        if offered.stalls:
            offered.stop.wait(20)
        if cut is not None and cut < len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Tests read what they need from `requests`."""


@contextmanager
def file_server(folder: Path, *, host: str = HOST, **behaviour: object) -> Iterator[FileServer]:
    """Run one, called `host`; its policy leads to it by name and trusts it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # Each connection shakes hands in its own thread: a client that goes away half-way would keep all others waiting.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.daemon_threads = True
    place = ("127.0.0.1", server.server_address[1])
    policy = Policy(
        resolve={(host, 443): place},
        allowed_networks=(ip_network("127.0.0.0/8"),),
        ca_file=str(folder / "ca.pem"),
    )
    handler.offered = FileServer(policy, **behaviour)  # type: ignore[attr-defined, arg-type]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield handler.offered  # type: ignore[attr-defined]
    finally:
        handler.offered.stop.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join()

"""What a page or a redirect links to."""

from __future__ import annotations

import httpx

from pharmcheck.address import host_of, read_url, resolve_link
from pharmcheck.errors import AddressError

SEEDS = [
    b"/a/../b?c=d", b"//other.example.com/x", b"?q", b"#top", b"../x", b"javascript:alert(1)", b"https:/\\evil.example",
    b"http://127.0.0.1/", b"https://shop.example.com\r\nHost: evil", "//bücher.example.com/ä".encode(), b"http://[x",
]  # fmt: skip


def once(data: bytes) -> None:
    """A refusal, or an address that every reader takes for the same."""
    text = data.decode("utf-8", "surrogateescape")
    host_of(text)
    try:
        url = resolve_link("https://shop.example.com/dir/page", text)
    except AddressError:
        return
    assert read_url(url) == url
    assert httpx.URL(url).raw_host.decode("ascii").strip("[]") == host_of(url)
    assert url.isascii()
    assert url.isprintable()

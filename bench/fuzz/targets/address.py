"""What people paste into the box."""

from __future__ import annotations

import httpx

from pharmcheck.address import parse_address, read_url
from pharmcheck.errors import AddressError

SEEDS = [
    b"https://shop.example.com/a?b=c#d", b"hxxps://shop[.]example[.]com", "Ist https://bücher.example.com/ä echt?".encode(),
    b"[Shop](https://shop.example.com/(a))", b"http://0x7f.1/", b"http://[::ffff:127.0.0.1]:8080/", b"shop dot example dot com",
    b"HTTPS://user@shop.example.com", "http://１２７。0。0.1/".encode(), b"https://xn--bcher-kva.example.com:443/../%2e%2e/",
]  # fmt: skip


def once(data: bytes) -> None:
    """A refusal or an address with one spelling, which the client that connects reads as we do."""
    try:
        address = parse_address(data.decode("utf-8", "surrogateescape"))
    except AddressError:
        return
    assert read_url(address.url) == address.url
    assert httpx.URL(address.url).raw_host.decode("ascii").strip("[]") == address.host
    assert not httpx.URL(address.url).userinfo
    assert address.display_host.isprintable()

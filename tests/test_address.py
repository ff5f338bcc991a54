"""Pasted text becomes the address of a site, or one sentence that says why not."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.address import (
    IPNetwork,
    display_host,
    host_of,
    is_public,
    parse_address,
    read_url,
    registrable_domain,
    resolve_link,
)
from pharmcheck.errors import AddressError
from tests.yardstick import assert_costs

PASTED = {
    "shop.com": "https://shop.com/",
    "  Shop.COM  ": "https://shop.com/",
    "http://shop.com/a?b=1#c": "http://shop.com/a?b=1",
    "shop.com:8443/x": "https://shop.com:8443/x",
    "shop.com.": "https://shop.com/",
    "hxxps://shop[.]com/pills": "https://shop.com/pills",
    "hXXp://shop(.)com": "http://shop.com/",
    "hxxp[:]//shop[dot]com": "http://shop.com/",
    "shop[.]com": "https://shop.com/",
    "shop (dot) com": "https://shop.com/",
    "shop dot com": "https://shop.com/",
    "please check https://x.shop.com, thanks": "https://x.shop.com/",
    "Is this real?\nhttps://shop.com/buy-now!\n-- \nBob": "https://shop.com/buy-now",
    "I bought from shop.com yesterday": "https://shop.com/",
    "<https://shop.com/a>": "https://shop.com/a",
    "“shop.com”": "https://shop.com/",
    "(https://shop.com/a_(b))": "https://shop.com/a_(b)",
    "[my shop](https://shop.com/a)": "https://shop.com/a",
    "[shop](https://shop.com/a) is bad": "https://shop.com/a",
    "write to info@other.com about shop.com please": "https://shop.com/",
    "//shop.com/x": "https://shop.com/x",
    "shop.com/a/..": "https://shop.com/",
    "shop.com/a/b/..": "https://shop.com/a/",
    "https://shop.com/a b": "https://shop.com/a%20b",
    "see https://shop.com/a b": "https://shop.com/a",
    "bücher.de": "https://xn--bcher-kva.de/",
    "https://XN--BCHER-KVA.de": "https://xn--bcher-kva.de/",
    "аптека.рф/каталог": ("https://xn--80aaouxs.xn--p1ai/%D0%BA%D0%B0%D1%82%D0%B0%D0%BB%D0%BE%D0%B3"),
    "https://shop.com/a/../b": "https://shop.com/b",
    "8.8.8.8": "https://8.8.8.8/",
    "http://[2a00:1450:4009:80b::200e]/": "http://[2a00:1450:4009:80b::200e]/",
}

REFUSED = {
    "": "empty",
    "   ": "empty",
    "hello": "single_label",
    "what is this about": "no_address",
    "ftp://shop.com/": "scheme",
    "javascript:alert(1)": "scheme",
    "see ftp://shop.com/x there": "scheme",
    "https://shop.com:22/": "port",
    "https://shop.com:٨٠/": "port",
    "https://shop.com:99999/": "port",
    "https://me:secret@shop.com/": "credentials",
    "info@shop.com": "credentials",
    "https://shop.com\\@10.0.0.1/": "backslash",
    "https://shop.com/\x00": "control",
    "https://shop.com/\x1b[31m": "control",
    "https://2130706433/": "numeric_host",
    "https://0x7f.1/": "numeric_host",
    "https://017700000001/": "numeric_host",
    "http://127。0。0。1/": "numeric_host",
    "http://１２７.0.0.1/": "numeric_host",
    "https://shop.123/": "numeric_host",
    "http://127.0.0.1/": "not_public",
    "http://169.254.169.254/latest": "not_public",
    "http://[::1]/": "not_public",
    "http://[::ffff:10.0.0.1]/": "not_public",
    "http://[64:ff9b::7f00:1]/": "not_public",
    "http://[fe80::1%eth0]/": "host",
    "http://localhost/": "single_label",
    "http://a.localhost./": "special_use",
    "http://shop.example/": "special_use",
    "http://db.internal/": "special_use",
    "http://printer.local/": "special_use",
    "http://abc.onion/": "special_use",
    "http://[zz]/": "host",
    "http://shop.c_m/": "host",
    "http://shop.com:443:80/": "port",
    "http://xn--a.de/": "host",
    "http://shop\u200b.com/": "host",
    "https://shop.com/" + "é" * 1500: "too_long",
    "http://exa%6dple.com/": "host",
    "http://shop..com/": "host",
    "http://-/": "single_label",
    "http:///shop.com": "host",
    "https://" + "a" * 64 + ".com": "host",
    "https://shop.com/" + "a" * 3000: "too_long",
    "word " * 5000: "too_long",
    "http://\ud800.com/": "control",
    "https://shop.com is it safe": "host",
    "https://shop.com\n.evil.com/": "control",
    "https://shop.com/\nhttps://other.com/": "control",
    "http: //shop.com/": "host",
}


@pytest.mark.parametrize(("text", "url"), PASTED.items())
def test_what_people_paste_becomes_one_url(text: str, url: str) -> None:
    """Every way of writing an address ends in the same canonical URL, and reading that again changes nothing."""
    address = parse_address(text)
    assert address.url == url
    assert address.raw == text
    assert parse_address(address.url).url == url


@pytest.mark.parametrize(("text", "code"), REFUSED.items(), ids=lambda value: ascii(value)[:40])
def test_a_refusal_is_one_sentence_with_a_code(text: str, code: str) -> None:
    """What cannot be visited is refused with a stable code and a sentence that names no secret of ours."""
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_the_strict_reader_refuses_nothing_at_all() -> None:
    """An empty text has a sentence of its own."""
    with pytest.raises(AddressError) as caught:
        read_url(" \u200b")
    assert caught.value.code == "empty"


def test_admitted_hosts_and_open_networks_are_accepted() -> None:
    """Names mapped by hand pass whatever their suffix and port; numbers pass inside an opened network."""
    admitted = frozenset({"shop.example", "db"})
    assert parse_address("shop.example", admitted_hosts=admitted).registrable_domain == "shop.example"
    assert parse_address("http://db:5000/", admitted_hosts=admitted).url == "http://db:5000/"
    networks = [ipaddress.ip_network("127.0.0.0/8")]
    assert parse_address("http://127.0.0.1:8080/", allowed_networks=networks).host == "127.0.0.1"
    with pytest.raises(AddressError):
        parse_address("http://10.0.0.1/", allowed_networks=networks)
    with pytest.raises(AddressError):
        parse_address("www.shop.example", admitted_hosts=admitted)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.shop.co.uk", "shop.co.uk"),
        ("a.b.shop.de", "shop.de"),
        ("apotheke.myshopify.com", "apotheke.myshopify.com"),
        ("lekarna-a.github.io", "lekarna-a.github.io"),
        ("www.xn--80aaouxs.xn--p1ai", "xn--80aaouxs.xn--p1ai"),
        ("8.8.8.8", "8.8.8.8"),
        ("2a00::1", "2a00::1"),
        ("co.uk", "co.uk"),
        ("a.b.shop.example", "shop.example"),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(host: str, domain: str) -> None:
    """Private suffixes count, addresses stand for themselves, unknown endings follow the list's default rule."""
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("host", "shown"),
    [("xn--bcher-kva.de", "bücher.de"), ("xn--n3h.net", "☃.net"), ("shop.com", "shop.com"), ("xn--a.de", "xn--a.de")],
)
def test_people_see_letters_where_they_lead_back(host: str, shown: str) -> None:
    """U-labels are shown only when they mean the very same name."""
    assert display_host(host) == shown


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("../c", "https://shop.com/c"),
        ("?x=2", "https://shop.com/a/b?x=2"),
        ("#top", "https://shop.com/a/b?x=1"),
        ("", "https://shop.com/a/b?x=1"),
        ("//other.com/x", "https://other.com/x"),
        ("HTTPS://WWW.Shop.COM", "https://www.shop.com/"),
        ("/caf\u00e9 menu", "https://shop.com/caf%C3%A9%20menu"),
        ("/?next=http://127.0.0.1/", "https://shop.com/?next=http://127.0.0.1/"),
        ("a:b/c", None),
        ("javascript:void(0)", None),
        ("mailto:x@y.de", None),
        ("/\\127.0.0.1/", None),
        ("//localhost/x", None),
        ("http://10.0.0.1/", None),
        ("/\r\nX: y", None),
        ("http://[::1", None),
        ("//[::1", None),
    ],
)
def test_a_link_is_read_as_strictly_as_an_address(href: str, url: str | None) -> None:
    """Links and redirects go through the same strict reader."""
    if url is None:
        with pytest.raises(AddressError):
            resolve_link("https://shop.com/a/b?x=1", href)
    else:
        assert resolve_link("https://shop.com/a/b?x=1", href) == url


# IANA's special-purpose registries as published on 2026-07-18, every row, with the month of its allocation;
# https://www.iana.org/assignments/iana-ipv4-special-registry/ and …/iana-ipv6-special-registry/.
REGISTERED = {
    "0.0.0.0/8": "1981-09", "0.0.0.0/32": "1981-09", "10.0.0.0/8": "1996-02", "100.64.0.0/10": "2012-04",
    "127.0.0.0/8": "1981-09",
    "169.254.0.0/16": "2005-05", "172.16.0.0/12": "1996-02", "192.0.0.0/24": "2010-01", "192.0.0.0/29": "2011-06",
    "192.0.0.8/32": "2015-03", "192.0.0.9/32": "2015-10", "192.0.0.10/32": "2017-02", "192.0.0.170/31": "2013-02",
    "192.0.2.0/24": "2010-01", "192.31.196.0/24": "2014-12", "192.52.193.0/24": "2014-12", "192.88.99.0/24": "2001-06",
    "192.88.99.2/32": "2012-10", "192.168.0.0/16": "1996-02", "192.175.48.0/24": "1996-01", "198.18.0.0/15": "1999-03",
    "198.51.100.0/24": "2010-01", "203.0.113.0/24": "2010-01", "240.0.0.0/4": "1989-08",
    "255.255.255.255/32": "1984-10",
    "::1/128": "2006-02", "::/128": "2006-02", "::ffff:0:0/96": "2006-02", "64:ff9b::/96": "2010-10",
    "64:ff9b:1::/48": "2017-06", "100::/64": "2012-06", "100:0:0:1::/64": "2025-04", "2001::/23": "2000-09",
    "2001::/32": "2006-01", "2001:1::1/128": "2015-10", "2001:1::2/128": "2017-02", "2001:1::3/128": "2024-04",
    "2001:2::/48": "2008-04", "2001:3::/32": "2014-12", "2001:4:112::/48": "2014-12", "2001:10::/28": "2007-03",
    "2001:20::/28": "2014-07", "2001:30::/28": "2022-12", "2001:db8::/32": "2004-07", "2002::/16": "2001-02",
    "2620:4f:8000::/48": "2011-05", "3fff::/20": "2024-07", "5f00::/16": "2024-04", "fc00::/7": "2005-10",
    "fe80::/10": "2006-02",
}  # fmt: skip
# Never a shop either: multicast (RFC 5771, RFC 4291), site-local (RFC 3879), the platform address of one cloud, and
# all of IPv6 that is not handed out as global unicast, 2000::/3 (RFC 4291, 2.4), on both sides of it.
NOT_PUBLIC = ["224.0.0.0/4", "ff00::/8", "fec0::/10", "168.63.129.16/32", "::/3", "4000::/2", "8000::/1"]
BLOCKS = [ipaddress.ip_network(text) for text in [*REGISTERED, *NOT_PUBLIC]]


def test_the_registries_are_whole() -> None:
    """25 rows of IPv4 and 25 of IPv6, none newer than our table says."""
    assert sum("." in text for text in REGISTERED) == 25
    assert sum(":" in text for text in REGISTERED) == 25
    assert max(month for text, month in REGISTERED.items() if "." in text) == "2017-02"
    assert max(month for text, month in REGISTERED.items() if ":" in text) == "2025-04"


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_special_block_is_not_public_and_its_neighbours_are(block: IPNetwork) -> None:
    """First, middle and last address are refused; the address before and the one after are not, unless special too."""
    first, last = int(block.network_address), int(block.broadcast_address)
    kind = type(block.network_address)
    assert not any(is_public(kind(number)) for number in (first, (first + last) // 2, last))
    for number in (first - 1, last + 1):
        if 0 <= number < 1 << block.max_prefixlen:
            neighbour = kind(number)
            assert is_public(neighbour) is not any(neighbour in other for other in BLOCKS)


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("1.1.1.1", True),
        ("93.184.215.14", True),
        ("223.255.255.255", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("2001:200::", True),
        ("2c0f:fb50:4003::1", True),
        ("::ffff:8.8.8.8", False),
        ("::ffff:0:8.8.8.8", False),
        ("64:ff9b::808:808", False),
        ("2002:808:808::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("fd00:ec2::254", False),
        ("2606:4700::1111%eth0", False),
    ],
)
def test_ordinary_addresses_are_public_and_wrapped_ones_are_not(text: str, public: bool) -> None:
    """An IPv4 address inside an IPv6 one is never public, whatever it wraps; nor is an address with a zone."""
    assert is_public(ipaddress.ip_address(text)) is public


@pytest.mark.parametrize(
    "text",
    [
        "a" * 9000,
        "a." * 4500 + "@",
        "a " * 4500,
        " dot" * 2200,
        "(" * 9000,
        ")" * 9000,
        "x " + "[.]" * 3000,
        "http" * 2200,
    ],
    ids=lambda text: text[:4],
)
def test_hostile_text_costs_little(text: str) -> None:
    """No pattern of ours multiplies on crafted text."""

    def refuse() -> None:
        with pytest.raises(AddressError):
            parse_address(text)

    assert_costs(refuse, 10)


_pieces = st.sampled_from(
    [
        "http",
        "https",
        "hxxp",
        "://",
        "//",
        "[.]",
        " dot ",
        ".",
        "shop",
        "com",
        "xn--",
        "bücher",
        "☃",
        "127.0.0.1",
        "[::1]",
        "0x7f",
        "@",
        ":",
        "80",
        "8443",
        "/",
        "\\",
        "?",
        "#",
        "%",
        "%2e",
        "..",
        "a b",
        "\t",
        "\u200b",
        "。",
        "(",
        ")",
        "<",
        ">",
        '"',
        ",",
        "!",
        "_",
        "-",
        "\u0661",
        "ß",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(_pieces, max_size=12).map("".join)))
def test_any_text_gives_an_address_or_a_refusal_and_reading_is_idempotent(text: str) -> None:
    """Nothing but AddressError ever comes out, and an accepted address reads as itself."""
    try:
        address = parse_address(text)
    except AddressError:
        return
    again = parse_address(address.url)
    assert (again.url, again.host, again.registrable_domain) == (address.url, address.host, address.registrable_domain)
    assert read_url(address.url) == address.url
    assert address.url.isascii()


@given(st.text(max_size=80))
def test_any_link_gives_a_canonical_url_or_a_refusal(href: str) -> None:
    """The reader of links never raises anything else, either, and its answers are canonical."""
    try:
        url = resolve_link("https://shop.com/a/b", href)
    except AddressError:
        return
    assert read_url(url) == url


@given(
    st.one_of(
        st.from_regex(r"https?://[a-zA-Z0-9.@:\[\]\\ -]{0,12}[/?#\n\t:]?[a-z0-9/?#@:]{0,8}", fullmatch=True), st.text()
    )
)
def test_the_host_of_a_link_is_what_the_standard_library_reads(url: str) -> None:
    """The short way for plain links gives the same answer as the long one."""
    try:
        expected = urlsplit(url).hostname or ""
    except ValueError:
        expected = ""
    assert host_of(url) == expected

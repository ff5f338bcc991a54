"""The host of an address: names and numbers, what they mean and whether they are on the public web.

Pure: no DNS.  Strict: one accepted spelling per host, everything else is refused.
"""

from __future__ import annotations

import gc
import ipaddress
import re
import warnings
from collections.abc import Collection
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import idna

from pharmcheck.errors import AddressError

if TYPE_CHECKING:
    from tldextract import TLDExtract

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_HOST = 253  # characters of a name, RFC 1035

# IANA's special-purpose registries as published on 2026-07-18 (newest rows: IPv4 of 2017-02, IPv6 of 2025-04),
# multicast (RFC 5771), and the platform address of one large cloud.  Whole blocks: what a registry calls reachable
# inside a special block is no shop.  An explicit table, because the answer of `ipaddress.is_global` changes with the
# patch level of Python.  Every row and its neighbours: tests/test_address.py.
_V4_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 "
        "198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32"
    ).split()
)
_V6_PUBLIC = ipaddress.IPv6Network("2000::/3")  # the only block handed out as global unicast
_V6_NOT_PUBLIC = tuple(
    ipaddress.IPv6Network(block) for block in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()
)
# Names that never lead to a public site: RFC 6761, RFC 9476, and what private networks use in practice.
_SPECIAL_USE = frozenset(
    "localhost local localdomain internal intranet private corp home lan svc arpa test invalid example onion i2p "
    "alt consul docker".split()
)

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_TOP_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


def read_host(raw: str, admitted: Collection[str], networks: Collection[IPNetwork]) -> str:
    """Canonical form of the host `raw` of a URL: A-label name or IP literal.  Raises AddressError."""
    if raw.startswith("["):
        try:
            return _judge_ip(ipaddress.IPv6Address(raw[1:-1]), admitted, networks)
        except ValueError as error:
            raise bad_host() from error
    host = _a_labels(raw).removesuffix(".")
    labels = host.split(".")
    if _NUMERIC.fullmatch(labels[-1]):  # WHATWG: such a host is an IPv4 address or nothing, never a name
        try:
            ip = ipaddress.IPv4Address(host)
        except ValueError:
            ip = None
        if ip is None or raw.removesuffix(".") != str(ip):
            raise AddressError(
                "numeric_host", "The host is a number in an unusual spelling; paste the site's name instead."
            )
        return _judge_ip(ip, admitted, networks)
    if len(host) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise bad_host()
    if any(label.startswith("xn--") and _u_label(label) is None for label in labels):
        raise _bad_name()
    if host in admitted:
        return host
    if len(labels) == 1:
        raise AddressError("single_label", "The name has no ending such as .com; paste the full address.")
    top = _u_label(labels[-1]) or labels[-1]
    if not _TOP_LABEL.fullmatch(labels[-1]) or (top != labels[-1] and any(map(str.isdecimal, top))):
        raise bad_host()
    if labels[-1] in _SPECIAL_USE:
        raise AddressError(
            "special_use", f"Names ending in .{labels[-1]} are not on the public web; paste a public address."
        )
    return host


def _judge_ip(ip: IPAddress, admitted: Collection[str], networks: Collection[IPNetwork]) -> str:
    if isinstance(ip, ipaddress.IPv6Address) and ip.scope_id is not None:
        raise bad_host()
    if str(ip) in admitted or any(ip in net for net in networks) or is_public(ip):
        return str(ip)
    raise AddressError("not_public", "The address is not on the public web; paste the public address of the pharmacy.")


def _a_labels(raw: str) -> str:
    """ASCII form of a host: UTS 46 mapping, then IDNA 2008; symbols pass as browsers let them pass."""
    if "%" in raw:
        raise bad_host()
    if raw.isascii():
        return raw.lower()
    try:
        mapped = idna.uts46_remap(raw, std3_rules=False, transitional=False)
        return ".".join(_a_label(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError) as error:
        raise _bad_name() from error


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.InvalidCodepoint:
        # Emoji and symbol domains exist (IDNA 2003) and browsers open them.
        if not all(char > "\x7f" or _LABEL.fullmatch(char) for char in label):
            raise
        return "xn--" + label.encode("punycode").decode("ascii")


def _u_label(label: str) -> str | None:
    """The Unicode form of an A-label; None when it is no A-label or does not lead back to itself."""
    if not label.startswith("xn--"):
        return None
    try:
        plain = label[4:].encode("ascii").decode("punycode")
        mapped = idna.uts46_remap(plain, std3_rules=False, transitional=False)
    except (UnicodeError, ValueError, OverflowError):  # idna.IDNAError is a UnicodeError
        return None
    if not plain or plain.isascii() or mapped != plain:
        return None
    return plain if plain.encode("punycode").decode("ascii") == label[4:] else None


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The unit we judge, by the Public Suffix List with its private section: shops on one platform stay apart.

    `host` is an A-label name or an IP literal; an IP and a bare public suffix are their own registrable domain.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    found = _suffixes()(host)
    if found.suffix:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])  # the list's own default rule: an unknown top-level domain is a suffix


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # noqa: PLC0415 - it brings an HTTP client along, 0.3 s of every start

    # The list shipped in `publicsuffixlist` is months fresher than tldextract's snapshot; both are local files,
    # and without a cache directory and other sources nothing is ever fetched.
    fresh = resources.files("publicsuffixlist") / "public_suffix_list.dat"
    with resources.as_file(fresh) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # its file:// adapter leaves the file to be collected
        extract = TLDExtract(
            cache_dir=None,
            suffix_list_urls=(path.as_uri(),),
            include_psl_private_domains=True,
            fallback_to_snapshot=True,
        )
        extract("warm.example.com")  # reads the file while it is certain to exist
        gc.collect()
    return extract


def known_ending(host: str) -> bool:
    """Whether a name ends in a top-level domain that the Public Suffix List knows; an IP literal has none."""
    return host.rpartition(".")[2].lower() in _endings()


@lru_cache(maxsize=1)
def _endings() -> frozenset[str]:
    """Every top-level domain, in both spellings."""
    text = (resources.files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8")
    rules = (line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("//"))
    tops = {rule.rpartition(".")[2] for rule in rules}
    return frozenset(tops | {idna.alabel(top).decode("ascii") for top in tops if not top.isascii()})


def is_public(ip: IPAddress) -> bool:
    """True when `ip` is ordinary public unicast.  Wrapped IPv4 (mapped, 6to4, NAT64, Teredo) never is."""
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in _V4_NOT_PUBLIC)
    return ip.scope_id is None and ip in _V6_PUBLIC and not any(ip in block for block in _V6_NOT_PUBLIC)


def display_host(host: str) -> str:
    """`host` for people: U-labels, but only where they lead back to the very same A-label."""
    return ".".join(_u_label(label) or label for label in host.split("."))


def _bad_name() -> AddressError:
    return AddressError("host", "The name is not a valid international domain name; copy the address again.")


def bad_host() -> AddressError:
    """The refusal for a host that cannot be read."""
    return AddressError("host", "The host name is not a valid one; copy the address again.")

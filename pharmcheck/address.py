"""What a person pasted → the address of a site.  Pure: no DNS, no network.

Two readers, kept apart on purpose.  `parse_address` is lenient: it finds the address in a sentence, a
Markdown link, a defanged indicator.  `read_url` is strict: it judges one candidate and accepts a single
reading of it, because two programs that read a URL differently are how a guard gets walked around.
Everything lenient ends in the strict reader.  Whether a *name* leads to a public address is not known
here; `pharmcheck.capture.guard` decides that at the moment of connecting.
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
from urllib.parse import quote, urljoin, urlsplit

import idna

from pharmcheck.errors import AddressError
from pharmcheck.model import Address

if TYPE_CHECKING:
    from tldextract import TLDExtract

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 2048  # characters; no link a person pastes is longer, and logs and databases stay bounded
MAX_HOST = 253  # characters of a name, RFC 1035
MAX_TEXT = 10_000  # characters of pasted text, an e-mail's worth
WEB_PORTS = frozenset({80, 443, 8080, 8443})  # we look at web sites and are nobody's port scanner
DEFAULT_PORT = {"http": 80, "https": 443}

# IANA special-purpose registry (read 2026-11), plus the platform address of one large cloud.  An explicit
# table, because the answer of `ipaddress.is_global` changes with the patch level of Python.
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

_EDGE = " \t\r\n\f\u00a0\u200b\u2060\ufeff"  # what copy and paste leaves at the ends
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x20\x7f-\xa0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_TOP_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_DEFANGED = (
    (re.compile(r"\bh(?:xx|tt|\*\*)p(s?)(?:\[:\]//|\[://\]|\[:\]|://)", re.IGNORECASE), r"http\1://"),
    (re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\})\s?", re.IGNORECASE), "."),
    (re.compile(r"http(s?)://(?://)", re.IGNORECASE), r"http\1://"),
)
_SPOKEN_DOT = re.compile(r"(?<=\w)\s+dot\s+(?=\w)", re.IGNORECASE)
_LINK_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,15}://[^\s<>\"“”«»]+")
_NAME_IN_TEXT = re.compile(r"(?<![\w.@-])(?:[\w-]+\.)+[^\W\d][\w-]+(?::\d+)?(?:/[^\s<>\"“”«»]*)?(?![\w@])")
_OPENING, _CLOSING = "<([{\"'“‘«‹*_`", ">)]}\"'”’»›*_`.,;:!?"


def parse_address(
    text: str, *, admitted_hosts: Collection[str] = frozenset(), allowed_networks: Collection[IPNetwork] = ()
) -> Address:
    """Find the address of a site in what a person pasted.

    `admitted_hosts` (lower-case A-labels) are accepted whatever their suffix and port: names that `--resolve`
    maps.  Numeric addresses inside `allowed_networks` count as public.  Parsing `.url` again gives the same URL.
    Raises AddressError with a stable `code` and one sentence that says what is wrong and what to do.
    """
    _check_characters(text)
    candidate = _candidate(text)
    try:
        url = read_url(candidate, admitted_hosts=admitted_hosts, allowed_networks=allowed_networks)
    except AddressError:
        trimmed = _trim(candidate)
        if trimmed == candidate:
            raise
        url = read_url(trimmed, admitted_hosts=admitted_hosts, allowed_networks=allowed_networks)
    host = host_of(url)
    return Address(text, url, host, display_host(host), registrable_domain(host))


def read_url(
    text: str, *, admitted_hosts: Collection[str] = frozenset(), allowed_networks: Collection[IPNetwork] = ()
) -> str:
    """Judge one URL strictly and return its only spelling: A-labels, encoded path, no fragment, no default port.

    No scheme means https.  Raises AddressError.
    """
    text = text.strip(_EDGE)
    if not text:
        raise AddressError("empty", "There is no address; paste the web address of the pharmacy.")
    if len(text) > MAX_URL:
        raise AddressError("too_long", f"The address is longer than {MAX_URL} characters; paste a shorter link.")
    _check_characters(text)
    if _CONTROL.search(text):
        raise AddressError("control", "The address has control characters or line breaks in it; copy it again.")
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise AddressError("backslash", "The address has a backslash in it; web addresses use “/”.")
    match = _URL.fullmatch(_with_scheme(text))
    if match is None:
        raise AddressError("host", "The address has no host name; paste it in the form https://name.com/.")
    scheme, authority, path, query = match[1].lower(), match[2], match[3] or "/", match[4] or ""
    if "@" in authority:
        raise AddressError(
            "credentials", "That is an e-mail address or has a user name in it; leave out everything up to “@”."
        )
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None and re.search(r":[^\]]*$", authority):
        raise _bad_port()
    if parts is None or _INVISIBLE.search(authority):
        raise _bad_host()
    host = _read_host(parts[1], admitted_hosts, allowed_networks)
    port = int(parts[2]) if parts[2] else DEFAULT_PORT[scheme]
    if port not in WEB_PORTS and not (host in admitted_hosts and 0 < port < 1 << 16):
        raise _bad_port()
    where = f"[{host}]" if ":" in host else host
    where += "" if port == DEFAULT_PORT[scheme] else f":{port}"
    url = f"{scheme}://{where}{_without_dots(_quoted(path, ''))}{_quoted(query, '?{}`')}"
    if len(url) > 3 * MAX_URL:
        raise AddressError("too_long", "The address is too long; paste a shorter link.")
    return url


def resolve_link(
    base_url: str,
    href: str,
    *,
    admitted_hosts: Collection[str] = frozenset(),
    allowed_networks: Collection[IPNetwork] = (),
) -> str:
    """The canonical URL that `href` means on the page `base_url`; the same strict reading as `read_url`.

    For redirects and links.  `base_url` is canonical.  Raises AddressError.
    """
    href = href.strip(_EDGE)
    absolute = href
    # Control characters, backslashes and length are judged before joining: urljoin would drop some of them.
    if len(href) <= MAX_URL and not _CONTROL.search(href) and "\\" not in re.split(r"[?#]", href, maxsplit=1)[0]:
        if href.startswith(("/", "?", "#", ".")) or not _SCHEME.match(href):
            try:
                absolute = urljoin(base_url, href)
            except ValueError as error:
                raise AddressError("host", "The link has no readable host name.") from error
        elif href.partition(":")[0].lower() not in DEFAULT_PORT:
            raise _bad_scheme()
    return read_url(absolute or base_url, admitted_hosts=admitted_hosts, allowed_networks=allowed_networks)


def host_of(url: str) -> str:
    """Host of a canonical URL: lower-case A-label name or IP literal without brackets."""
    return urlsplit(url).hostname or ""


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


def is_public(ip: IPAddress) -> bool:
    """True when `ip` is ordinary public unicast.  Wrapped IPv4 (mapped, 6to4, NAT64, Teredo) never is."""
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in _V4_NOT_PUBLIC)
    return ip.scope_id is None and ip in _V6_PUBLIC and not any(ip in block for block in _V6_NOT_PUBLIC)


def display_host(host: str) -> str:
    """`host` for people: U-labels, but only where they lead back to the very same A-label."""
    return ".".join(_u_label(label) or label for label in host.split("."))


def _candidate(text: str) -> str:
    """The part of a pasted text that looks most like an address, not judged yet."""
    if len(text) > MAX_TEXT:
        raise AddressError("too_long", "The text is too long; paste only the web address.")
    cleaned = text.strip(_EDGE)
    if len(cleaned.split()) == 1 and _URL.fullmatch(cleaned) and "[" not in cleaned:
        return cleaned  # already a URL: nothing to undo, so that reading our own output changes nothing
    for pattern, plain in _DEFANGED:
        cleaned = pattern.sub(plain, cleaned)
    for attempt in (cleaned, _SPOKEN_DOT.sub(".", cleaned)):
        links = [match[0] for match in _LINK_IN_TEXT.finditer(attempt)]
        web = [link for link in links if link.lower().startswith(("http://", "https://"))]
        wrapped = len(attempt.split()) != 1 or attempt[:1] in _OPENING
        if not wrapped:
            return attempt
        if web or links:
            return _trim((web or links)[0])
        if name := _NAME_IN_TEXT.search(attempt):
            return _trim(name[0])
    if len(cleaned.split()) <= 1:
        return cleaned
    raise AddressError("no_address", "There is no web address in the text; paste one like https://name.com/.")


def _trim(candidate: str) -> str:
    """Without the quotes, brackets and punctuation that a sentence puts around a link."""
    candidate = candidate.lstrip(_OPENING)
    for opening, closing in ("()", "[]"):
        depth = 0
        for at, char in enumerate(candidate):
            depth += (char == opening) - (char == closing)
            if depth < 0:  # the bracket was opened before the link: Markdown, or a remark in brackets
                candidate = candidate[:at]
                break
    while candidate and candidate[-1] in _CLOSING:
        if candidate[-1] in ")]" and candidate.count("(["[candidate[-1] == "]"]) >= candidate.count(candidate[-1]):
            break
        candidate = candidate[:-1]
    return candidate


def _check_characters(text: str) -> None:
    if not text.isprintable() and any("\ud800" <= char <= "\udfff" or char == "\x00" for char in text):
        raise AddressError("control", "The address has broken characters in it; copy it again.")


def _with_scheme(text: str) -> str:
    if text.startswith("//"):
        return "https:" + text
    match = _SCHEME.match(text)
    if match is None:
        return "https://" + text
    if match[1].lower() in DEFAULT_PORT:
        return text
    if "." in match[1] and re.match(r"\d{1,5}(?:[/?#]|$)", text[match.end() :], re.ASCII):
        return "https://" + text  # name.com:8080 without a scheme
    raise _bad_scheme()


def _read_host(raw: str, admitted: Collection[str], networks: Collection[IPNetwork]) -> str:
    if raw.startswith("["):
        try:
            return _judge_ip(ipaddress.IPv6Address(raw[1:-1]), admitted, networks)
        except ValueError as error:
            raise _bad_host() from error
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
        raise _bad_host()
    if any(label.startswith("xn--") and _u_label(label) is None for label in labels):
        raise _bad_name()
    if host in admitted:
        return host
    if len(labels) == 1:
        raise AddressError("single_label", "The name has no ending such as .com; paste the full address.")
    top = _u_label(labels[-1]) or labels[-1]
    if not _TOP_LABEL.fullmatch(labels[-1]) or (top != labels[-1] and any(map(str.isdecimal, top))):
        raise _bad_host()
    if labels[-1] in _SPECIAL_USE:
        raise AddressError(
            "special_use", f"Names ending in .{labels[-1]} are not on the public web; paste a public address."
        )
    return host


def _judge_ip(ip: IPAddress, admitted: Collection[str], networks: Collection[IPNetwork]) -> str:
    if isinstance(ip, ipaddress.IPv6Address) and ip.scope_id is not None:
        raise _bad_host()
    if str(ip) in admitted or any(ip in net for net in networks) or is_public(ip):
        return str(ip)
    raise AddressError("not_public", "The address is not on the public web; paste the public address of the pharmacy.")


def _a_labels(raw: str) -> str:
    """ASCII form of a host: UTS 46 mapping, then IDNA 2008; symbols pass as browsers let them pass."""
    if "%" in raw:
        raise _bad_host()
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


def _quoted(text: str, also: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe="%/:@!$&'()*+,;=|^[]~" + also)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: `/a/../b/./c` is `/b/c`."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept[-1:] = []
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if segments[-1] in {".", ".."} and kept else "")


def _bad_scheme() -> AddressError:
    return AddressError("scheme", "Only http and https addresses can be checked; paste one that starts with https://.")


def _bad_port() -> AddressError:
    return AddressError("port", "The port is not one that web sites use; leave out the number after the colon.")


def _bad_name() -> AddressError:
    return AddressError("host", "The name is not a valid international domain name; copy the address again.")


def _bad_host() -> AddressError:
    return AddressError("host", "The host name is not a valid one; copy the address again.")

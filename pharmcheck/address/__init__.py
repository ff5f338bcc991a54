"""What a person pasted → the address of a site.  Pure: no DNS, no network.

Two readers, kept apart on purpose.  `parse_address` is lenient: it finds the address in a sentence, a
Markdown link, a defanged indicator.  `read_url` is strict: it judges one candidate and accepts a single
reading of it, because two programs that read a URL differently are how a guard gets walked around.
Everything lenient ends in the strict reader.  Whether a *name* leads to a public address is not known
here; `pharmcheck.capture.guard` decides that at the moment of connecting.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, urljoin, urlsplit

from pharmcheck.address.hosts import (
    IPAddress,
    IPNetwork,
    bad_host,
    display_host,
    is_public,
    known_ending,
    read_host,
    registrable_domain,
)
from pharmcheck.errors import AddressError
from pharmcheck.model import Address

__all__ = [
    "DEFAULT_PORT",
    "WEB_PORTS",
    "IPAddress",
    "IPNetwork",
    "at_or_below",
    "display_host",
    "host_of",
    "is_public",
    "known_ending",
    "parse_address",
    "read_url",
    "registrable_domain",
    "resolve_link",
]

MAX_URL = 2048  # characters; no link a person pastes is longer, and logs and databases stay bounded
MAX_TEXT = 10_000  # characters of pasted text, an e-mail's worth
WEB_PORTS = frozenset({80, 443, 8080, 8443})  # we look at web sites and are nobody's port scanner
DEFAULT_PORT = {"http": 80, "https": 443}

_EDGE = " \t\r\n\f\u00a0\u200b\u2060\ufeff"  # what copy and paste leaves at the ends
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x20\x7f-\xa0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|\Z)")  # most links of a page, at a fifth of the cost
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", re.ASCII)
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
        raise bad_host()
    host = read_host(parts[1], admitted_hosts, allowed_networks)
    port = int(parts[2]) if parts[2] else DEFAULT_PORT[scheme]
    if port not in WEB_PORTS and not (host in admitted_hosts and 0 < port < 1 << 16):
        raise _bad_port()
    where = f"[{host}]" if ":" in host else host
    where += "" if port == DEFAULT_PORT[scheme] else f":{port}"
    url = f"{scheme}://{where}{_without_dots(_quoted(path, ''))}{_quoted(query, '?{}`')}"
    if len(url) > MAX_URL:  # escaped letters take six times the room, and what we give out must be readable again
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
    """Host of a URL, lower case, without brackets; "" for one that has none or cannot be read.

    Total, because pages link to anything: `urlsplit` itself raises for `http://[x`.
    """
    if plain := _PLAIN_HOST.match(url):
        return plain[1]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def at_or_below(host: str, name: str) -> bool:
    """Whether `host` is `name` or stands below it."""
    return host == name or host.endswith(f".{name}")


def _candidate(text: str) -> str:
    """The part of a pasted text that looks most like an address, not judged yet."""
    if len(text) > MAX_TEXT:
        raise AddressError("too_long", "The text is too long; paste only the web address.")
    cleaned = text.strip(_EDGE)
    # What begins as an address is one address, judged as it stands: cutting it at a blank or a line break would
    # accept half of what somebody sent us, and which half is where readers differ.
    whole = cleaned.lower().startswith(("http:", "https:"))
    if whole and "[" not in cleaned:
        return cleaned  # nothing to undo, so that reading our own output changes nothing
    for pattern, plain in _DEFANGED:
        cleaned = pattern.sub(plain, cleaned)
    if whole:
        return cleaned
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

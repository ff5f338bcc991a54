"""What a site's robots.txt allows us (RFC 9309).  Pure: bytes in, answers out.

Matching is by the standard's longest rule, with `*` and `$`, which `urllib.robotparser` does not do (it takes the
first rule that fits and reads `*` literally; shops write `Disallow: /*?add-to-cart=`).  Linear in the text: no
regular expressions are built from what a site wrote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

AGENT = "pharmcheck"  # the product token that a site can name to address us
LONGEST_DELAY_S = 10.0  # a visit has a minute: who wants us to wait longer wants no machine here

_MOST_BYTES = 500 * 1024  # the standard's own limit
_MOST_SITEMAPS = 10

_TOKEN = re.compile(r"[a-z_-]+|\*")  # of a user-agent line: "PharmCheck/0.1" means us, too
_SPELLED = re.compile(rb"%[0-9A-Fa-f]{2}|[^!-~]")  # escapes, and bytes that should be some
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Robots:
    """What a robots.txt says to us."""

    rules: tuple[tuple[str, bool], ...] = ()  # (path pattern, allowed), the strongest first
    crawl_delay_s: float | None = None  # to leave between two requests; infinite when it cannot be read
    sitemaps: tuple[str, ...] = ()  # as written, perhaps no URLs at all; they speak to everybody

    def allows(self, url: str) -> bool:
        """May a machine read `url`?  The longest matching rule decides, and of equals the one that allows."""
        parts = urlsplit(url)
        target = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        target = target.replace("*", "%2A").replace("$", "%24")  # in a rule these two mean something else
        if target == "/robots.txt":
            return True
        return next((allow for rule, allow in self.rules if _matches(rule, target)), True)


EVERYTHING = Robots()
NOTHING = Robots((("/", False),))


def for_status(status: int | None, body: bytes | None) -> Robots:
    """What an answer to `/robots.txt` means to us.  No `status`: no answer; no `body`: it could not be read.

    A missing file (4xx) allows everything; a server that fails (5xx) or does not answer allows nothing.
    """
    if status is None or status >= 500:  # noqa: PLR2004 - the numbers are the meaning
        return NOTHING
    if not 200 <= status < 300:  # noqa: PLR2004
        return EVERYTHING
    return NOTHING if body is None else parse_robots(body)


@dataclass(slots=True)
class _Group:
    """Everything that a robots.txt says to one agent, wherever it stands in the file."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


def parse_robots(body: bytes) -> Robots:
    """Read a robots.txt.  Groups that name us win over `*`; what cannot be read is skipped."""
    groups: dict[str, _Group] = {}
    speaks_to: set[str] = set()
    in_rules = False
    sitemaps: list[str] = []
    for key, value in _records(body):
        if key == "user-agent":
            token = _TOKEN.match(value.lower())
            if in_rules:
                speaks_to, in_rules = set(), False
            if token and token[0] in {AGENT, "*"}:
                speaks_to.add(token[0])
                groups.setdefault(token[0], _Group())
        elif key in {"allow", "disallow"}:
            in_rules = True
            if value.startswith(("/", "*")):  # an empty Disallow forbids nothing
                for agent in speaks_to:
                    groups[agent].rules.append((_pattern(value), key == "allow"))
        elif key == "crawl-delay" and value:
            in_rules = True  # not the standard's, but so people mean it: "User-agent: *", a delay, the next agent
            for agent in speaks_to:
                groups[agent].delays.append(_seconds(value))
        elif key == "sitemap" and value and len(sitemaps) < _MOST_SITEMAPS:
            sitemaps.append(value)
    ours = groups.get(AGENT) or groups.get("*") or _Group()
    ours.rules.sort(key=lambda rule: (-len(rule[0]), not rule[1]))
    return Robots(tuple(ours.rules), max(ours.delays, default=None), tuple(sitemaps))


def _records(body: bytes) -> Iterator[tuple[str, str]]:
    if len(body) > _MOST_BYTES:
        body = body[:_MOST_BYTES].rpartition(b"\n")[0]  # half a rule would be another rule
    for line in body.removeprefix(b"\xef\xbb\xbf").splitlines():
        key, colon, value = line.decode("utf-8", "replace").partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return math.inf
    return seconds if seconds >= 0 else math.inf  # and so for NaN


def _pattern(text: str) -> str:
    """A rule in normal spelling.  Its `*` are wild and a `$` at its end is the end, as long as they are no escapes."""
    text = _normal(text)
    return text[:-1].replace("$", "%24") + text[-1:]


def _normal(text: str) -> str:
    """One spelling for equal paths: escaped is what has to be, and nothing else that need not."""
    return _SPELLED.sub(_one_spelling, text.encode("utf-8", "replace")).decode("ascii")


def _one_spelling(found: re.Match[bytes]) -> bytes:
    byte = int(found[0][1:], 16) if len(found[0]) > 1 else found[0][0]
    return bytes((byte,)) if byte in _UNRESERVED else b"%%%02X" % byte


def _matches(rule: str, target: str) -> bool:
    anchored = rule.endswith("$")
    first, *rest = rule.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    for index, piece in enumerate(rest):
        if anchored and index == len(rest) - 1:
            return target.endswith(piece) and len(target) - len(piece) >= at
        at = target.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not anchored or at == len(target)

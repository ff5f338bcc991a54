"""What a site's robots.txt allows us (RFC 9309).  Pure: bytes in, answers out.

Matching is by the standard's longest rule, with `*` and `$`, which `urllib.robotparser` does not do (it takes the
first rule that fits and reads `*` literally; shops write `Disallow: /*?add-to-cart=`).  Linear in the text: no
regular expressions are built from what a site wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

AGENT = "pharmcheck"  # the product token that a site can name to address us

_MOST_BYTES = 500 * 1024  # the standard's own limit
_MOST_RULES = 2000
_SAFE = "/%:@!$&'()*+,;=-._~?"


@dataclass(frozen=True, slots=True)
class Robots:
    """Rules for us: (path pattern, allowed)."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, url: str) -> bool:
        """May a machine read `url`?  The longest matching rule decides, and of equals the one that allows."""
        parts = urlsplit(url)
        target = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        if target == "/robots.txt":
            return True
        found = max(((len(rule), allow) for rule, allow in self.rules if _matches(rule, target)), default=(0, True))
        return found[1]


EVERYTHING = Robots()
NOTHING = Robots((("/", False),))


def for_status(status: int | None, body: bytes) -> Robots:
    """The rules that an answer to `/robots.txt` means; None: no answer.

    A missing file (4xx) allows everything; a server that fails (5xx) or does not answer allows nothing.
    """
    if status is None or status >= 500:  # noqa: PLR2004 - the numbers are the meaning
        return NOTHING
    if not 200 <= status < 300:  # noqa: PLR2004
        return EVERYTHING
    return parse_robots(body)


def parse_robots(body: bytes) -> Robots:
    """Read a robots.txt.  Groups that name us win over `*`; what cannot be read is skipped."""
    ours: list[tuple[str, bool]] = []
    everyones: list[tuple[str, bool]] = []
    named = False
    agents: list[str] = []
    in_rules = False
    for line in body[:_MOST_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()][-100:]
            in_rules = False
            named = named or AGENT in agents
        elif key in {"allow", "disallow"}:
            in_rules = True
            if not value or not value.startswith(("/", "*")):
                continue  # an empty Disallow forbids nothing
            target = ours if AGENT in agents else everyones if "*" in agents else None
            if target is not None and len(target) < _MOST_RULES:
                target.append((_normal(value), key == "allow"))
    return Robots(tuple(ours if named else everyones))


def _normal(text: str) -> str:
    """One spelling for equal paths: decoded where the standard lets us, encoded where it does not."""
    return quote(unquote_to_bytes(text.replace("%2F", "%252F").replace("%2f", "%252F")), safe=_SAFE)


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

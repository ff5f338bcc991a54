"""What the status and the headers of an answer mean to us.  Pure: bytes in, a target, headers or an ending out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pharmcheck.address import resolve_link
from pharmcheck.capture.guard import Policy
from pharmcheck.errors import AddressError
from pharmcheck.model import FetchOutcome

KEPT_HEADERS = frozenset(
    {
        "content-type",
        "server",
        "location",
        "refresh",
        "cf-mitigated",
        "x-robots-tag",
        "strict-transport-security",
    }
)
_HEADER_CHARS = 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSING = frozenset({401, 403, 407, 429, 451})
# Words that only a bot wall's 503 page carries; a shop that is merely down does not ask to prove anything.
_WALL_MARKS = (b"captcha", b"cf-chl", b"challenge-platform", b"_incapsula_", b"ddos-guard", b"perimeterx", b"datadome")

RawHeaders = Sequence[tuple[bytes, bytes]]


class Ended(Exception):  # noqa: N818 - a way out, not an error
    """A fetch ended without a page: `outcome` says how, `detail` in one sentence of ours."""

    def __init__(self, outcome: FetchOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


def values_of(headers: RawHeaders, name: bytes) -> list[str]:
    """The values of every header called `name` (lower case)."""
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


def redirect_target(url: str, status: int, headers: RawHeaders, policy: Policy) -> str | None:
    """The canonical URL that this answer sends us to, or None.  Raises Ended when it is none that we follow."""
    locations = {value for name, value in headers if name.lower() == b"location"} if status in _REDIRECTS else set()
    if not locations:
        return None
    refused = Ended(FetchOutcome.REFUSED_BY_US, "The site redirects to an address that we do not follow.")
    if len(locations) > 1:
        raise refused  # clients disagree which one counts
    raw = locations.pop()
    try:
        href = raw.decode("utf-8")
    except UnicodeDecodeError:
        href = raw.decode("latin-1")
    try:
        return resolve_link(url, href, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
    except AddressError as error:
        raise refused from error


def judge_status(status: int, headers: RawHeaders, body: bytes) -> None:
    """Raises Ended unless the status is a success."""
    if 200 <= status < 300:  # noqa: PLR2004 - the numbers are the meaning
        return
    walled = values_of(headers, b"cf-mitigated") or any(mark in body[: 1 << 16].lower() for mark in _WALL_MARKS)
    if status in _REFUSING or (status == 503 and walled):  # noqa: PLR2004
        raise Ended(FetchOutcome.BLOCKED_BY_SITE, f"The site refused us with status {status}.")
    raise Ended(FetchOutcome.HTTP_ERROR, f"The site answered with status {status}.")


def kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first value of each header that we keep: lower-case name, printable, short."""
    kept: dict[str, str] = {}
    for raw_name, value in headers:
        name = raw_name.lower()
        if name in KEPT_HEADERS and name not in kept:
            kept[name] = "".join(char if char.isprintable() else " " for char in value[:_HEADER_CHARS])
    return tuple(kept.items())

"""How much of a site was looked at, and why the rest was not.  Judges nothing.

What could not be read is never called absent: the verdict room asks here whether silence means anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.capture import needs_scripts, page_role
from pharmcheck.model import FAULTS, Attempt, Capture, FetchOutcome, Look, NotChecked, PageRole, Reading

_WANTED_ROLES = frozenset(
    {
        PageRole.CONTACT, PageRole.IMPRINT, PageRole.ABOUT, PageRole.TERMS, PageRole.FAQ, PageRole.SHIPPING,
        PageRole.PRESCRIPTION_POLICY,
    }
)  # fmt: skip
_REASONS = {
    FetchOutcome.BLOCKED_BY_SITE: "blocked",
    FetchOutcome.TIMED_OUT: "timed_out",
    FetchOutcome.REFUSED_BY_US: "refused_address",
    FetchOutcome.ROBOTS: "blocked",
    FetchOutcome.TLS_FAILED: "certificate_broken",
    FetchOutcome.TOO_LARGE: "too_large",
}
_AS = {
    Look.PLAIN: "",
    Look.INSECURE: " over plain http",
    Look.FROM_SEARCH: " as a visitor from a search engine",
    Look.RENDERED: " with its scripts",
}

_LANGUAGES = {
    "bg": "Bulgarian", "el": "Greek", "et": "Estonian", "fi": "Finnish", "hr": "Croatian", "hu": "Hungarian",
    "is": "Icelandic", "lt": "Lithuanian", "lv": "Latvian", "ro": "Romanian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "tr": "Turkish", "uk": "Ukrainian", "ca": "Catalan", "ar": "Arabic", "he": "Hebrew",
    "hi": "Hindi", "id": "Indonesian", "ja": "Japanese", "ko": "Korean", "th": "Thai", "vi": "Vietnamese",
    "zh": "Chinese", "fa": "Persian", "ms": "Malay",
}  # fmt: skip
"""Names for people of languages that the rules do not speak."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one visit saw of a site."""

    percent: int  # share of the wanted pages that were read
    home_read: bool  # or, for an archive by others, any page at all
    whole: bool  # nothing of what was read was cut or unreadable: only then does silence mean anything
    any_read: bool
    failure: str  # reason code when nothing could be read, else ""
    not_checked: tuple[NotChecked, ...]
    understood: bool = True  # not most of what was read is in a language of which the rules know no words


def look_back(capture: Capture, readings: Sequence[Reading], languages: Collection[str]) -> Coverage:
    """Say how much of the site a capture holds.

    Args:
        capture: the pages.
        readings: what stands on them, in the same order.
        languages: those in which the rules have words.
    """
    shells = _shells(capture)
    own = [
        reading
        for held, reading in zip(capture.pages, readings, strict=True)
        if held.role is not PageRole.ISSUER  # somebody else's
        and held.look is not Look.FROM_SEARCH
        and not (held.look is Look.PLAIN and held.url in shells)
    ]
    read = {reading.url for reading in own if not reading.problem or reading.blocks}
    home_read = any(reading.role is PageRole.HOME or capture.archived for reading in own if reading.url in read)
    wanted, missing = _archived(capture, readings) if capture.archived else _visited(capture)
    percent = 100 * len(read) // max(wanted, len(read)) if read else 0
    partly = [
        NotChecked(reading.url, f"read only in part: {reading.problem}", "read_in_part")
        for reading in readings
        if reading.problem
    ]
    unrun = [
        NotChecked(url, "empty until scripts fill it, and they were not run", "unfinished") for url in sorted(shells)
    ]
    spoken = Counter(reading.language for reading in own if reading.language)
    foreign = {language: pages for language, pages in spoken.items() if language not in languages}
    unread = [
        NotChecked(_pages_in(language), "our rules do not read this language", "language")
        for language in sorted(foreign)
    ]
    understood = 2 * sum(foreign.values()) <= spoken.total()
    failure = "" if read else "empty_without_scripts" if shells else _failure(capture)
    not_checked = (*missing, *unrun, *partly, *unread)
    return Coverage(percent, home_read, not partly, bool(read), failure, not_checked, understood)


def _pages_in(language: str) -> str:
    name = _LANGUAGES.get(language)
    return f"pages in {name}" if name else f"pages in a language with the code {language}"


def _shells(capture: Capture) -> set[str]:
    """Pages that say nothing without their scripts, and that no browser has run."""
    run = {page.url for page in capture.pages if page.look is Look.RENDERED}
    plain = (page for page in capture.pages if page.look is Look.PLAIN and page.url not in run)
    return {page.url for page in plain if needs_scripts(page.body)}


def _visited(capture: Capture) -> tuple[int, list[NotChecked]]:
    wanted: dict[str, NotChecked | None] = {}
    others: list[NotChecked] = []
    for attempt in capture.attempts:
        # Too large with no hop: it had no turn, because the pages before it had used up the bytes of the visit.
        kept = attempt.outcome is FetchOutcome.FETCHED or (attempt.outcome is FetchOutcome.TOO_LARGE and attempt.hops)
        missed = None if kept else NotChecked(f"{attempt.url}{_AS[attempt.look]}", _why(attempt), attempt.outcome.value)
        # Another look at a page is not another page, and an issuer's page is none of the site's.
        if attempt.look is not Look.PLAIN or attempt.role is PageRole.ISSUER:
            others += [missed] if missed and attempt.look is not Look.INSECURE else []
            continue
        key = attempt.url.split("://", 1)[-1].removeprefix("www.")  # over http, or under www, it is the same page
        if wanted.get(key, attempt) is not None:
            wanted[key] = missed
    return len(wanted), [*(entry for entry in wanted.values() if entry), *others]


def _why(attempt: Attempt) -> str:
    fault = FAULTS[attempt.outcome].value
    return f"{attempt.outcome.value.replace('_', ' ')} ({attempt.detail}; fault: {fault})"


def _archived(capture: Capture, readings: Sequence[Reading]) -> tuple[int, list[NotChecked]]:
    """An archive by others: pages that the home page links to and the archive lacks lower coverage, nothing else."""
    have = {_key(reading.url) for reading in readings}
    missing: dict[str, NotChecked] = {}
    home = next((reading for reading in readings if reading.role is PageRole.HOME), None)
    if home is None:
        missing["/"] = NotChecked(f"{capture.address.host}/", "the home page is not in the archive")
    for link in home.links if home else ():
        host = host_of(link.url)
        web = link.url.startswith(("http://", "https://"))
        if not web or not host or registrable_domain(host) != capture.address.registrable_domain:
            continue
        key = _key(link.url)
        if key not in have and key not in missing and page_role(link.url, link.text) in _WANTED_ROLES:
            missing[key] = NotChecked(link.url, "not in the archive")
    # Inner pages alone say little about a site: without its home page, most of it counts as unseen.
    return (len(have) + len(missing) if home else 2 * len(have) + 1), list(missing.values())


def _key(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path.rstrip('/')}"


def _failure(capture: Capture) -> str:
    outcomes = {attempt.outcome for attempt in capture.attempts if attempt.role is not PageRole.ISSUER}
    for outcome, reason in _REASONS.items():
        if outcome in outcomes:
            return reason
    return "offline"

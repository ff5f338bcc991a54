"""Weigh new verdicts and words about watched sites: what they change becomes an entry of a digest."""

from __future__ import annotations

from datetime import datetime

import structlog

from pharmcheck.address import host_of, registrable_domain
from pharmcheck.errors import StoreError
from pharmcheck.model import Capture, FetchOutcome, Look, PageRole
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Fresh, Store, WatchedSites, Weighing
from pharmcheck.watch.replaying import Replay

_PAGE = 100  # verdicts a transaction
_MOST_PAGES = 10  # at a time; the next call goes on, so that nothing waits long behind a list of 20,000

_log = structlog.get_logger("pharmcheck.watch")


def note_verdicts(store: Store, now: datetime, ruleset: Ruleset | None = None) -> int:
    """Weigh what nobody has weighed yet; returns how many changes that were.  Raises StoreError.

    With the rules in force each change gets its cause.  Killed in the middle it has weighed less, and two at
    once weigh nothing twice.
    """
    sites = WatchedSites(store)
    watched = sites.active()
    if not watched:
        return 0
    scales, replay = Weighing(store), Replay(store, ruleset)
    count, last = scales.note_words(now), None
    for _ in range(_MOST_PAGES):
        found = sites.fresh(watched, _PAGE, last)
        count += scales.note(found, lambda fresh: _landed(store, fresh), replay, now) if found else 0
        if len(found) < _PAGE:
            sites.all_weighed(watched, now)
            break
        last = found[-1]
        sites.all_weighed(watched, last.checked_at)  # so that no round begins at the first verdict again
    if count:
        _log.info("watch.noted", changes=count)
    return count


def landed_on(capture: Capture) -> str | None:
    """The registrable domain on which the home page ended; None when it was not read."""
    for attempt in capture.attempts:
        home = attempt.role is PageRole.HOME and attempt.look is Look.PLAIN
        if home and attempt.outcome in (FetchOutcome.FETCHED, FetchOutcome.TOO_LARGE) and attempt.hops:
            return registrable_domain(host_of(attempt.hops[-1].url)) or None
    return None


def _landed(store: Store, fresh: Fresh) -> str | None:
    if fresh.capture_id is None:
        return None
    try:
        return landed_on(store.load_capture(fresh.capture_id))
    except StoreError:  # deleted to make room, or damaged: then nobody knows
        return None

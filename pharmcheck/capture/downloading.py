"""Download one large file through the guarded door, into a folder of ours, so that an interruption costs little.

Only https, redirects included: whoever can change a register on its way can verify a site with it.  A failure is a
result here, as everywhere in this room.  What the file means is not known here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pharmcheck.capture.guard import (
    GuardedBackend,
    HandshakeFailed,
    NotConnected,
    Policy,
    Refused,
    Resolver,
    SystemResolver,
    Unresolved,
)
from pharmcheck.capture.partial import Partial, Version
from pharmcheck.capture.responses import Ended, RawHeaders, judge_status, redirect_target, values_of
from pharmcheck.capture.wire import Answer, Wire
from pharmcheck.model import FetchOutcome

_OK, _PARTIAL, _NOT_MODIFIED, _NO_SUCH_RANGE = 200, 206, 304, 416
_TRIES = 5  # of one download: whenever a connection broke but brought something, the rest is asked for
_JUST_MADE = timedelta(minutes=1)  # a file no older than the answer was made for us: its date is no date of the list
_LENGTH = re.compile(r"\d{1,15}")
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(?:\d{1,15}|\*)")
_HEADER_CHARS = 200  # of a header that we read
_BROKE_OFF = "The file broke off; what came of it is kept, and the next try goes on from there."


class DownloadState(StrEnum):
    """How a download ended."""

    WHOLE = "whole"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Download:
    """What came of it, in one sentence; the rest only of a whole file."""

    state: DownloadState
    detail: str
    version: Version | None = None
    changed_at: datetime | None = None  # the file's own date, as far as its server tells one


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """How large a file may be, how long it may take, and how long nothing may come."""

    max_bytes: int
    deadline_s: float = 6 * 3600.0
    stall_s: float = 60.0


class _StartOver(Exception):  # noqa: N818 - not an error
    """What we have of the file does not fit what the server has."""


async def download(
    url: str,
    target: Path,
    policy: Policy,
    limits: DownloadLimits,
    *,
    known: Version | None = None,
    resolver: Resolver | None = None,
) -> Download:
    """Bring `url` (canonical) to `target`, which appears whole or not at all.

    `known` is the version that we have already, so that the server may say that nothing has changed.  Raises OSError
    when the file cannot be written; BlockingIOError when another process is downloading it.
    """
    wire = Wire(policy, GuardedBackend(policy, resolver or SystemResolver()))
    try:
        with Partial(target) as partial:
            async with asyncio.timeout(limits.deadline_s):
                return await _Downloading(wire, policy, limits, partial, known).until_whole(url)
    except Ended as end:
        detail = end.detail
    except (Refused, Unresolved, NotConnected, HandshakeFailed) as error:
        detail = str(error)
    except TimeoutError:
        detail = "The file takes longer than we wait; what came of it is kept, and the next try goes on from there."
    finally:
        await wire.aclose()
    return Download(DownloadState.FAILED, detail)


@dataclass(slots=True)
class _Downloading:
    """One download, over as many requests as it takes."""

    wire: Wire
    policy: Policy
    limits: DownloadLimits
    partial: Partial
    known: Version | None

    async def until_whole(self, url: str) -> Download:
        for _ in range(_TRIES - 1):
            before = self.partial.size
            try:
                return await self._once(url)
            except _StartOver:
                self.partial.begin(None)
            except Ended:
                if self.partial.size <= before:
                    raise
        return await self._once(url)

    async def _once(self, url: str) -> Download:
        ours, at = self.partial.version, url
        going_on = ours is not None and ours.url == url and ours.validator is not None and self.partial.size > 0
        asked = [("Range", f"bytes={self.partial.size}-"), ("If-Range", (ours and ours.validator) or "")]
        if not going_on:
            asked = _if_changed(self.known) if self.known and self.known.url == url else []
        for _ in range(self.policy.max_redirects + 1):
            if not at.startswith("https:"):
                raise Ended(FetchOutcome.REFUSED_BY_US, "The file is not offered over https: anybody could change it.")
            async with self.wire.ask(at, self._headers(at, asked)) as answer:
                target = redirect_target(at, answer.status, answer.headers, self.policy)
                if target is None:
                    return await self._take(url, answer, going_on=going_on)
                at = target
        raise Ended(FetchOutcome.HTTP_ERROR, f"The site redirected more than {self.policy.max_redirects} times.")

    async def _take(self, url: str, answer: Answer, *, going_on: bool) -> Download:
        if answer.status == _NOT_MODIFIED and self.known is not None and not going_on:
            return Download(DownloadState.UNCHANGED, "The file has not changed since it was loaded.")
        if answer.status == _NO_SUCH_RANGE and going_on:
            raise _StartOver
        judge_status(answer.status, answer.headers, b"")
        if any(coding.lower() != "identity" for coding in values_of(answer.headers, b"content-encoding")):
            raise Ended(FetchOutcome.HTTP_ERROR, "The file is sent in a coding that we did not ask for.")
        if answer.status == _PARTIAL and going_on:
            begins = _RANGE.match(_first(answer.headers, b"content-range") or "")
            if begins is None or int(begins[1]) != self.partial.size:
                raise _StartOver
        elif answer.status == _OK:
            etag, modified = (_first(answer.headers, name) for name in (b"etag", b"last-modified"))
            self.partial.begin(Version(url, etag, modified))
        else:
            raise Ended(FetchOutcome.HTTP_ERROR, f"The site answered with status {answer.status}.")
        await self._receive(answer)
        version = self.partial.version
        self.partial.finish()
        return Download(DownloadState.WHOLE, "The file was downloaded.", version, _own_date(version, answer.headers))

    async def _receive(self, answer: Answer) -> None:
        length = _LENGTH.fullmatch(_first(answer.headers, b"content-length") or "")
        if length and self.partial.size + int(length[0]) > self.limits.max_bytes:
            raise self._too_large()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.limits.stall_s) as alarm:
                async for piece in answer.pieces():
                    alarm.reschedule(loop.time() + self.limits.stall_s)
                    if self.partial.size + len(piece) > self.limits.max_bytes:
                        raise self._too_large()
                    self.partial.write(piece)
        except TimeoutError:
            if not alarm.expired():
                raise
            raise Ended(FetchOutcome.TIMED_OUT, _BROKE_OFF) from None
        except Ended as end:
            if end.outcome is FetchOutcome.TOO_LARGE:
                raise
            raise Ended(end.outcome, _BROKE_OFF) from end

    def _too_large(self) -> Ended:
        self.partial.begin(None)  # no later try could end better
        return Ended(FetchOutcome.TOO_LARGE, f"The file is larger than {self.limits.max_bytes >> 20:,} MiB.")

    def _headers(self, url: str, asked: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
        headers = [
            ("Host", urlsplit(url).netloc),
            ("User-Agent", self.policy.user_agent),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),  # a range counts bytes as sent
            *asked,
        ]
        return [(name.encode(), value.encode("latin-1")) for name, value in headers]


def _if_changed(known: Version) -> list[tuple[str, str]]:
    said = (("If-None-Match", known.etag), ("If-Modified-Since", known.modified))
    return [(name, value) for name, value in said if value]


def _own_date(version: Version | None, headers: RawHeaders) -> datetime | None:
    changed = _moment(version.modified if version else None)
    answered = _moment(_first(headers, b"date"))
    return None if changed is None or answered is None or answered - changed < _JUST_MADE else changed


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _first(headers: RawHeaders, name: bytes) -> str | None:
    return next(
        (value for value in values_of(headers, name) if value.isprintable() and len(value) < _HEADER_CHARS), None
    )

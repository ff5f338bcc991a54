"""Do one check that was taken from the line: look, judge, keep, and say how it goes; recall what was kept.

The same for a consumer and a list, in the service's own process and in a worker: only who claims the row differs.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from pharmcheck.capture import Policy, Turns
from pharmcheck.check import check_site, judge
from pharmcheck.discretion import discreet
from pharmcheck.document import to_json, verdict_document
from pharmcheck.errors import PharmcheckError, StoreError
from pharmcheck.model import (
    Address,
    Attempt,
    Capture,
    Check,
    CheckState,
    FetchOutcome,
    Judgement,
    PageRole,
)
from pharmcheck.networks import known_things, site_traits
from pharmcheck.registers import RegisterLookup
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import CheckQueue, Events, Job, Networks, Store, StoredVerdict

OPTED_OUT = "The owner of this site asked that our service does not visit it."

_log = structlog.get_logger("pharmcheck.work")

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Done:
    """How a check went, for whoever measures.  Times in seconds; without an answer nothing was judged or kept."""

    interactive: bool
    outcome: str  # a category, `failed`, or `again` when the store did not take it
    waited_s: float  # from asking to beginning
    visit_s: float = 0.0
    judging_s: float = 0.0
    keeping_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every check needs; made once for a process."""

    store: Store
    ruleset: Ruleset
    policy: Policy
    registers: Callable[[], RegisterLookup]  # as they are now: a sync may have replaced one since the last check
    clock: Callable[[], datetime]
    gate: Turns | None = None  # shared by all visits of one event loop
    on_done: Callable[[Done], None] = lambda _: None


async def do_check(job: Job, place: Workplace, *, tell: bool = True) -> CheckState:
    """Do a claimed check to its end and keep the answer.  Only cancellation gets out.

    A site that cannot be read is an answer; a fault of ours ends the check as failed, with a code and no details.  A
    store that is away ends nothing: the row stays ours until its lease runs out, and is done again.
    """
    log = _log.bind(check=job.id, domain=job.address.registrable_domain, attempt=job.attempt)
    log.info("check.started")
    begun = place.clock()
    waited_s = (begun - job.created_at).total_seconds()
    try:
        async with _telling(place, job.id, tell=tell) as say:
            say("state", state=CheckState.RUNNING.value, attempt=job.attempt)
            capture, judgement = await _answer(job, place, say)
            judged = place.clock()
            await asyncio.to_thread(
                keep, place.store, capture, judgement, place.ruleset,
                check_id=job.id, created_at=job.created_at, decided_at=judged, batch_id=job.batch_id,
            )  # fmt: skip
            category = judgement.verdict.category.value
            say("state", state=CheckState.DONE.value, category=category)
    except asyncio.CancelledError:
        raise
    except StoreError as error:
        log.error("check.unkept", reason=str(error))  # noqa: TRY400 - the sentence says it
        place.on_done(Done(tell, "again", waited_s))
        return CheckState.RUNNING
    except Exception as error:  # noqa: BLE001 - one site's mishap must not take the others down
        code = error.code if isinstance(error, PharmcheckError) else PharmcheckError.code
        # No message and no traceback: either may carry words of the page.
        log.error("check.failed", code=code, kind=type(error).__name__, where=_where(error))  # noqa: TRY400
        place.on_done(Done(tell, "failed", waited_s))
        with suppress(StoreError):  # then the lease runs out, and the reaper ends it
            await asyncio.to_thread(give_up, place.store, job.id, code, place.clock())
        return CheckState.FAILED
    visit_s = (capture.finished_at - capture.started_at).total_seconds()
    judging_s = (judged - begun).total_seconds() - visit_s
    place.on_done(Done(tell, category, waited_s, visit_s, judging_s, (place.clock() - judged).total_seconds()))
    log.info("check.done", category=category)
    return CheckState.DONE


def keep(
    store: Store,
    capture: Capture,
    judgement: Judgement,
    ruleset: Ruleset,
    *,
    check_id: str,
    created_at: datetime,
    decided_at: datetime,
    batch_id: str | None = None,
) -> None:
    """Store a finished check with all that belongs to it, fit to be shown to anybody.  Raises StoreError."""
    judgement = discreet(judgement)
    verdict = judgement.verdict
    check = Check(
        id=check_id,
        address=verdict.address,
        capture_id=verdict.capture_id,
        verdict=verdict,
        state=CheckState.DONE,
        error_code=None,
        batch_id=batch_id,
        created_at=created_at,
        decided_at=decided_at,
        valid_until=verdict.valid_until,
    )
    store.save(check, capture, judgement, to_json(verdict_document(verdict, ruleset)))
    # Afterwards and apart: who is behind a site is no part of what is said of it.
    traits = site_traits(capture, judgement.readings, known_things(ruleset))
    Networks(store).note(verdict.address.registrable_domain, verdict.category, traits, decided_at)


def recall(
    store: Store,
    address: Address,
    destination: str | None,
    ruleset: Ruleset,
    registers: Callable[[], RegisterLookup],
    now: datetime,
) -> StoredVerdict | None:
    """The stored verdict that still answers for a site: complete, not expired, by these rules and today's registers.

    Other registers than it was made by may say more, or less.  Raises StoreError.
    """
    found = store.latest(address.registrable_domain, address.host, destination)
    if found is None or not found.complete or found.ruleset != ruleset.version or found.valid_until <= now:
        return None
    loaded = {(state.name, state.as_of and state.as_of.isoformat()) for state in registers().snapshots()}
    rested = {(state["name"], state["snapshot_date"]) for state in json.loads(found.document)["registers"]}
    return found if loaded == rested else None


def give_up(store: Store, check_id: str, code: str, now: datetime) -> None:
    """End a check without an answer, and say so to whoever listens."""
    if CheckQueue(store).fail(check_id, code, now):
        Events(store).add(check_id, [("state", {"state": CheckState.FAILED.value, "error_code": code})], now)


def unvisited(address: Address, outcome: FetchOutcome, detail: str, now: datetime) -> Capture:
    """A capture of nothing: what registers and lists say about a site that was not, or not yet, looked at."""
    attempt = Attempt(address.url, PageRole.HOME, outcome, detail, (), 0)
    return Capture(address, (attempt,), (), (), now, now)


async def _answer(job: Job, place: Workplace, say: Callable[..., None]) -> tuple[Capture, Judgement]:
    registers = await asyncio.to_thread(place.registers)
    if await asyncio.to_thread(CheckQueue(place.store).opted_out, job.address.registrable_domain):
        capture = unvisited(job.address, FetchOutcome.ROBOTS, OPTED_OUT, place.clock())
        return capture, judge(
            capture, place.ruleset, registers=registers, destination=job.destination, now=place.clock()
        )
    pages = 0

    def on_attempt(attempt: Attempt) -> None:
        nonlocal pages
        pages += attempt.outcome is FetchOutcome.FETCHED
        say("page", role=attempt.role.value, outcome=attempt.outcome.value, pages=pages)

    return await check_site(
        job.address,
        place.ruleset,
        place.policy,
        registers=registers,
        destination=job.destination,
        now=place.clock,
        on_attempt=on_attempt,
        gate=place.gate,
    )


def _where(error: BaseException) -> str:
    """File and line of ours where it went wrong."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


@asynccontextmanager
async def _telling(place: Workplace, check_id: str, *, tell: bool) -> AsyncIterator[Callable[..., None]]:
    """Notes steps in order and beside the work: nobody's visit waits for our disk."""
    steps: asyncio.Queue[Step | None] = asyncio.Queue()
    events = Events(place.store)

    async def write() -> None:
        over = False
        while not over:
            found = [await steps.get()]
            while not steps.empty():
                found.append(steps.get_nowait())
            over = None in found
            told = [step for step in found if step is not None]
            if told and tell:
                await asyncio.to_thread(events.add, check_id, told, place.clock())

    writer = asyncio.create_task(write())
    try:
        yield lambda kind, **data: steps.put_nowait((kind, data))
    finally:
        steps.put_nowait(None)
        await asyncio.gather(writer, return_exceptions=True)  # progress that cannot be noted is no reason to fail

"""The story: address → capture → readings → findings → verdict.  Called by everyone alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pharmcheck.capture import Policy, Turns, capture_id, capture_site
from pharmcheck.coverage import look_back
from pharmcheck.findings import find
from pharmcheck.model import Address, Attempt, Capture, Judgement, RegisterState
from pharmcheck.registers import EMPTY_REGISTERS, RegisterLookup
from pharmcheck.ruleset import Ruleset
from pharmcheck.standing import gather
from pharmcheck.verdict import Circumstances, decide


async def check_site(
    address: Address,
    ruleset: Ruleset,
    policy: Policy,
    *,
    registers: RegisterLookup = EMPTY_REGISTERS,
    destination: str | None = None,
    now: Callable[[], datetime],
    on_attempt: Callable[[Attempt], None] | None = None,
    gate: Turns | None = None,
) -> tuple[Capture, Judgement]:
    """Visit a site and judge what was seen.

    A site that cannot be read is a verdict with a reason, not an error.  Share `gate` between visits of one event loop.
    Judging takes a thread of its own, so that the loop goes on serving other visits' deadlines.
    """
    policy = replace(policy, page_to_read=ruleset.vocabulary.issuers.page_to_read)
    capture = await capture_site(address, policy, now=now, on_attempt=on_attempt, gate=gate)
    judgement = await asyncio.to_thread(
        judge, capture, ruleset, registers=registers, destination=destination, now=now()
    )
    return capture, judgement


def judge(
    capture: Capture,
    ruleset: Ruleset,
    *,
    registers: RegisterLookup = EMPTY_REGISTERS,
    destination: str | None = None,
    now: datetime,
) -> Judgement:
    """Judge a capture.  Pure: the same capture, rules, registers and time give the same verdict, byte for byte.

    The verdict is dated by the visit, not by `now`; `now` only decides what has become stale.
    """
    today = now.date()
    findings, readings = find(capture, ruleset, registers=registers, destination=destination, today=today)
    standing = gather(capture, readings, findings, ruleset, registers, destination=destination, today=today)
    around = Circumstances(
        address=capture.address,
        coverage=look_back(capture, readings, ruleset.lexicon.languages),
        standing=standing,
        registers=tuple(RegisterState(snapshot.name, snapshot.as_of) for snapshot in registers.snapshots()),
        destination=destination,
        checked_at=capture.finished_at,
        now=now,
        capture_id=capture_id(capture),
    )
    return Judgement(decide(findings, ruleset, around), findings, readings)

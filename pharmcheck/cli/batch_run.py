"""One run of a list by the runner in this process, over rows of the store: whatever ends it, the rows know the rest.

Nothing about how far it is stands anywhere but in the rows: the same file and data folder find them again.
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pharmcheck.capture import Gate, Policy
from pharmcheck.cli.batch_intake import refuse_public_names, tell_intake
from pharmcheck.cli.batch_results import write_results
from pharmcheck.cli.check import FailOn, exit_code
from pharmcheck.cli.screen import BatchProgress, say
from pharmcheck.cli.serve import dispatch
from pharmcheck.errors import UsageError
from pharmcheck.intake import Entry, IntakeList, Kind
from pharmcheck.lists import hand_in
from pharmcheck.logs import log_nothing
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace, Shift
from pharmcheck.store import Batch, Batches, CheckQueue, Drafts, QueueName, Store, release_dead
from pharmcheck.workplaces import workplace

OWNER = "local"
"""Whose lists these are: no API key has this id, so no key sees them."""

INTERRUPTED = 130
MOST_WOKEN = 500
"""Sites that workers elsewhere are told of at once; their shifts and their sweep find the others."""
STALLED_AFTER_S = 180.0
"""Without a single answer for so long somebody is told: three visits at their deadline in a row, everywhere."""
_LOOK_S, _MOST_LOOK_S = 0.3, 3.0  # between two looks at how far it is
_LOOKS_SHARE = 20  # where a look itself takes long, it is one part in so many of the time


@dataclass(frozen=True, slots=True)
class Run:
    """What somebody wants done."""

    settings: Settings
    policy: Policy
    handed: IntakeList
    name: str
    destination: str | None
    out: list[Path]
    fresh: bool
    at_once: int
    fail_on: FailOn


def run_list(wanted: Run) -> int:
    """Run a list to its end and write the results; returns the exit code."""
    log_nothing()
    special = wanted.policy.resolve or wanted.policy.allowed_networks or wanted.policy.ca_file
    if special and wanted.settings.broker_url is not None:
        raise UsageError("Workers elsewhere know nothing of --resolve and its kin; unset PHARMCHECK_BROKER_URL.")
    with Store.open(wanted.settings) as store:
        batch = _find_or_begin(store, wanted)
        interrupted = False
        if batch.state != "done":
            try:
                asyncio.run(_work(store, wanted, batch.id))
            except KeyboardInterrupt:
                interrupted = True
        batch = _get(store, batch.id)
        write_results(store, batch, wanted.out)
        if interrupted:
            others = " Workers go on with it." if wanted.settings.broker_url is not None else ""
            say(f"Interrupted; {batch.done:,} of {batch.total:,} sites are done.{others} The same command goes on from"
                f" here; `pharmcheck batch cancel {batch.id}` calls it off.")  # fmt: skip
            return INTERRUPTED
        return _tell_end(store, batch, wanted.fail_on)


def _find_or_begin(store: Store, wanted: Run) -> Batch:
    """The run of this very file that is not over, the one that is, or a new one."""
    batches = Batches(store)
    if not wanted.fresh:
        for found in batches.of_upload(OWNER, wanted.handed.sha256, wanted.destination):
            if found.cancelled_at is not None:
                continue
            if found.state == "done":
                say(f"This file was run on {found.created_at:%Y-%m-%d}; its results are written again."
                    " --fresh looks at the sites again.")  # fmt: skip
                return found
            say(f"Going on with run {found.id}: {found.done:,} of {found.total:,} sites are done.")
            return found
    counts: Counter[Kind] = Counter()

    def checked(entry: Entry) -> None:
        refuse_public_names(wanted.policy, entry)
        counts[entry.kind] += 1

    now = datetime.now(UTC)
    identifier = hand_in(store, wanted.handed, OWNER, wanted.destination, wanted.name, now, on_entry=checked)
    tell_intake(wanted.handed, counts)
    say(f"Run {identifier} begins.")
    return _get(store, identifier)


async def _work(store: Store, wanted: Run, identifier: str) -> None:
    """Put in line what is not there yet, have it all done, and show how far it is."""
    place = workplace(store, load_ruleset(), wanted.policy, Gate(time.monotonic))
    gc.freeze()  # the rules stay: the collector need not look through them again for every site
    await asyncio.to_thread(Drafts(store).start, identifier, place.clock())
    if wanted.settings.broker_url is not None:
        with ExitStack() as stack:
            way = dispatch(wanted.settings, stack, demo=False)
            if way is not None:
                way.wake(QueueName.BATCH, Batches(store).unfinished(identifier, MOST_WOKEN))
            await _watch(store, identifier, None)
        return
    await asyncio.to_thread(release_dead, store, identifier, platform.node()[:32], _alive)
    pace, queue = Pace(lease_s=wanted.settings.lease_s), CheckQueue(store, only_batch=identifier)
    shift = Shift(place, wanted.at_once, pace, [QueueName.BATCH], queue=queue)
    working = asyncio.create_task(shift.work(wait=True))
    try:
        await _watch(store, identifier, working)
    finally:
        shift.stop()
        await working


async def _watch(store: Store, identifier: str, working: asyncio.Task[None] | None) -> None:
    """Show how far it is until it is done, by us or by workers elsewhere."""
    batches = Batches(store)
    with BatchProgress() as progress:
        last, since, told = -1, time.monotonic(), False
        while working is None or not working.done():
            before = time.monotonic()
            states = await asyncio.to_thread(batches.states, identifier)
            waiting = states.get("queued", 0) + states.get("running", 0)
            total = sum(states.values())
            progress.show(total - waiting, total)
            now = time.monotonic()
            if total - waiting != last:
                last, since, told = total - waiting, now, False
            elif now - since > STALLED_AFTER_S and not told:
                told = True
                what = "is this machine online" if working is not None else "does any worker run"
                progress.say(f"Nothing has come back for three minutes; {what}?")
            if not waiting:
                return
            pause = max(_LOOK_S, _LOOKS_SHARE * (now - before))
            pause = min(_MOST_LOOK_S, pause)
            if working is None:
                await asyncio.sleep(pause)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(working), pause)


def _tell_end(store: Store, batch: Batch, fail_on: FailOn) -> int:
    counts = Batches(store).categories(batch.id, datetime.now(UTC))
    words = ", ".join(f"{count:,} {category.replace('_', ' ')}" for category, count in sorted(counts.items()))
    failed = batch.states.get("failed", 0)
    say(f"{batch.done:,} sites: {words or 'no answers'}{f', {failed:,} failed on our side' if failed else ''}.")
    return exit_code({Category(name) for name in counts}, fail_on, refused=False, ours=bool(failed))


def _get(store: Store, identifier: str) -> Batch:
    found = Batches(store).get(identifier)
    if found is None:
        raise RuntimeError("a list that was kept a moment ago is gone")
    return found


def _alive(process: int) -> bool:
    """Whether a process of this machine still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True

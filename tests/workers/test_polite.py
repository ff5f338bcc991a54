"""Good manners of several processes together, on a real Redis."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from pharmcheck import redis_keys
from tests.services.valkey import ValkeyServer
from tests.yardstick import PATIENCE_S, ROOT
from workers.polite import SharedGate

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("workers")]

_VISITOR = """
import asyncio, json, sys, time
from workers.polite import SharedGate

async def visit(gate, place, times, seen):
    for _ in range(times):
        async with gate.turn({place: 0.1, "127.0.0.9": 0.05}):
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            seen.append((begun, time.monotonic()))

async def main():
    gate, seen = SharedGate(sys.argv[1], longest_s=30), []
    await asyncio.gather(*(visit(gate, "shop.example", 5, seen) for _ in range(2)))
    await gate.aclose()
    print(json.dumps(seen))

asyncio.run(main())
"""


def test_two_processes_together_are_as_polite_as_one(broker_url: str) -> None:
    """Ten turns each at one place: never two at once, never two starts within the pause, whoever begins."""
    visitors = [
        subprocess.Popen([sys.executable, "-c", _VISITOR, broker_url], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    turns = sorted(tuple(turn) for visitor in visitors for turn in json.loads(visitor.communicate(None, PATIENCE_S)[0]))

    assert len(turns) == 20
    assert [one for one, other in pairwise(turns) if other[0] < one[1]] == []  # monotonic: one clock for all processes
    # By the clock of Redis, in whole milliseconds, and our own noting it comes a moment later.
    starts = [other[0] - one[0] for one, other in pairwise(turns)]
    assert sum(starts) >= 19 * 0.1 - 0.01


async def test_two_places_of_one_machine_share_its_patience(broker_url: str) -> None:
    """The machine's address is a place like any other; a third shop elsewhere is not held up."""
    first, second = SharedGate(broker_url, longest_s=30), SharedGate(broker_url, longest_s=30)
    inside = asyncio.Event()

    async def other(place: str, machine: str) -> None:
        async with second.turn({place: 0.001, machine: 0.001}):
            inside.set()

    async with first.turn({"one.example": 0.001, "192.0.2.1": 0.001}):
        held_up = asyncio.create_task(other("two.example", "192.0.2.1"))
        await other("three.example", "192.0.2.2")
        assert inside.is_set()
        inside.clear()
        assert not held_up.done()
    await held_up
    assert inside.is_set()
    await asyncio.gather(first.aclose(), second.aclose())


async def test_what_a_killed_process_holds_goes_by_itself(broker_url: str) -> None:
    """A place is not lost with whoever was there."""
    killed = SharedGate(broker_url, longest_s=0.2)
    await killed._take({"shop.example": 0.001})
    other = SharedGate(broker_url, longest_s=30)
    async with asyncio.timeout(PATIENCE_S), other.turn({"shop.example": 0.001}):
        pass
    await asyncio.gather(killed.aclose(), other.aclose())


async def test_who_is_called_off_while_waiting_leaves_nothing_behind(
    broker_url: str, valkey_server: ValkeyServer
) -> None:
    """A cancelled visit holds no place, whether it had its turn already or not."""
    gate = SharedGate(broker_url, longest_s=30)

    async def visit() -> None:
        async with gate.turn({"shop.example": 0.001}):
            await asyncio.Event().wait()

    task = asyncio.create_task(visit())
    with valkey_server.client() as client:
        while not client.exists(redis_keys.turn_held("shop.example")):  # noqa: ASYNC110 - it is Redis that knows
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not client.exists(redis_keys.turn_held("shop.example"))
    await gate.aclose()


async def test_without_redis_nobody_begins_and_the_shift_is_told(
    own_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not impolite: no turn is given.  Not for ever: whoever does the work hears of it and can give it back."""
    monkeypatch.setattr("workers.polite._PATIENCE_S", 0.2)
    lost = asyncio.Event()
    gate = SharedGate(own_valkey.url, longest_s=30, on_lost=lost.set)
    async with gate.turn({"shop.example": 0.001}):
        own_valkey.stop(crash=True)

    async def visit() -> None:
        async with gate.turn({"shop.example": 0.001}):
            pass

    visiting = asyncio.create_task(visit())
    await asyncio.wait_for(lost.wait(), PATIENCE_S)
    assert not visiting.done()

    own_valkey.start()
    await asyncio.wait_for(visiting, PATIENCE_S)
    await gate.aclose()


async def test_a_short_absence_of_redis_is_waited_out(own_valkey: ValkeyServer) -> None:
    """A restart costs a moment and no check."""
    gate = SharedGate(own_valkey.url, longest_s=30, on_lost=lambda: pytest.fail("gave up"))
    for _ in range(2):
        async with gate.turn({"shop.example": 0.001}):
            own_valkey.restart(crash=True)
    await gate.aclose()


async def test_loopback_needs_no_redis(own_valkey: ValkeyServer) -> None:
    """Where nobody wants a pause, one process alone keeps order."""
    own_valkey.stop()
    gate = SharedGate(own_valkey.url, longest_s=30)
    begun = time.monotonic()
    async with asyncio.timeout(PATIENCE_S), gate.turn({"localhost": 0.0}):
        assert time.monotonic() - begun < PATIENCE_S
    await gate.aclose()

"""Good manners towards sites and the machines they live on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pharmcheck.capture import polite
from pharmcheck.capture.polite import Gate
from tests.yardstick import PATIENCE_S


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def _take(gate: Gate, **pauses: float) -> None:
    async with gate.turn(pauses):
        pass


def test_requests_to_one_place_are_spaced(run: Callable[..., Any], clock: Clock) -> None:
    """The second request waits for what is left of the pause; another place does not wait."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        await _take(gate, a=1.0)
        clock.now += 0.25
        await _take(gate, b=1.0)
        await _take(gate, a=1.0)

    run(go())
    assert clock.slept == [0.75]


def test_two_shops_on_one_machine_share_its_patience(run: Callable[..., Any], clock: Clock) -> None:
    """Another site at the same address waits as if it were the same site."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        await _take(gate, shop=1.0, machine=1.0)
        await _take(gate, other=1.0, machine=1.0)

    run(go())
    assert clock.slept == [1.0]


def test_a_site_that_wants_more_time_gets_it_alone(run: Callable[..., Any], clock: Clock) -> None:
    """Each place has a pause of its own: the slow site waits ten seconds, its neighbour one."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        await _take(gate, slow=10.0, machine=1.0)
        await _take(gate, quick=1.0, machine=1.0)
        await _take(gate, slow=10.0, machine=1.0)

    run(go())
    assert clock.slept == [1.0, 9.0]


def test_a_place_without_a_pause_is_never_waited_for(run: Callable[..., Any], clock: Clock) -> None:
    """Loopback needs no manners, only one request at a time."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        for _ in range(3):
            await _take(gate, a=0.0)

    run(go())
    assert clock.slept == []


def test_only_one_request_at_a_time_is_at_a_place(run: Callable[..., Any], clock: Clock) -> None:
    """Visits that share a site or a machine take turns; the others run beside them."""
    inside: list[str] = []
    together: set[tuple[str, ...]] = set()

    async def visit(gate: Gate, site: str, machine: str) -> None:
        async with gate.turn({site: 0.0, machine: 0.0}):
            inside.append(site)
            together.add(tuple(sorted(inside)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            inside.remove(site)

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        pairs = [("a", "x"), ("b", "x"), ("a", "x"), ("c", "y")]
        await asyncio.gather(*(visit(gate, *pair) for pair in pairs * 5))

    run(go())
    assert ("a", "b") not in together
    assert ("a", "a") not in together
    assert any("c" in names and len(names) > 1 for names in together)


def test_nobody_waits_in_a_circle(run: Callable[..., Any], clock: Clock) -> None:
    """However the places are named and ordered, everybody comes to an end."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        names = ["a", "b", "c"]

        async def visit(first: str, second: str) -> None:
            async with gate.turn({first: 0.0, second: 0.0}):
                await asyncio.sleep(0)

        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(visit(one, two) for one in names for two in names for _ in range(20)))

    run(go())


def test_somebody_who_gives_up_leaves_the_place_free(run: Callable[..., Any], clock: Clock) -> None:
    """A visit cancelled while it waits holds nothing, and its turn does not count as a request."""

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        async with gate.turn({"a": 1.0, "x": 1.0}):
            waiting = asyncio.create_task(_take(gate, a=1.0, b=1.0))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        clock.now += 1.0
        await _take(gate, a=1.0, b=1.0)
        assert {name: place.users for name, place in gate._places.items()} == {"a": 0, "b": 0, "x": 0}

    run(go())
    assert clock.slept == []


def test_idle_places_are_forgotten_and_busy_ones_are_not(
    run: Callable[..., Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of many sites does not grow memory for ever, and forgets neither who is there nor who was just left."""
    monkeypatch.setattr(polite, "_FORGET_ABOVE", 100)

    async def go() -> None:
        gate = Gate(clock, clock.sleep)
        for n in range(1000):
            clock.now += 0.5
            await _take(gate, **{f"site-{n}": 1.0})
        assert len(gate._places) == 100
        async with gate.turn({"busy": 1.0}):
            clock.now += 100
            for n in range(300):
                clock.now += 0.5
                await _take(gate, **{f"later-{n}": 1.0})
            assert "busy" in gate._places
        clock.now += 0.5
        for n in range(300):  # all at once: each was left less than its pause ago
            await _take(gate, **{f"now-{n}": 1.0})
        assert sum(name.startswith("now-") for name in gate._places) == 300

    run(go())

"""The runner: waiting checks are done, each exactly once, also when it is killed in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pharmcheck.address import parse_address
from pharmcheck.capture import Gate
from pharmcheck.demo import policy_for, sample_registers, start_street
from pharmcheck.demo.street import Street
from pharmcheck.model import CheckState
from pharmcheck.ruleset import Ruleset
from pharmcheck.runner import Runner
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace
from pharmcheck.store import CheckQueue, NewCheck, QueueName, Store, new_check_id
from pharmcheck.work import OPTED_OUT, Workplace

pytestmark = pytest.mark.anyio
HOSTS = {"pillswift.example", "harbourpharmacy.example", "medicine-facts.example"}


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with start_street(HOSTS) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


def workplace(store: Store, ruleset: Ruleset, street: Street) -> Workplace:
    registers = sample_registers(datetime.now(UTC).date())
    return Workplace(store, ruleset, policy_for(street), lambda: registers, lambda: datetime.now(UTC),
                     Gate(time.monotonic))  # fmt: skip


def submit(store: Store, place: Workplace, *hosts: str) -> dict[str, str]:
    """Host → id of a waiting check."""
    policy = place.policy
    checks = {
        host: NewCheck(new_check_id(), parse_address(host, admitted_hosts=policy.admitted_hosts)) for host in hosts
    }
    CheckQueue(store).submit(checks.values(), QueueName.INTERACTIVE, datetime.now(UTC))
    return {host: check.id for host, check in checks.items()}


async def finish(runner: Runner, store: Store, ids: list[str]) -> None:
    """Run until every check has ended."""
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(120):
        while any(_state(store, check_id) in (CheckState.QUEUED, CheckState.RUNNING) for check_id in ids):
            runner.wake()
            await asyncio.sleep(0.02)
    runner.stop()
    await running


def _state(store: Store, check_id: str) -> CheckState:
    found = store.get_check(check_id)
    assert found is not None
    return found.state


async def test_waiting_checks_get_the_verdicts_that_they_deserve(
    store: Store, ruleset: Ruleset, street: Street
) -> None:
    """The same check as everywhere: by rows instead of arguments."""
    place = workplace(store, ruleset, street)
    ids = submit(store, place, *sorted(HOSTS))
    await finish(Runner(place, at_once=3), store, list(ids.values()))

    found = {host: store.get_check(check_id) for host, check_id in ids.items()}
    assert {host: check.verdict.category for host, check in found.items() if check and check.verdict} == {
        "pillswift.example": "danger",
        "harbourpharmacy.example": "verified",
        "medicine-facts.example": "not_a_pharmacy",
    }


async def test_a_site_whose_owner_opted_out_is_not_visited_and_registers_still_answer(
    store: Store, ruleset: Ruleset, street: Street
) -> None:
    """No connection; a listed pharmacy stays verified, another could not be checked, saying why."""
    place = workplace(store, ruleset, street)
    queue = CheckQueue(store)
    for host in ("pillswift.example", "harbourpharmacy.example"):
        queue.opt_out(host, "asked", datetime.now(UTC))
    ids = submit(store, place, "pillswift.example", "harbourpharmacy.example")
    await finish(Runner(place, at_once=2), store, list(ids.values()))

    listed, other = (store.get_check(ids[host]) for host in ("harbourpharmacy.example", "pillswift.example"))
    assert listed is not None
    assert other is not None
    assert listed.verdict is not None
    assert other.verdict is not None
    assert listed.verdict.category == "verified"
    assert other.verdict.category == "could_not_check"
    assert OPTED_OUT in other.verdict.document
    assert other.capture_id is not None
    assert store.load_capture(other.capture_id).pages == ()


async def test_a_fault_of_ours_ends_one_check_and_no_other(
    store: Store, ruleset: Ruleset, street: Street, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Failed with a code; the log names the place and holds no word of the page; the next check is done."""
    place = workplace(store, ruleset, street)
    from pharmcheck import work

    real = work.check_site

    async def sometimes(address, *args, **kwargs):
        if address.host == "pillswift.example":
            raise RuntimeError("words of a page: buy now")
        return await real(address, *args, **kwargs)

    monkeypatch.setattr(work, "check_site", sometimes)
    ids = submit(store, place, "pillswift.example", "medicine-facts.example")
    await finish(Runner(place, at_once=2), store, list(ids.values()))

    failed = store.get_check(ids["pillswift.example"])
    assert failed is not None
    assert (failed.state, failed.error_code) == (CheckState.FAILED, "internal")
    assert _state(store, ids["medicine-facts.example"]) is CheckState.DONE
    told = "".join(capsys.readouterr())
    assert "check.failed" in told
    assert "buy now" not in told


async def test_an_orderly_stop_gives_back_what_is_not_done(
    store: Store, ruleset: Ruleset, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back in line, uncounted, for the next runner."""
    place = workplace(store, ruleset, street)
    (check_id,) = submit(store, place, "pillswift.example").values()
    begun = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("pharmcheck.work.check_site", never)
    runner = Runner(place, at_once=1, pace=Pace(grace_s=0.0))
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(begun.wait(), 30)
    runner.stop()
    await running

    assert _state(store, check_id) is CheckState.QUEUED
    (job,) = CheckQueue(store).claim(QueueName.INTERACTIVE, 1, "next", datetime.now(UTC), timedelta(seconds=9))
    assert job.attempt == 1


_RUN = """
import asyncio, json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from ipaddress import ip_network
from pharmcheck.runner import Runner
from pharmcheck.shift import Pace
from pharmcheck.capture import Gate, Policy
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Store
from pharmcheck.work import Workplace

told = json.loads(sys.argv[1])
places = MappingProxyType({(host, port): (address, at) for host, port, address, at in told["places"]})
policy = Policy(resolve=places, allowed_networks=(ip_network("127.0.0.0/8"),), ca_file=told["ca"],
                min_interval_s=0.0, page_budget=1)
with Store.open(Settings(data_dir=Path(told["data"]))) as store:
    place = Workplace(store, load_ruleset(), policy, lambda: EMPTY_REGISTERS, lambda: datetime.now(UTC),
                      Gate(time.monotonic))
    asyncio.run(Runner(place, 4, pace=Pace(lease_s=3.0)).run())
"""


async def test_a_killed_runner_loses_and_doubles_nothing(store: Store, ruleset: Ruleset, street: Street) -> None:
    """SIGKILL in the middle of 100 checks, three times: started again, each check ends exactly once."""
    place = workplace(store, ruleset, street)
    policy = place.policy
    hosts = sorted(HOSTS)
    checks = [
        NewCheck(new_check_id(), parse_address(hosts[n % 3], admitted_hosts=policy.admitted_hosts)) for n in range(100)
    ]
    CheckQueue(store).submit(checks, QueueName.INTERACTIVE, datetime.now(UTC))
    told = {
        "places": [[host, port, *where] for (host, port), where in street.places.items()],
        "ca": str(street.ca_pem),
        "data": str(store._folder),
    }

    def begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", _RUN, json.dumps(told)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"})  # fmt: skip

    def done() -> int:
        return sum(_state(store, check.id) is CheckState.DONE for check in checks)

    for target in (10, 40, 70):
        process = begin()
        async with asyncio.timeout(180):
            while done() < target:
                assert process.poll() is None
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert done() < 100
    process = begin()
    try:
        async with asyncio.timeout(180):
            while done() < 100:
                assert process.poll() is None
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    verdicts = [verdict.check_id for verdict in store.verdicts()]
    assert sorted(verdicts) == sorted(check.id for check in checks)


async def test_a_chore_that_failed_is_done_again_and_ends_with_the_service(
    store: Store, ruleset: Ruleset, street: Street
) -> None:
    """In a thread or in the event loop; one under way is called off."""
    done, threads, called_off = asyncio.Event(), [0], []

    def in_a_thread() -> None:
        threads[0] += 1
        raise ValueError("words of a page")

    async def in_the_loop() -> None:
        if threads[0] > 1:
            done.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                called_off.append(True)
                raise

    runner = Runner(workplace(store, ruleset, street), 1, [(0.001, in_a_thread), (0.001, in_the_loop)])
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(120):
        await done.wait()
        runner.stop()
        await running
    assert called_off == [True]

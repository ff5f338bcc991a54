"""The settings of Celery: they follow from ours, and agree with each other whatever ours are."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.broker import CHECK, REGISTERS, SYNC, Dispatcher
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace
from pharmcheck.store import QueueName
from pharmcheck.watch import look_every_s, looks_at_once
from tests.yardstick import ROOT
from workers import tasks
from workers.app import app
from workers.config import configuration

BROKER = "redis://127.0.0.1:1/0"


@given(
    shift_s=st.floats(1, 3600), visit_deadline_s=st.floats(0.1, 3600), lease_s=st.floats(1, 3600),
    rechecks_per_hour=st.integers(1, 100_000),
)  # fmt: skip
def test_limits_hold_against_each_other(
    shift_s: float, visit_deadline_s: float, lease_s: float, rechecks_per_hour: int
) -> None:
    """A shift ends before it is asked to, is asked before it is killed, and is killed before its message is resent."""
    settings = Settings(
        broker_url=BROKER, shift_s=shift_s, visit_deadline_s=visit_deadline_s, lease_s=lease_s,
        rechecks_per_hour=rechecks_per_hour,
    )  # fmt: skip
    made = configuration(settings)
    resent = made["broker_transport_options"]["visibility_timeout"]
    for limits in made["task_annotations"].values():
        assert limits["soft_time_limit"] < limits["time_limit"] < resent
    assert shift_s + visit_deadline_s + 60 < made["task_annotations"][CHECK]["soft_time_limit"]
    assert Pace(lease_s=lease_s).renew_s <= lease_s / 6

    every = look_every_s(settings)
    assert every >= 60
    assert looks_at_once(settings) * 3600 / every == pytest.approx(rechecks_per_hour, rel=0.5)


def test_everything_that_is_scheduled_is_a_task_and_goes_into_a_line_that_is_served() -> None:
    """A mistyped name would be noticed by nobody for weeks."""
    made = configuration(Settings(broker_url=BROKER))
    lines = {*QueueName, REGISTERS}
    names = {name for name in vars(tasks).values() if type(name) is str and name.startswith("pharmcheck.")}

    assert {entry["task"] for entry in made["beat_schedule"].values()} | {CHECK} == names
    assert {entry["options"]["queue"] for entry in made["beat_schedule"].values()} == lines
    assert {queue.name for queue in made["task_queues"]} == lines
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in made["beat_schedule"].values())


def test_what_nobody_wants_is_not_scheduled() -> None:
    """Neither looking again nor fetching registers."""
    made = configuration(Settings(broker_url=BROKER, rechecks_per_hour=0, sync_registers=False))
    assert {entry["task"] for entry in made["beat_schedule"].values()}.isdisjoint({"pharmcheck.recheck", SYNC})


def test_a_broker_cannot_command_a_worker() -> None:
    """JSON only, and no remote control: who writes to the broker can wake workers, and nothing else."""
    made = configuration(Settings(broker_url=BROKER))
    assert made["accept_content"] == ["json"]
    assert made["worker_enable_remote_control"] is False
    assert made["task_create_missing_queues"] is False


def test_a_worker_knows_no_task_but_ours() -> None:
    """Celery brings tasks that run tasks: nobody needs to be able to ask for them."""
    app.finalize()
    assert {name.partition(".")[0] for name in app.tasks} == {"pharmcheck"}


def test_the_one_who_sends_and_those_who_read_agree_on_the_way(broker_url: str) -> None:
    """The same prefix of keys, or messages would arrive nowhere."""
    settings = Settings(broker_url=broker_url)
    dispatcher = Dispatcher(settings)
    dispatcher.close()
    there, here = dispatcher._app.conf, configuration(settings)
    for name in ("broker_url", "task_serializer", "task_protocol", "task_queues"):
        assert there[name] == here[name]
    prefix = "global_keyprefix"
    assert there["broker_transport_options"][prefix] == here["broker_transport_options"][prefix]


@pytest.mark.parametrize("url", [None, "amqp://user:hush-hush@127.0.0.1/"])
def test_a_worker_without_a_broker_ends_with_a_sentence(url: str | None, tmp_path) -> None:
    """No traceback, and no password."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)} | ({"PHARMCHECK_BROKER_URL": url} if url else {})
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "workers.app", "worker"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "PHARMCHECK_BROKER_URL" in said
    assert "Traceback" not in said
    assert "hush" not in said


def test_loading_the_workers_reads_nothing_and_reaches_nobody() -> None:
    """Importing is free; `celery --help` works anywhere."""
    assert app.main == "pharmcheck"
    program = "import workers.app; print(workers.app.app.configured)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("without", "options", "told"), [("celery", [], "pharmcheck[workers]"), ("", ["--demo"], "PHARMCHECK_BROKER_URL")]
)
def test_a_service_that_cannot_reach_workers_says_why(without: str, options: list[str], told: str, tmp_path) -> None:
    """A part that is not installed, or shops that no worker could reach: a sentence, and exit 2."""
    program = (
        f"import sys; sys.modules[{without!r}] = None\n"
        f"sys.argv = ['pharmcheck', 'serve', '--port', '0', *{options!r}]\n"
        "from pharmcheck.cli import main; main()"
    )
    environment = {"HOME": str(tmp_path), "PHARMCHECK_BROKER_URL": BROKER, "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr

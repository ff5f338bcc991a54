"""The Redis that tests run on: it keeps what it was told, and is gone when its run is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.valkey import ValkeyServer
from tests.workers.fleet import wait_until
from tests.yardstick import ROOT

pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture
def own_server() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    yield server
    server.close()


def test_what_it_was_told_outlives_a_stop_and_a_crash(own_server: ValkeyServer) -> None:
    """As a broker with a log does."""
    for crash in (False, True):
        with own_server.client() as client:
            client.rpush("line", str(crash))
        own_server.restart(crash=crash)
    with own_server.client() as client:
        assert client.lrange("line", 0, -1) == ["False", "True"]


def test_nothing_of_it_is_left_when_its_run_is_killed() -> None:
    """No server and no folder, however the tests end."""
    program = (
        "import time; from tests.services.valkey import ValkeyServer\n"
        "server = ValkeyServer(); server.start(); print(server.socket, flush=True); time.sleep(600)"
    )
    run = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    folder = Path(run.stdout.readline().strip()).parent
    assert folder.is_dir()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    wait_until(lambda: not folder.exists())

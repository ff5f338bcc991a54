"""`pharmcheck serve` as a process: it starts, answers, shares its work, keeps quiet about people, ends when told to."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from pharmcheck.settings import load_settings
from pharmcheck.store import CheckQueue, Keys, QueueName, Scope, Store

Start = Callable[..., "subprocess.Popen[bytes]"]
FREE = ("--port", "0", "--demo")
LIMITS = {"PHARMCHECK_CHECKS_PER_HOUR": "100000", "PHARMCHECK_READS_PER_MINUTE": "100000"}
LIMITS |= {"PHARMCHECK_SYNC_REGISTERS": "false"}  # no test asks a publisher
NOW, LEASE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC), timedelta(minutes=1)
A_WHILE_S = 120  # for a machine that does ten other things


@dataclass
class Served:
    """A running service and what it has said so far."""

    process: subprocess.Popen[bytes]
    url: str
    said: list[str] = field(default_factory=list)

    def get(self, path: str, **how: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=60, trust_env=False, **how)

    def ask(self, url: str) -> str:
        answer = httpx.post(f"{self.url}/v1/checks", json={"url": url}, timeout=60, trust_env=False)
        assert answer.status_code in (200, 202), answer.text
        return str(answer.json()["id"])

    def wait_for(self, check_id: str, *states: str) -> dict[str, Any]:
        return until(lambda: (found := self.get(f"/v1/checks/{check_id}").json())["state"] in states and found)

    def events(self, name: str) -> list[dict[str, Any]]:
        return [
            event for line in list(self.said) if line.startswith("{") and (event := json.loads(line))["event"] == name
        ]


def until(true: Callable[[], Any]) -> Any:
    """Asks until the answer is true."""
    end = time.monotonic() + A_WHILE_S
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    pytest.fail("it never came true")


@pytest.fixture
def serve(start: Start) -> Callable[..., Any]:
    @contextmanager
    def serve_it(*options: str, **env: str) -> Iterator[Served]:
        process = start("serve", *(options or FREE), env={**LIMITS, **env})
        assert process.stderr is not None
        first = process.stderr.readline().decode()
        found = re.search(r"http://[\d.]+:\d+", first)
        assert found, first + process.stderr.read().decode()
        served = Served(process, found[0], [first])
        reader = Thread(target=lambda: served.said.extend(line.decode() for line in process.stderr or ()), daemon=True)
        reader.start()
        yield served
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=A_WHILE_S)
        reader.join(timeout=A_WHILE_S)

    return serve_it


def test_a_sample_site_is_checked_from_the_page_and_from_the_api(serve) -> None:
    """Started with one command: form, progress and answer in the browser; the same answer for programs."""
    with serve() as served:
        form = httpx.post(f"{served.url}/check", data={"url": "pillswift.example"}, timeout=60, trust_env=False)
        page = form.headers["location"]
        done = served.wait_for(page.removeprefix("/v/"), "done")

        assert done["verdict"]["category"] == "danger"
        assert "Do not buy here" in served.get(page).text
        assert served.get("/v1/verdicts/pillswift.example").json() == done["verdict"]
        assert served.get("/readyz").json() == {"status": "ok"}


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_to_and_gives_back_what_is_not_done(serve, name: signal.Signals, data_dir: Path) -> None:
    """A site that would take long goes back in line, as if it had never been tried; nothing is said of a failure."""
    with serve() as served:
        slow = served.ask("tarpit-meds.example")
        served.wait_for(slow, "running")
        served.process.send_signal(name)
        code = served.process.wait(timeout=A_WHILE_S)

    assert code == 0
    assert not [line for line in served.said if "Traceback" in line]
    with Store.open(load_settings(data_dir)) as store:
        check = store.get_check(slow)
        assert check is not None
        assert check.state in ("queued", "done")  # a fast machine may have finished it in the time of grace
        if check.state == "queued":
            (job,) = CheckQueue(store).claim(QueueName.INTERACTIVE, 1, "test", check.created_at, LEASE)
            assert job.attempt == 1


def test_a_port_that_is_taken_is_a_sentence(start: Start) -> None:
    """2, one line, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("serve", "--port", str(port))
        _, err = process.communicate(timeout=A_WHILE_S)

    assert process.returncode == 2
    assert err.decode() == f"pharmcheck: Nothing can listen on 127.0.0.1, port {port}: Address already in use.\n"


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"PHARMCHECK_SITES_AT_ONCE": "many"}, "PHARMCHECK_SITES_AT_ONCE"),
        ({"PHARMCHECK_PUBLIC_URL": "not a url"}, "PHARMCHECK_PUBLIC_URL"),
        ({"PHARMCHECK_DATA_DIR": "/dev/null/x"}, "data folder"),
        ({"PHARMCHECK_CHROMIUM": "/nowhere/chromium"}, "browser for scripted pages"),
    ],
)
def test_a_wrong_setting_is_a_sentence(start: Start, env: dict[str, str], named: str) -> None:
    """Before anything listens: one line that names what to put right."""
    process = start("serve", "--port", "0", env=env)
    _, err = process.communicate(timeout=A_WHILE_S)

    assert process.returncode in (2, 4)
    (line,) = err.decode().splitlines()
    assert line.startswith("pharmcheck: ")
    assert named in line


def test_a_host_that_is_none_of_ours_is_a_sentence(start: Start) -> None:
    """192.0.2.1 belongs to nobody (RFC 5737)."""
    process = start("serve", "--host", "192.0.2.1", "--port", "0")
    _, err = process.communicate(timeout=A_WHILE_S)

    assert process.returncode == 2
    assert err.decode().startswith("pharmcheck: Nothing can listen on 192.0.2.1, port 0: ")


def test_two_services_on_one_folder_share_the_work(serve) -> None:
    """Each does some checks, no check is done twice, and either answers about all of them."""
    # Whoever takes the tarpit is busy with it; the others can only be done by the other service.
    hosts = ("tarpit-meds", "elmstreetrx", "clinicdoor", "medicine-facts", "dailycourier")
    slow = {"PHARMCHECK_SITES_AT_ONCE": "1", "PHARMCHECK_VISIT_DEADLINE_S": "15"}
    with serve(**slow) as one, serve(**slow) as two:
        asked = [one.ask(f"https://{host}.example/") for host in hosts]
        for check_id in asked:
            two.wait_for(check_id, "done")
        done = [[event["check"] for event in served.events("check.done")] for served in (one, two)]

    assert sorted(done[0] + done[1]) == sorted(asked)
    assert done[0]
    assert done[1]


def test_what_is_logged_is_one_object_a_line_and_says_nothing_of_anybody(serve, data_dir: Path) -> None:
    """Whatever is sent, an event is a line of JSON; no query, key, address of a caller or word of a page is in it."""
    with Store.open(load_settings(data_dir)) as store:
        _, secret = Keys(store).create("log\ntest", [Scope.CHECK], NOW, None)
    hostile = [
        "/v/x%0d%0a%7b%22event%22:%22forged%22%7d", "/v1/verdicts/%1b%5b31m%e2%80%ae?q=patient-4711",
        "/v1/checks/" + "a" * 3000, "/%00", "/v1/verdicts/a.example.com?destination=%0a",
    ]  # fmt: skip
    with serve() as served:
        for path in hostile:
            served.get(path, headers={"User-Agent": "one\ttwo \x1b[31m", "Authorization": f"Bearer {secret}"})
        httpx.post(f"{served.url}/v1/checks", content=b'{"url": "x\\r\\ny"}', timeout=60, trust_env=False,
                   headers={"Content-Type": "application/json"})  # fmt: skip
        check_id = served.ask("https://pillswift.example/?order=patient-4711")
        served.wait_for(check_id, "done")
        sent = len(hostile)
        until(lambda: len(served.events("request.done")) >= sent)

    first, *lines = served.said
    events = [json.loads(line) for line in lines]
    assert first.startswith("pharmcheck: The service answers at ")
    assert {"request.done", "check.started", "check.done"} <= {event["event"] for event in events}
    assert all(line.isascii() and line.isprintable() for line in (line.rstrip("\n") for line in lines))
    whole = "".join(lines)
    for word in ("patient-4711", secret, secret[:16], "forged", "127.0.0.1", "prescription", "[31m"):
        assert word not in whole, word
    assert {event["request"] for event in events if event["event"] == "request.done"}

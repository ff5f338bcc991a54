"""A page that would crash, hang or bloat the reader does so in a child; the parent goes on, and says why."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.reading import read, taster
from pharmcheck.reading.prescan import MANY_TAGS
from pharmcheck.reading.taster import Limits, taste
from pharmcheck.ruleset import load_ruleset
from tests.reading import readers
from tests.sites import WHEN, site
from tests.yardstick import PATIENCE_S

PATIENT = Limits(cpu=int(PATIENCE_S), wall=int(PATIENCE_S))


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (readers.crash, "the reader crashed"),
        (readers.touch_nothing, "the reader crashed"),
        (readers.loop, "it took more than 1 seconds of processor time"),
        (readers.loop_in_c, "it took more than 1 seconds of processor time"),
        (readers.sleep, "it took more than 2 seconds"),
        (readers.eat, "it took too much memory"),
        (readers.fail, "the reader failed"),
        (readers.talk, "the reader failed"),
        (readers.leave, "the reader failed"),
    ],
)
def test_what_stops_the_child_is_told_in_our_words(reader, why):
    """A crash in C, a loop in Python or in C, a sleep, memory without end, an error, other words than agreed."""
    limit = {readers.loop: {"cpu": 1}, readers.loop_in_c: {"cpu": 1}, readers.sleep: {"wall": 2}}.get(reader, {})
    assert taste(reader, limits=PATIENT._replace(**limit)) == why


def test_a_harmless_page_passes_and_nothing_else_comes_back():
    """The child's result stays in the child."""
    assert taste(readers.well) is None


def test_the_child_gets_no_settings(monkeypatch):
    """A database password in the environment is out of reach of a page that takes the child over."""
    monkeypatch.setenv("PHARMCHECK_DATABASE_URL", "postgresql://secret")
    assert taste(readers.environment) is None


def test_it_works_from_threads_and_from_an_event_loop():
    """Workers judge in threads and loops; a child is started, never forked from them."""
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(taste, [readers.well, readers.crash, readers.well])) == [None, "the reader crashed", None]

    async def inside() -> str | None:
        return taste(readers.crash)

    assert asyncio.run(inside()) == "the reader crashed"


def test_no_child_outlives_a_killed_parent(tmp_path):
    """The kernel's alarm ends it, whoever is gone."""
    told = tmp_path / "pid"
    script = (
        "import sys; sys.path[:] = sys.argv[2:]\n"
        "from pharmcheck.reading.taster import Limits, taste; from tests.reading import readers\n"
        "taste(readers.sleep_and_tell, sys.argv[1], limits=Limits(wall=2))"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(told), *sys.path])
    until = time.monotonic() + PATIENCE_S
    while not (told.exists() and told.read_text("ascii")) and time.monotonic() < until:
        time.sleep(0.02)
    child = int(told.read_text("ascii"))
    parent.kill()
    parent.wait()
    while Path(f"/proc/{child}/stat").exists() and time.monotonic() < until:
        if " Z " in Path(f"/proc/{child}/stat").read_text("ascii"):
            break  # dead; whoever adopted it has not looked yet
        time.sleep(0.05)
    assert time.monotonic() < until
    with pytest.raises(ProcessLookupError):
        os.kill(parent.pid, signal.SIG_DFL)


def test_a_page_that_stops_the_child_is_not_read_and_could_not_be_checked(monkeypatch, vocabulary, page):
    """Never "absent": the reading says why, and the verdict is that we could not check."""
    monkeypatch.setattr(taster, "LIMITS", Limits(data=1 << 20))
    body = "<p>x" * (MANY_TAGS + 1)
    result = read(page(body), vocabulary)
    assert result.blocks == ()
    assert result.problem == "reading this page (40001 tags) was stopped: it took too much memory"
    verdict = judge(site(home=body), load_ruleset(), now=WHEN).verdict
    assert verdict.category is Category.COULD_NOT_CHECK
    assert any("was stopped" in entry.why for entry in verdict.not_checked)


def test_an_ordinary_page_is_read_without_a_child(monkeypatch, reading):
    """The net costs nothing where nothing is suspicious; a suspicious page asks for it once."""
    asked = []
    monkeypatch.setattr("pharmcheck.reading.taste", lambda *about: asked.append(about))
    reading("<p>x" * 1_000)
    assert not asked
    reading("<p>x" * (MANY_TAGS + 1))
    assert len(asked) == 1

"""The measurements of fetching still measure what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import crowd, crowd_results, fetching
from bench.crowd_town import Town
from tests.yardstick import PATIENCE_S


def test_clients_read_the_very_pages_that_they_are_measured_on() -> None:
    """A visit finds the eight pages by itself; a client that reads other bytes is no figure but an error."""
    with fetching.bench() as bench:
        visit = bench.run(fetching._VISIT, "quick", fetching.SIZES, sites=2, at_once=2, warm_up=1)
        assert visit["requests"] == len(fetching.SIZES) + 3  # robots.txt, the second look, the insecure look
        assert visit["cpu_s"] > 0
        with pytest.raises(SystemExit, match="read 100000 bytes, not 99999"):
            bench.run(fetching._OURS, "quick", {"/": 99_999}, sites=1, at_once=1, warm_up=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_small_crowd_goes_the_whole_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead, parked, empty and shops, from the messy file to four reports; a page that is missing is an error."""
    monkeypatch.setenv("PHARMCHECK_VISIT_DEADLINE_S", str(PATIENCE_S))  # a busy machine is no site that is down
    monkeypatch.setenv("PHARMCHECK_FETCH_DEADLINE_S", str(PATIENCE_S))
    town = Town(10, "dead:30 gone:10 parked:20 shell:10 3:30")

    found = crowd.measure(town, tmp_path, at_once=4)

    assert (found.sites, found.pages) == (10, town.page_counts()[1])
    assert found.cpu_s > 0 < found.peak_mb
    assert len(found.ours) == 1
    done = crowd_results.done_ones(town, tmp_path)
    *_, reports = crowd_results.require_whole(town, tmp_path, done, found.pages)
    assert reports.startswith(f"reports of {town.write_list(tmp_path / 'again.csv')} rows")
    with pytest.raises(SystemExit, match="pages are archived, not"):
        [*crowd_results.require_whole(town, tmp_path, done, found.pages + 1)]

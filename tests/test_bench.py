"""The measurements of fetching still measure what they say."""

from __future__ import annotations

import pytest

from bench import fetching


def test_clients_read_the_very_pages_that_they_are_measured_on() -> None:
    """A visit finds the eight pages by itself; a client that reads other bytes is no figure but an error."""
    with fetching.bench() as bench:
        visit = bench.run(fetching._VISIT, "quick", fetching.SIZES, sites=2, at_once=2, warm_up=1)
        assert visit["requests"] == len(fetching.SIZES) + 3  # robots.txt, the second look, the insecure look
        assert visit["cpu_s"] > 0
        with pytest.raises(SystemExit, match="read 100000 bytes, not 99999"):
            bench.run(fetching._OURS, "quick", {"/": 99_999}, sites=1, at_once=1, warm_up=0)

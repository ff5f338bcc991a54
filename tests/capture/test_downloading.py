"""Large files come through the guarded door whole, in pieces that survive an interruption, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.capture import Download, DownloadLimits, DownloadState, Version, download
from pharmcheck.capture.partial import Partial
from tests.file_server import URL, FileServer, file_server

CONTENT = bytes(range(256)) * 4096  # 1 MiB
ENOUGH = DownloadLimits(max_bytes=1 << 30)


@pytest.fixture
def offer(tmp_path: Path) -> Iterator[Callable[..., FileServer]]:
    """Starts a server that offers CONTENT."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(file_server(tmp_path, **{"content": CONTENT} | how))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "registers" / "quay"


def fetch(server: FileServer, target: Path, url: str = URL, limits: DownloadLimits = ENOUGH, **more: Any) -> Download:
    return asyncio.run(download(url, target, more.pop("policy", server.policy), limits, **more))


def left(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_arrives_whole_with_its_version_and_date(offer, target: Path) -> None:
    """The file, the server's own words for its version, and the day on which its content changed."""
    got = fetch(offer(), target)

    assert got.state is DownloadState.WHOLE
    assert target.read_bytes() == CONTENT
    assert got.version == Version(URL, '"v1"', "Sun, 01 Nov 2026 00:00:00 GMT")
    assert got.changed_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert left(target) == ["quay"]


@pytest.mark.parametrize("tag", ['"v1"', 'W/"v1"', None])
def test_a_broken_connection_goes_on_where_it_broke(offer, target: Path, tag: str | None) -> None:
    """Only the rest is asked for, and only of the very same version: a weak tag says too little for that."""
    server = offer(break_after=300_000, etag=tag)

    got = fetch(server, target)

    assert got.state is DownloadState.WHOLE
    assert target.read_bytes() == CONTENT
    first, second = server.requests
    assert "range" not in first
    assert second["range"] == "bytes=300000-"
    assert second["if-range"] == ('"v1"' if tag == '"v1"' else server.modified)


def test_an_interrupted_program_goes_on_with_the_next_start(offer, target: Path) -> None:
    """What came is kept with its version; another start asks for the rest."""
    with Partial(target) as partial:
        partial.begin(Version(URL, '"v1"', None))
        partial.write(CONTENT[:400_000])
    server = offer()

    assert fetch(server, target).state is DownloadState.WHOLE

    assert target.read_bytes() == CONTENT
    assert server.requests[0]["range"] == "bytes=400000-"


@pytest.mark.parametrize(
    "behaviour",
    [{"etag": '"v2"', "modified": None}, {"ranges": False}, {"lies_about_range": True}, {"content": CONTENT[:1000]}],
    ids=["changed", "no ranges", "another range than asked", "became shorter"],
)
def test_what_does_not_fit_what_we_have_starts_over(offer, target: Path, behaviour: dict[str, Any]) -> None:
    """Two versions are never glued together."""
    with Partial(target) as partial:
        partial.begin(Version(URL, '"v1"', None))
        partial.write(b"x" * 400_000)
    server = offer(**behaviour)

    got = fetch(server, target)

    assert got.state is DownloadState.WHOLE
    assert target.read_bytes() == server.content


def test_an_unchanged_file_is_not_sent_again(offer, target: Path) -> None:
    """The server is asked by the version that we have."""
    server = offer()

    got = fetch(server, target, known=Version(URL, '"v1"', server.modified))

    assert got.state is DownloadState.UNCHANGED
    assert not target.exists()
    assert server.requests[0]["if-none-match"] == '"v1"'


def test_a_file_made_for_this_answer_has_no_date_of_its_own(offer, target: Path) -> None:
    """A date that is that of the answer says nothing about the list; nobody invents one."""
    assert fetch(offer(modified=formatdate(usegmt=True)), target).changed_at is None


@pytest.mark.parametrize("told", [True, False], ids=["said beforehand", "found out"])
def test_a_file_that_is_too_large_is_given_up(offer, target: Path, told: bool, monkeypatch) -> None:
    """At once when the server says so, else when the limit is reached; and nothing of it is kept."""
    if not told:
        from pharmcheck.capture import downloading

        monkeypatch.setattr(downloading, "_LENGTH", downloading.re.compile("never"))
    got = fetch(offer(), target, limits=DownloadLimits(max_bytes=500_000))

    assert got.state is DownloadState.FAILED
    assert "larger than" in got.detail
    assert not target.exists()
    assert (target.parent / "quay.part").stat().st_size == 0


def test_a_server_that_falls_silent_is_asked_for_the_rest(offer, target: Path) -> None:
    """No connection holds a download for ever."""
    server = offer(break_after=100_000, stalls=True)

    got = fetch(server, target, limits=DownloadLimits(1 << 30, stall_s=1.0))

    assert got.state is DownloadState.WHOLE
    assert target.read_bytes() == CONTENT
    assert server.requests[1]["range"] == "bytes=100000-"


def test_the_whole_download_has_a_limit_too(offer, target: Path) -> None:
    """A drip outlives every limit between two pieces."""
    got = fetch(offer(), target, limits=DownloadLimits(1 << 30, deadline_s=0.001))

    assert got.state is DownloadState.FAILED
    assert "longer than we wait" in got.detail


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ({"status": 404}, "status 404"),
        ({"status": 403}, "refused us"),
        ({"coding": "gzip"}, "a coding that we did not ask for"),
        ({"redirect": "http://register.example/moved.csv"}, "not offered over https"),
        ({"redirect": "https://register.example/list.csv"}, "redirected more than"),
        ({"redirect": "https://10.0.0.1/list.csv"}, "an address that we do not follow"),
    ],
)
def test_every_failure_is_a_sentence(offer, target: Path, behaviour: dict[str, Any], says: str) -> None:
    """Nothing raises, nothing is left under the name of the file."""
    got = fetch(offer(**behaviour), target)

    assert got.state is DownloadState.FAILED
    assert says in got.detail
    assert not target.exists()


def test_a_redirect_to_another_place_of_the_file_is_followed(offer, target: Path) -> None:
    """The version is remembered under the address that was asked for."""
    got = fetch(offer(redirect="https://register.example/moved.csv"), target)

    assert got.state is DownloadState.WHOLE
    assert got.version is not None
    assert got.version.url == URL


def test_a_private_address_is_never_connected_to(offer, target: Path) -> None:
    """The guard is the one that sites meet."""
    server = offer()

    got = fetch(server, target, policy=replace(server.policy, allowed_networks=()))

    assert got.state is DownloadState.FAILED
    assert server.requests == []


def test_two_downloads_of_one_file_do_not_mix(offer, target: Path) -> None:
    """The second is told at once."""
    with Partial(target), pytest.raises(BlockingIOError):
        fetch(offer(), target)

"""Download and load: what fails is a sentence, and the old snapshot stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.errors import RefreshError, RegisterFileError, UsageError
from pharmcheck.refresh import Imported, Way, sync, syncs_by_itself
from pharmcheck.store import Store
from tests.file_server import FileServer, file_server

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def offer(tmp_path: Path, listing) -> Iterator[Callable[..., FileServer]]:
    """Starts a server that offers a list of 100 pharmacies of 1 November."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(file_server(tmp_path, **{"content": listing(100)} | how))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "registers"


@pytest.fixture
def bring(store: Store, source, importer, folder: Path) -> Callable[..., Imported]:
    """Syncs the register from a server."""

    def call(server: FileServer, **more: Any) -> Imported:
        told = {"as_of": None, "now": lambda: NOON, "source": source} | more
        return asyncio.run(sync(store, told.pop("source"), importer, Way(server.policy, folder), **told))

    return call


def test_a_register_is_fetched_and_loaded(store: Store, bring, offer, folder: Path) -> None:
    """Its date is the one that the server gives the file; nothing but a note stays in the folder."""
    done = bring(offer())

    assert done.changed
    assert done.register.snapshot.as_of == date(2026, 11, 1)
    assert len(store.registers().naming("shop99.example")) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["quay.json"]


def test_a_date_given_by_hand_wins(bring, offer) -> None:
    """Whoever read it on the page knows better than the server."""
    assert bring(offer(), as_of=date(2026, 11, 5)).register.snapshot.as_of == date(2026, 11, 5)


def test_a_list_that_has_not_changed_is_not_fetched_again(bring, offer) -> None:
    """The server is asked for something newer than what answers now."""
    server = offer()
    bring(server)

    again = bring(server)

    assert not again.changed
    assert server.requests[1]["if-none-match"] == '"v1"'


def test_the_note_counts_only_for_what_is_loaded(bring, offer, folder: Path, store: Store, listing, load) -> None:
    """Another file was imported since: the server's list is fetched in full."""
    server = offer()
    bring(server)
    load(listing(120))

    assert bring(server).register.counts.records == 100
    assert "if-none-match" not in server.requests[1]


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [({"status": 404}, "status 404"), ({"status": 503}, "status 503"), ({"redirect": "http://a.example/"}, "follow")],
)
def test_a_failed_download_keeps_what_is_loaded(
    store: Store, bring, offer, behaviour: dict[str, Any], says: str
) -> None:
    """One sentence names the register and says that the old one stays."""
    server = offer()
    bring(server)
    for name, value in behaviour.items():
        setattr(server, name, value)
    server.etag = '"v2"'

    with pytest.raises(RefreshError, match=rf"^quay: .*{says}.* What is loaded stays\.$"):
        bring(server)

    assert store.loaded_registers()[0].counts.records == 100


@pytest.mark.parametrize("content", [b"<!doctype html><title>Please log in</title>", b"number,name,web\n"])
def test_a_download_that_is_no_register_replaces_nothing(store: Store, bring, offer, folder: Path, content) -> None:
    """The file is kept, and the sentence says where, for whoever wants to look."""
    server = offer()
    bring(server)
    server.content, server.etag = content, '"v2"'

    with pytest.raises(RegisterFileError, match=rf"kept as {folder / 'quay'}"):
        bring(server)

    assert (folder / "quay").read_bytes() == content
    assert store.loaded_registers()[0].counts.records == 100


def test_a_source_without_an_address_says_what_to_do(bring, offer, source) -> None:
    """Somebody has to bring the file."""
    with pytest.raises(
        UsageError, match=r"Look for it at https://register.example/, then run: pharmcheck registers import quay FILE"
    ):
        bring(offer(), source=replace(source, url=None))


def test_a_folder_that_cannot_be_written_is_a_sentence(bring, offer, folder: Path) -> None:
    """A file stands where the folder should be."""
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("here first")

    with pytest.raises(RefreshError, match="cannot be kept in"):
        bring(offer())


@pytest.mark.parametrize(
    ("change", "by_itself"),
    [({}, True), ({"large": True}, False), ({"url": None}, False), ({"confidence": "unconfirmed"}, False)],
)
def test_nothing_large_or_unseen_starts_by_itself(source, change: dict[str, Any], by_itself: bool) -> None:
    """Only what is small and has an address that was seen outside of somebody's memory."""
    assert syncs_by_itself(replace(source, **change)) is by_itself

"""One build: from the verdicts in the store to signed lists and buckets, complete or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists import files
from pharmcheck.classlists.collecting import CLASSES, collect
from pharmcheck.classlists.ranges import Entry, bits_for, buckets
from pharmcheck.classlists.screening import choose_salt, everything_asked, false_hits, held_back
from pharmcheck.classlists.shelf import BaseState, Edition, Shelf
from pharmcheck.classlists.signing import is_signed_by, signed
from pharmcheck.store import Reviews, Store, newest_verdicts, registered_hosts

BASE_AGE = timedelta(days=7)
"""After a week changes have piled up, and whoever was away fetches everything anyway."""
FEWEST_CHANGES, CHANGED_SHARE = 500, 50
"""A change file of 500 names has four kilobytes; beyond that, and beyond a fiftieth of the list, a new base is due."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator wants of a build."""

    key: Ed25519PrivateKey
    popular: Collection[str] = ()
    cleared: Collection[str] = ()  # names whose warning a person has looked at
    new_bases: bool = False


@dataclass(slots=True)
class Built:
    """What came of it."""

    version: int
    counts: dict[str, int]
    range_bits: int
    held_back: list[str]
    bytes: dict[str, int] = field(default_factory=dict)  # file → size
    salts_thrown: int = 0


def build(
    store: Store, shelf: Shelf, wish: Wish, now: datetime, *, draw: Callable[[int], bytes] = token_bytes
) -> Built:
    """Make the next edition and put it on the shelf.  Raises UsageError or StoreError; then today's stays."""
    entries = collect(Reviews(store).told_each(newest_verdicts(store), now), now)
    registered = set(registered_hosts(store))
    back = held_back(entries, registered, wish.popular, wish.cleared)
    for name in back:
        del entries[name]
    today = shelf.edition()
    # Seconds since 1970: a folder that was lost, or a clock that was set back, still leads forward.
    version = max(int(now.timestamp()), today.version + 1 if today else 0)
    edition = files.Edition(version, now, len(entries), bits_for(entries))
    asked = everything_asked([*registered, *wish.popular], entries)
    press = _Press(shelf.bases(), wish, edition, asked, draw, shelf)
    built = Built(version, {}, edition.range_bits, back)

    def pages() -> Iterator[tuple[str, bytes]]:
        for category in CLASSES:
            names = sorted(name for name, entry in entries.items() if entry.category == category)
            built.counts[category.value] = len(names)
            for file, content in press.print(category.value, names):
                built.bytes[file] = len(content)
                yield file, content
        yield from _range_pages(entries, edition)

    shelf.put(Edition(version, edition.range_bits), pages(), press.bases)
    built.salts_thrown = press.salts_thrown
    return built


def _range_pages(entries: Mapping[str, Entry], edition: files.Edition) -> Iterator[tuple[str, bytes]]:
    for prefix, answer in buckets(entries, edition.range_bits, edition.version):
        yield f"range/{prefix}.json", answer


class _Press:
    """Makes the two files of each class, and notes the bases that they rest on."""

    def __init__(
        self, old: dict[str, BaseState], wish: Wish, edition: files.Edition, asked: set[str],
        draw: Callable[[int], bytes], shelf: Shelf,
    ) -> None:  # fmt: skip
        self.bases: dict[str, BaseState] = {}
        self.salts_thrown = 0
        self._old, self._wish, self._edition, self._asked = old, wish, edition, asked
        self._draw, self._shelf = draw, shelf

    def print(self, name: str, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """The base, as it was or new, and the change since."""
        base = self._old.get(name)
        held = self._shelf.list(f"{name}.base")
        content = held.content if held else None
        if base is None or content is None or self._is_used_up(base, content, names):
            base, content = self._new_base(name, names)
        self.bases[name] = base
        yield f"{name}.base", content
        added, removed = set(names) - set(base.names), set(base.names) - set(names)
        change = files.change_content(name, self._edition, base.version, bytes.fromhex(base.salt), added, removed)
        yield f"{name}.change", signed(self._wish.key, change)

    def _is_used_up(self, base: BaseState, content: bytes, names: list[str]) -> bool:
        changes = len(set(names) ^ set(base.names))
        return (
            self._wish.new_bases
            or not is_signed_by(self._wish.key.public_key(), content)  # the key was changed since
            or self._edition.made - datetime.fromisoformat(base.made).astimezone(UTC) >= BASE_AGE
            or changes > max(FEWEST_CHANGES, len(base.names) // CHANGED_SHARE)
            # A pharmacy that was registered since must not be taken for a name in the old list.
            or bool(false_hits(bytes.fromhex(base.salt), base.names, self._asked))
        )

    def _new_base(self, name: str, names: list[str]) -> tuple[BaseState, bytes]:
        salt, thrown = choose_salt(names, self._asked, self._draw)
        self.salts_thrown += thrown
        content = files.base_content(name, self._edition, salt, len(names), files.slots_of(salt, names))
        made = self._edition.made.isoformat()
        return BaseState(self._edition.version, made, salt.hex(), tuple(names)), signed(self._wish.key, content)

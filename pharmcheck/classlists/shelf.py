"""Built lists on the disk: a folder an edition, never changed once it is complete, and a file that names today's.

    <data folder>/classlists/<version>/danger.base, danger.change, …    what browsers fetch
    <data folder>/classlists/<version>/range/<prefix>.json              every answer of the look-up by prefix
    <data folder>/classlists/<version>/names.json                       what the next build compares with; never served
    <data folder>/classlists/current                                    today's version

All of it but `names.json` may be put on a static server as it stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pharmcheck.errors import StoreError

FOLDER = "classlists"
_KEPT = 2  # editions: whoever is reading the one before today's finishes
_LIST_NAME = re.compile(r"[a-z_]{1,32}\.(?:base|change)")


@dataclass(frozen=True, slots=True)
class BaseState:
    """A base list that is in use: what the next change is counted from."""

    version: int
    made: str
    salt: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """What is on the shelf today."""

    version: int
    range_bits: int


@dataclass(frozen=True, slots=True)
class Served:
    """A list as it is served."""

    content: bytes
    sha256: str


class Shelf:
    """The editions of one data folder.  Safe to read while another process builds."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._seen: tuple[tuple[int, int], Edition] | None = None
        self._lists: dict[str, Served] = {}  # of today's edition: asked for by every browser, and they have megabytes

    def edition(self) -> Edition | None:
        """Today's; None when none was ever built."""
        try:
            state = (self._folder / "current").stat()
            stamp = (state.st_mtime_ns, state.st_ino)  # two builds may follow each other within a tick of the clock
            if self._seen is None or self._seen[0] != stamp:
                self._seen = (stamp, Edition(**json.loads((self._folder / "current").read_text("ascii"))))
                self._lists = {}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StoreError("The folder of built lists cannot be read.") from error
        return self._seen[1]

    def list(self, name: str) -> Served | None:
        """A list by the name it is served under."""
        edition, lists = self.edition(), self._lists
        if edition is None or not _LIST_NAME.fullmatch(name):
            return None
        if name not in lists:
            content = self._read(edition, name)
            if content is None:
                return None
            lists[name] = Served(content, hashlib.sha256(content).hexdigest())
        return lists[name]

    def bucket(self, prefix: str) -> bytes | None:
        """The answer to a prefix of today's length."""
        edition = self.edition()
        return self._read(edition, f"range/{prefix}.json") if edition else None

    def bases(self) -> dict[str, BaseState]:
        """The base lists in use, by class."""
        edition = self.edition()
        raw = self._read(edition, "names.json") if edition else None
        return {name: BaseState(**{**state, "names": tuple(state["names"])})
                for name, state in json.loads(raw or b"{}").items()}  # fmt: skip

    def put(self, edition: Edition, files: Iterable[tuple[str, bytes]], bases: dict[str, BaseState]) -> None:
        """Write an edition and make it today's, in one step for whoever reads."""
        target, half = self._folder / str(edition.version), self._folder / f"{edition.version}.half"
        try:
            (half / "range").mkdir(parents=True, exist_ok=True)
            for name, content in files:
                (half / name).write_bytes(content)
            (half / "names.json").write_text(json.dumps({name: asdict(base) for name, base in bases.items()}))
            half.rename(target)
            pointer = self._folder / "current.half"
            pointer.write_text(json.dumps(asdict(edition)), "ascii")
            os.replace(pointer, self._folder / "current")  # noqa: PTH105 - its name says that it is one step
        except OSError as error:
            raise StoreError(f"The lists cannot be written to {self._folder} ({error.strerror}).") from error
        self._clear(edition.version)

    def _read(self, edition: Edition, name: str) -> bytes | None:
        try:
            return (self._folder / str(edition.version) / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError("The folder of built lists cannot be read.") from error

    def _clear(self, newest: int) -> None:
        found = sorted(int(place.name) for place in self._folder.iterdir() if place.name.isdecimal())
        for version in found[:-_KEPT]:
            if version != newest:
                shutil.rmtree(self._folder / str(version), ignore_errors=True)
        for half in self._folder.glob("*.half"):
            shutil.rmtree(half, ignore_errors=True)

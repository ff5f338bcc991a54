"""A file that arrives: what is there of it, of which version, and whose turn it is to write."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows keeps a second writer out by itself, more or less
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a file a server gave us, in its own words."""

    url: str
    etag: str | None = None
    modified: str | None = None

    @property
    def validator(self) -> str | None:
        """What names exactly this version; a weak tag does not (RFC 9110, 13.1.5)."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


class Partial:
    """`target.part`, held by one process at a time, with a note beside it that says of which version it is."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")

    def __enter__(self) -> Self:
        """Raises OSError; BlockingIOError when another process holds it."""
        self._target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._part.open("ab")
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._file.close()
                raise
        self.size = self._file.seek(0, os.SEEK_END)
        self.version = read_version(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def begin(self, version: Version | None) -> None:
        """Forget what is there; what comes now is of this version."""
        self._file.truncate(0)
        self._file.flush()
        self.size, self.version = 0, version
        self._note.unlink(missing_ok=True)
        if version is not None:
            write_version(self._note, version)

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        self._file.write(piece)
        self.size += len(piece)

    def finish(self) -> None:
        """It is whole: give it its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.replace(self._target)
        self._note.unlink(missing_ok=True)


def write_version(file: Path, version: Version, **more: str) -> None:
    """Note a version, and whatever else is to be remembered beside it."""
    file.write_text(json.dumps({**asdict(version), **more}), encoding="utf-8")


def read_version(file: Path, **must_say: str) -> Version | None:
    """The version in a note; None without one, or when the note does not say what it must."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        same = all(said.pop(name, None) == value for name, value in must_say.items())
        return Version(said["url"], said["etag"], said["modified"]) if same else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None

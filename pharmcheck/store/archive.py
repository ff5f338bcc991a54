"""Captures as files: data_dir/captures/<first two hex digits>/<id>.warc.gz.

A file appears whole or not at all, and before the row that names it; a file without a row is harmless.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pharmcheck.capture import capture_id, read_warc, write_warc
from pharmcheck.errors import ArchiveError, StoreError
from pharmcheck.model import Capture

_ID = re.compile(r"[0-9a-f]{8,128}")


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """What the row remembers of a file."""

    sha256: str
    size: int


def path_of(folder: Path, identifier: str) -> Path:
    """Where a capture lives.  Raises StoreError for an id that is not one: it becomes part of a path."""
    if not _ID.fullmatch(identifier):
        raise StoreError("That is not the id of a capture.")
    return folder / "captures" / identifier[:2] / f"{identifier}.warc.gz"


def keep(folder: Path, identifier: str, capture: Capture) -> ArchiveFile:
    """Write a capture and say what was written.  Raises StoreError.

    Writing the same capture again is harmless: it replaces a file by an equal one.
    """
    path = path_of(folder, identifier)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w+b") as file:
                write_warc([capture], file)
                file.flush()
                os.fsync(file.fileno())
                size = file.seek(0, os.SEEK_END)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"The capture cannot be written to {path.parent}: {error.strerror or error}.") from error
    return ArchiveFile(digest, size)


def load(folder: Path, identifier: str, remembered: ArchiveFile) -> Capture:
    """Read a capture back.  Raises StoreError when the file is gone or is not the one we wrote."""
    path = path_of(folder, identifier)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != remembered.sha256 or path.stat().st_size != remembered.size:
            raise StoreError(f"The capture {path} was changed after it was stored; it proves nothing any more.")
        found = [capture for capture in read_warc(path) if capture_id(capture) == identifier]
    except (OSError, ArchiveError) as error:
        raise StoreError(f"The capture {path} is missing or cannot be read.") from error
    if not found:
        raise StoreError(f"The file {path} does not hold the capture it is named for.")
    return found[0]

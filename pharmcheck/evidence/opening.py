"""Open a package that somebody may have made to hurt us, or to deceive.

What is too much or unsafe is refused before anything is unpacked: the directory is counted, names and declared sizes
are looked at, and no member is ever written under its own name.  What only differs from our strict form is told.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from pharmcheck.errors import EvidenceError
from pharmcheck.evidence.container import (
    END_BYTES,
    MOST_BYTES,
    PIECE,
    Member,
    directory,
    in_order,
    local_header,
)

MOST_MEMBERS = 4_000
MOST_READ = 32 << 20  # of a member that is read whole
_MOST_DIRECTORY = 1 << 20
_MOST_RATIO = 200  # of what a member unpacks to; ours are not packed at all
_RATIO_FROM = 1 << 20  # a page of blanks packs well
_END_MARK = b"PK\x05\x06"
_SAFE = re.compile(r"(?!/)[^\x00-\x1f\x7f\\:]{1,255}")
# What zipfile raises over files that were made to break it; NotImplementedError is a RuntimeError.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OverflowError, RuntimeError, ValueError)
_READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class Package:
    """An open package."""

    members: dict[str, zipfile.ZipInfo]
    strange: tuple[str, ...]  # where the container is not in our form
    _zip: zipfile.ZipFile

    def digest(self, name: str) -> str | None:
        """SHA-256 of a member; None when its bytes do not fit what the container says of them."""
        seen = hashlib.sha256()
        try:
            for piece in self._pieces(name):
                seen.update(piece)
        except EvidenceError:
            return None
        return seen.hexdigest()

    def read(self, name: str) -> bytes:
        """A member whole.  Raises EvidenceError when it is missing, too large or broken."""
        if name not in self.members:
            raise EvidenceError(f"{name} is missing.")
        if self.members[name].file_size > MOST_READ:
            raise EvidenceError(f"{name} is larger than any that we make.")
        return b"".join(self._pieces(name))

    def copy(self, name: str, out: IO[bytes]) -> None:
        """Write a member to an open file.  Raises EvidenceError when it is broken."""
        out.writelines(self._pieces(name))

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(self.members[name]) as file:
                while piece := file.read(PIECE):
                    yield piece
        except (*_BROKEN, OSError) as error:
            raise EvidenceError(f"{name} cannot be read.") from error


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a package.  Raises EvidenceError, with a sentence, for what is none or may not be opened."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            _refuse_large(file, size)
            try:
                opened = zipfile.ZipFile(file)
            except (
                zipfile.BadZipFile,
                ValueError,
                OverflowError,
                NotImplementedError,
                struct.error,
                EOFError,
            ) as error:
                raise EvidenceError("The file is not a readable package: its directory is broken.") from error
            with opened:
                infos = opened.infolist()
                _refuse_unsafe(infos)
                yield Package({info.filename: info for info in infos}, tuple(_strange(file, size, infos)), opened)
    except OSError as error:
        raise EvidenceError(f"The file cannot be read ({error.strerror or type(error).__name__}).") from error


def _refuse_large(file: BinaryIO, size: int) -> None:
    """Count the directory before anything reads it."""
    if size > MOST_BYTES:
        raise EvidenceError("The file is larger than any package (2 GiB).")
    file.seek(max(0, size - END_BYTES - 0xFFFF))
    tail = file.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < END_BYTES:
        raise EvidenceError("The file is no package: a zip file ends in a directory, and this does not.")
    entries, directory_bytes = struct.unpack("<HI", tail[place + 10 : place + 16])
    if entries > MOST_MEMBERS or directory_bytes > _MOST_DIRECTORY:
        raise EvidenceError(f"The package says that it holds more than {MOST_MEMBERS:,} files; it is not opened.")


def _refuse_unsafe(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise EvidenceError(f"The package holds more than {MOST_MEMBERS:,} files; it is not opened.")
    names = [info.orig_filename for info in infos]
    for name in names:
        if not _SAFE.fullmatch(name) or ".." in name.split("/"):
            raise EvidenceError("The package holds a file whose name leads out of it; it is not opened.")
    if len(set(names)) < len(names) or len({info.filename for info in infos}) < len(infos):
        raise EvidenceError("The package holds two files of one name: what is checked could differ from what is shown.")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise EvidenceError("The package unpacks to more than 2 GiB; it is not opened.")
    for info in infos:
        if info.compress_type not in _READABLE or info.flag_bits & 0x1:
            raise EvidenceError("The package is encrypted or packed in a way that we do not open.")
        if info.file_size > max(_RATIO_FROM, _MOST_RATIO * info.compress_size):
            raise EvidenceError("A file of the package unpacks to far more than it takes; it is not opened.")


def _strange(file: BinaryIO, size: int, infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Where the bytes between the members are not those that we would write around the same members."""
    members = [Member(info.filename, b"", info.file_size, info.CRC, "") for info in infos]
    if [one.name for one in members] != in_order(one.name for one in members):
        yield "the files of the container are not in our order"
    offset = 0
    for one, info in zip(members, infos, strict=True):
        if info.compress_type != zipfile.ZIP_STORED:
            yield f"{one.name}: it was packed anew, by another program than ours"
            return
        if not one.name.isascii():
            yield f"{one.name!a}: no file of ours has such a name"
            return
        header = local_header(one)
        file.seek(offset)
        if file.read(len(header)) != header:
            yield f"{one.name}: what the container says of it, at byte {offset}, was changed"
        offset += len(header) + one.size
    wanted = directory(members)
    if offset + len(wanted) != size:
        yield f"the container is {size - offset - len(wanted):+,} bytes longer than what it holds"
        return
    file.seek(offset)
    if file.read() != wanted:
        yield "the directory of the container was changed"

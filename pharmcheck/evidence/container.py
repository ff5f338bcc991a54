"""The container of an evidence package: a zip file in one strict form, so that there is no byte without a meaning.

Every member is stored as it is, at a fixed date, in one order, without extra fields, comments or gaps.  The same
members therefore always make the same bytes, and whatever differs from them was changed by somebody.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pharmcheck.errors import EvidenceError

LAST = ("datapackage.json", "datapackage-digest.json")
"""They speak of all the others, so they come after them."""
NAME = re.compile(r"(?:[a-z0-9][a-z0-9._-]{0,79}/)?[a-z0-9][a-z0-9._-]{0,79}")
MOST_BYTES = (1 << 31) - 1  # of a package: below it no reader needs the larger form of zip
PIECE = 1 << 16

# Version 2.0, no flags, stored, midnight of 1 January 1980: the first moment that a zip file knows.
_COMMON = struct.Struct("<HHHHHIIIHH")
_VERSION, _NO_FLAGS, _STORED, _TIME, _DATE = 20, 0, 0, 0, 0x21
_END = struct.Struct("<4sHHHHIIH")
END_BYTES = _END.size


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a package: bytes, or a file on the disk that stays as it is."""

    name: str
    source: bytes | Path
    size: int
    crc: int
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        """What it holds.  Raises EvidenceError when the file is no longer the one that was measured."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        seen = hashlib.sha256()
        for piece in _file_pieces(self.source):
            seen.update(piece)
            yield piece
        if seen.hexdigest() != self.sha256:
            raise EvidenceError("The archived bytes changed while they were copied.")


def member(name: str, source: bytes | Path) -> Member:
    """Measure what is to become a member.  Raises EvidenceError when its file cannot be read."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name} is no name of a member")
    digest, crc, size = hashlib.sha256(), 0, 0
    for piece in [source] if isinstance(source, bytes) else _file_pieces(source):
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    return Member(name, source, size, crc, digest.hexdigest())


def in_order(names: Iterable[str]) -> list[str]:
    """Names as they stand in a package."""
    return sorted(names, key=lambda name: (LAST.index(name) + 1 if name in LAST else 0, name))


def ordered(members: Iterable[Member]) -> list[Member]:
    """Members as they stand in a package.  Raises EvidenceError when they are too much for one."""
    by_name = {one.name: one for one in members}
    found = [by_name[name] for name in in_order(by_name)]
    if size_of(found) > MOST_BYTES:
        raise EvidenceError("This is more than one package holds (2 GiB); export fewer checks at a time.")
    return found


def size_of(members: Sequence[Member]) -> int:
    """Bytes of the whole package."""
    return sum(len(local_header(one)) + one.size for one in members) + len(directory(members))


def container(members: Sequence[Member]) -> Iterator[bytes]:
    """The package, a piece at a time."""
    for one in members:
        yield local_header(one)
        yield from one.pieces()
    yield directory(members)


def local_header(one: Member) -> bytes:
    """What stands before a member."""
    return b"PK\x03\x04" + _facts(one) + one.name.encode("ascii")


def directory(members: Sequence[Member]) -> bytes:
    """What stands behind the last member."""
    entries, offset = [], 0
    for one in members:
        place = struct.pack("<HHHII", 0, 0, 0, 0, offset)  # no comment, first disk, no attributes, where it begins
        entries.append(b"PK\x01\x02" + struct.pack("<H", _VERSION) + _facts(one) + place + one.name.encode("ascii"))
        offset += len(local_header(one)) + one.size
    table = b"".join(entries)
    return table + _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(table), offset, 0)


def _facts(one: Member) -> bytes:
    return _COMMON.pack(
        _VERSION, _NO_FLAGS, _STORED, _TIME, _DATE, one.crc, one.size, one.size, len(one.name), 0
    )  # fmt: skip


def _file_pieces(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while piece := opened.read(PIECE):
                yield piece
    except OSError as error:
        raise EvidenceError(f"{file.name} cannot be read ({error.strerror or type(error).__name__}).") from error

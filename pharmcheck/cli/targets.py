"""What the person handed in: addresses, archives, or a list of addresses on stdin."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, read_warc
from pharmcheck.cli.screen import plain
from pharmcheck.errors import AddressError, ArchiveError, EvidenceError
from pharmcheck.model import Address, Capture

if TYPE_CHECKING:
    from pharmcheck.evidence import Packed

_PACKAGE = re.compile(r"(?!https?://).*\.wacz", re.IGNORECASE | re.DOTALL)  # no such top-level domain either
_ARCHIVE = re.compile(r"(?!https?://).*\.warc(\.gz)?", re.IGNORECASE | re.DOTALL)  # no such top-level domain exists
_SHOWN = 80  # characters of what was typed that a message repeats


@dataclass(frozen=True, slots=True)
class Site:
    """An address to look at."""

    address: Address


@dataclass(frozen=True, slots=True)
class Archive:
    """The captures of one web archive, one for each site."""

    file: Path
    captures: tuple[Capture, ...]
    left_out: int  # older visits to the same sites
    packed: tuple[Packed, ...] = ()  # of an evidence package: each capture with what it was judged with


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is neither, with the sentence that says why."""

    sentence: str


Target = Site | Archive | Refused


def read_targets(texts: Iterable[str], policy: Policy) -> list[Target]:
    """Every target, in the order of input.  A refused one does not keep the others from being judged."""
    targets: list[Target] = []
    for text in texts:
        if text == "-":
            targets += [_site(line, policy) for line in _lines()]
        elif _ARCHIVE.fullmatch(text):
            targets.append(_archive(Path(text)))
        elif _PACKAGE.fullmatch(text):
            targets.append(_package(Path(text)))
        else:
            targets.append(_site(text, policy))
    return targets


def _site(text: str, policy: Policy) -> Site | Refused:
    try:
        address = parse_address(text, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
    except AddressError as error:
        return Refused(f"{_shown(text)}: {error}")
    return Site(address)


def _package(file: Path) -> Archive | Refused:
    """A package is judged only when nothing in it was altered; a WACZ of another program brings archives only."""
    from pharmcheck.evidence import is_ours, read_captures, read_package, verify

    try:
        if not is_ours(file):
            return _newest(file, read_captures(file))
        problems = verify(file).problems
        packed = [] if problems else read_package(file)
    except (ArchiveError, EvidenceError) as error:
        return Refused(f"{file}: {error}")
    if problems:
        return Refused(f"{file}: the package was altered; `pharmcheck evidence verify` says where.")
    return Archive(file, tuple(one.capture for one in packed), 0, tuple(packed))


def _archive(file: Path) -> Archive | Refused:
    try:
        return _newest(file, read_warc(file))
    except ArchiveError as error:
        return Refused(f"{file}: {error}")


def _newest(file: Path, captures: list[Capture]) -> Archive:
    newest: dict[str, Capture] = {}
    for capture in captures:
        domain = capture.address.registrable_domain
        if domain not in newest or newest[domain].finished_at < capture.finished_at:
            newest[domain] = capture
    return Archive(file, tuple(newest.values()), len(captures) - len(newest))


def _lines() -> Iterator[str]:
    """The addresses on stdin, one a line; empty lines and lines that start with # are remarks."""
    if sys.stdin.isatty():
        from pharmcheck.cli.screen import say

        say("Type addresses, one a line; end with Ctrl-D.")
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip("\ufeff \t\r\n")
        if line and not line.startswith("#"):
            yield line


def _shown(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

"""What the person handed in: addresses, archives, or a list of addresses on stdin."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy, read_warc
from pharmcheck.cli.screen import plain
from pharmcheck.errors import AddressError, ArchiveError
from pharmcheck.model import Address, Capture

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
        else:
            targets.append(_site(text, policy))
    return targets


def _site(text: str, policy: Policy) -> Site | Refused:
    try:
        address = parse_address(text, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
    except AddressError as error:
        return Refused(f"{_shown(text)}: {error}")
    return Site(address)


def _archive(file: Path) -> Archive | Refused:
    try:
        captures = read_warc(file)
    except ArchiveError as error:
        return Refused(f"{file}: {error}")
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

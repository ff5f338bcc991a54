"""Who stands on the list of `bench.crowd`: every address, what is behind it, and the messy file that names them all.

A number is all that an address is made of, so nothing is listed anywhere.  Imports nothing of pharmcheck.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from bench.fetching import SIZES

MIX = "dead:40 gone:5 parked:15 shell:10 1:10 2:8 3:6 4:6"
DEAD, GONE, PARKED, SHELL = "dead", "gone", "parked", "shell"
WORDS = {DEAD: "nobody answers", GONE: "404 to everything", PARKED: "parked", SHELL: "empty without scripts"}
_NAME = re.compile(r"(?:www\.)?shop([0-9]{6})\.example")
_SPREAD = 37  # prime to a hundred: neighbours on the list are of different kinds
_HUNDRED = 100


@dataclass(frozen=True)
class Town:
    """So many addresses of this mix.  A kind that is a number is a shop with so many pages, of `page_bytes` each."""

    sites: int
    mix: str = MIX
    page_bytes: int = 12_000

    @classmethod
    def of(cls, text: str) -> Self:
        """The one that `told` told."""
        return cls(**json.loads(text))

    @property
    def told(self) -> str:
        """For another process."""
        return json.dumps(asdict(self))

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        """What each of a hundred addresses is.  Raises ValueError for a mix that is none."""
        found: list[str] = []
        for part in self.mix.split():
            kind, _, share = part.partition(":")
            if kind not in WORDS and not (kind.isdigit() and 0 < int(kind) <= len(SIZES)):
                raise ValueError(f"{kind}: a site has 1 to {len(SIZES)} pages, or is one of {', '.join(WORDS)}")
            found += [kind] * int(share)
        if len(found) != _HUNDRED:
            raise ValueError(f"{self.mix}: the shares make {len(found)}, not a hundred")
        return tuple(found)

    def host(self, number: int) -> str:
        return f"shop{number:06}.example"

    def number(self, host: str) -> int | None:
        """Which of ours a name is, with or without `www.`."""
        match = _NAME.fullmatch(host)
        return int(match[1]) if match is not None and int(match[1]) < self.sites else None

    def kind(self, number: int) -> str:
        return self._kinds[number * _SPREAD % _HUNDRED]

    def paths(self, number: int) -> tuple[str, ...]:
        """The pages of a site."""
        kind = self.kind(number)
        if kind in (DEAD, GONE):
            return ()
        return tuple(SIZES)[: int(kind)] if kind.isdigit() else ("/",)

    def page_counts(self, done: bytes | None = None) -> tuple[int, int]:
        """Sites that answer with a page, and pages, of all; or of those with a 1."""
        counts = [len(self.paths(number)) for number in range(self.sites) if done is None or done[number]]
        return sum(map(bool, counts)), sum(counts)

    def described(self) -> str:
        """The mix in words."""
        shares = {kind: self._kinds.count(kind) for kind in dict.fromkeys(self._kinds)}
        said = [f"{share} {WORDS.get(kind) or f'shops of {kind} pages'}" for kind, share in shares.items()]
        return f"of a hundred addresses: {', '.join(said)}; pages of shops have {self.page_bytes:,} bytes before gzip"

    def write_list(self, file: Path) -> int:
        """The list as an office has it; returns how many entries it holds, its header among them."""
        rows = [["No", "Complaint", "Website", "Remark"], *self._rows()]
        with file.open("w", encoding="cp1252", newline="") as opened:
            csv.writer(opened, delimiter=";").writerows(rows)
        return len(rows)

    def _rows(self) -> Iterator[list[str]]:
        for number in range(self.sites):
            host = self.host(number)
            cells = [_cell(number, host)]
            if number % 20 == 7:
                cells.append(f"https://{host}/")
            if number % 50 == 3:
                cells.append(("n/a", f"apotheke {number}", f"info@{host}", "telephone orders only")[number // 50 % 4])
            for cell in cells:
                yield [str(number), f"Beschwerde {number} über Versand", cell, "They sent nothing; £40 are gone."]


def _cell(number: int, host: str) -> str:
    """An address as people write it; one in two stands as it should."""
    return (
        f"https://{host}/", f"hxxps://{host.replace('.', '[.]')}/", f"https://{host}/", f"http://{host}",
        f"https://{host}/", host.upper(), f"https://{host}/", f"  https://{host}/\xa0", f"https://{host}/",
        f"see https://{host}/ (closed?)",
    )[number % 10]  # fmt: skip

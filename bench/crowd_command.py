"""The `pharmcheck` command, for `bench.crowd`: only where its sites live is told from outside.

    python -m bench.crowd_command TOWN PORTS pharmcheck's arguments

`--resolve` says the same for a few names; a hundred thousand do not fit into a command line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from bench.crowd_town import DEAD, Town
from pharmcheck.capture import Policy
from pharmcheck.cli import main, options
from pharmcheck.settings import Settings

_ordinary = options.policy
_names: frozenset[str] = frozenset()


class Ways(Mapping[tuple[str, int], tuple[str, int]]):
    """Where each site of a town is to be found: on loopback, and nowhere else."""

    def __init__(self, town: Town, ports: Mapping[str, int]) -> None:
        self._town, self._ports = town, ports

    def __getitem__(self, place: tuple[str, int]) -> tuple[str, int]:
        host, port = place
        number = self._town.number(host)
        if number is None or port not in (80, 443):
            raise KeyError(place)
        dead = self._town.kind(number) == DEAD
        return "127.0.0.1", self._ports["nobody" if dead else "secure" if port == 443 else "plain"]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        for number in range(self._town.sites):
            host = self._town.host(number)
            names = (host, f"www.{host}") if self._town.kind(number) == DEAD else (host,)  # who is in needs no other
            yield from ((name, port) for name in names for port in (443, 80))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Asked for every row: nothing is counted for it."""
        return True


@dataclass(frozen=True, slots=True)
class TownPolicy(Policy):
    """A policy that knows its names once: gathering a hundred thousand at every question would be no bench."""

    @property
    def admitted_hosts(self) -> frozenset[str]:
        return _names


def policy(settings: Settings, resolve: Sequence[str], allow: Sequence[str], ca_file: Path | None) -> Policy:
    """The ordinary policy, with the ways of the town."""
    made = _ordinary(settings, resolve, allow, ca_file)
    whole = {field.name: getattr(made, field.name) for field in fields(made)} | {"resolve": _ways}
    return TownPolicy(**whole)


if __name__ == "__main__":
    _ways = Ways(Town.of(sys.argv[1]), json.loads(sys.argv[2]))
    _names = frozenset(host for host, _ in _ways)
    options.policy = policy
    del sys.argv[1:3]
    main()

"""One list of a key at a time comes in: each may be 33 MB, and a hundred connections would hold gigabytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pharmcheck.api.problems import Problem


class Turnstile:
    """Lets every owner through once, until he is out again."""

    def __init__(self) -> None:
        self._inside: set[str] = set()

    @contextmanager
    def through(self, owner: str) -> Iterator[None]:
        """While the block runs, nobody else of this owner gets in.  Raises Problem."""
        if owner in self._inside:
            raise Problem("too_many_batches", "Another list of this key is being read; hand this one in after it.")
        self._inside.add(owner)
        try:
            yield
        finally:
            self._inside.remove(owner)

"""One cheap look at the text of a page before it is read: is it too much, and is it unlike any page we know?

The tokenizer is linear and knows no depth, so there is nothing to refuse here: a page that is too much is read up to
a fixed place, and the reading says so.  Refusing it whole would be a gift: a bomb at its end would hide what a shop
says.  A page unlike others is called suspicious: it is tried in a process of its own first (`taster.py`).

Counting characters is all this does.  It costs about a hundredth of the reading.
"""

from __future__ import annotations

from typing import NamedTuple

# A tag costs at most 10 µs of reading, so that this many end in 2 s.  A shop page of 100 KB has 3,000 to 6,000,
# five megabytes of such a listing as many as this.
MAX_TAGS = 200_000

# What makes a page suspicious.  Each stands an order of magnitude above the shop pages of `bench/`.
LARGE = 1_000_000  # characters; capture's own limit is five times that
MANY_TAGS = 40_000
MANY_VALUES = 100_000  # "=" signs: attributes with a value, and whatever scripts say
LONG_STRETCH = 262_144  # characters without ">": one enormous tag, comment or script
_CHUNK = 65_536


class Prescan(NamedTuple):
    """What to read of a page, what was left out, and why it should be tried first."""

    text: str
    cut: str | None
    suspicion: str | None


def prescan(text: str) -> Prescan:
    """Look at the text of a page.  Pure, and linear in its length."""
    tags = text.count("<")
    if tags > MAX_TAGS:
        return Prescan(text[: _end_of(text)], f"only the first {MAX_TAGS} tags were read", f"{tags} tags")
    return Prescan(text, None, _suspicion(text, tags))


def _suspicion(text: str, tags: int) -> str | None:
    if len(text) > LARGE:
        return f"{len(text)} characters"
    if tags > MANY_TAGS:
        return f"{tags} tags"
    if text.count("=") > MANY_VALUES:
        return "too many attributes"
    for start in range(0, len(text) - LONG_STRETCH + 1, LONG_STRETCH // 2):
        if text.find(">", start, start + LONG_STRETCH // 2) < 0:
            return "a tag, comment or script without end"
    return None


def _end_of(text: str) -> int:
    """Where the last tag ends that is still read."""
    at = tags = 0
    while (more := text.count("<", at, at + _CHUNK)) + tags <= MAX_TAGS:
        tags += more
        at += _CHUNK
    for _ in range(MAX_TAGS - tags + 1):
        at = text.index("<", at) + 1
    return at - 1

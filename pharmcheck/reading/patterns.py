"""How this room compiles RE2 patterns: quietly, and with room for the automaton.

Out of room, RE2 stays linear but becomes twenty times slower; the classes of all letters are what
fills it, so patterns that meet every page name the letters they mean.
"""

from __future__ import annotations

from typing import Any

import re2

Pattern = Any  # google-re2 ships no types …
Match = Any  # … and this is what one of its patterns found

_UPPER = "A-ZÀ-ÖØ-ÞĆĄČĎĘĚŁŃŇŐŘŚŠŤŮŰŹŻŽ"
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿĀ-ž"
_MEMORY = 32 << 20


def compile_text(pattern: str) -> Pattern:
    """A pattern for one string."""
    return re2.compile(pattern, options())


def compile_lines(pattern: str) -> Pattern:
    """A pattern for `Lines`: UTF-8 bytes, every block a line."""
    return re2.compile(f"(?m){pattern}".encode(), options())


def latin(pattern: str) -> str:
    r"""The pattern with the letters of Latin scripts for `\pL` and `\p{Lu}`."""
    pattern = pattern.replace(r"[\p{Lu}]", r"\p{Lu}").replace(r"[\pL", f"[{_LETTER}")
    return pattern.replace(r"\p{Lu}", f"[{_UPPER}]").replace(r"\pL", f"[{_LETTER}]")


def options() -> Pattern:
    """Quiet, and with memory."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options

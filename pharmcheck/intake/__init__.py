"""A messy list → what in it can be checked.  Pure: bytes in, entries out; no DNS, no network, no disk.

Nothing rejects a whole file but its size, its kind and an attack: every row ends as accepted, repaired, duplicate,
ignored or for a person, with its place in the file and a sentence.
"""

from pharmcheck.intake.entries import Entry, Kind
from pharmcheck.intake.lists import IntakeList, read_list, read_texts
from pharmcheck.intake.rows import MAX_BYTES, MAX_ROWS

__all__ = ["MAX_BYTES", "MAX_ROWS", "Entry", "IntakeList", "Kind", "read_list", "read_texts"]

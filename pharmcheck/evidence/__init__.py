"""Evidence that stands: checks packed with all that they rest on (WACZ), held against itself, and judged again.

A package is read by other people's tools; what is ours in it is described in docs/evidence.md.
"""

from pharmcheck.evidence.cases import Case, case_of_check, cases_of_archive
from pharmcheck.evidence.container import Member, container, size_of
from pharmcheck.evidence.making import Maker, make_package
from pharmcheck.evidence.noting import note_export
from pharmcheck.evidence.replaying import Packed, is_ours, read_captures, read_package
from pharmcheck.evidence.verifying import Trust, Verified, verify

__all__ = [
    "Case", "Maker", "Member", "Packed", "Trust", "Verified", "case_of_check", "cases_of_archive", "container",
    "is_ours", "make_package", "note_export", "read_captures", "read_package", "size_of", "verify",
]  # fmt: skip

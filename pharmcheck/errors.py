"""What can go wrong, as a tree.  Codes are contract, sentences are not.

PharmcheckError                    every error we raise on purpose
├── UsageError                     the caller asked for something that cannot be done; exit 2
│   ├── AddressError               the text is not the address of a site we may visit
│   ├── ArchiveError               the file is not a readable web archive (WARC)
│   ├── RegisterFileError          the file is not the register that it is said to be, or may not replace it
│   ├── WorkbookError              the file is not a workbook that can be opened; says why, as half a sentence
│   ├── ListFileError              the file is not a list of sites that can be read
│   └── EvidenceError              there is nothing to pack, or the file is no evidence package that may be opened
│       └── TimestampError         the authority gave no timestamp, or the timestamp is not what it should be
├── RulesetError                   a rule file is wrong; names file and line
├── RefreshError                   a register could not be brought up to date; what is loaded stays
└── StoreError                     the database cannot be used

A failure at the network is not an error: it is an `Attempt` with a `FetchOutcome`.
Do not add an exception here without a line in the tree.
"""

from __future__ import annotations


class PharmcheckError(Exception):
    """Every error we raise on purpose.  `str()` of it is a sentence that may be shown to a person."""

    code = "internal"


class UsageError(PharmcheckError):
    """The caller asked for something that cannot be done."""

    code = "usage"


class AddressError(UsageError):
    """The text is not the address of a site we may visit.

    `code` says which kind of wrong (`empty`, `scheme`, `credentials`, `port`, `host`, `not_public` …).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ArchiveError(UsageError):
    """The file is not a readable web archive."""

    code = "archive"


class RegisterFileError(UsageError):
    """The file is not the register that it is said to be, or may not replace the one that is loaded."""

    code = "register_file"


class WorkbookError(UsageError):
    """The file is not a workbook that can be opened.  Its text is half a sentence, for whoever wanted to read it."""

    code = "workbook"


class ListFileError(UsageError):
    """The file is not a list of sites that can be read."""

    code = "list_file"


class EvidenceError(UsageError):
    """There is nothing to pack, or the file is no evidence package that may be opened."""

    code = "evidence"


class TimestampError(EvidenceError):
    """The authority gave no timestamp, or the timestamp is not what it should be."""

    code = "timestamp"


class RulesetError(PharmcheckError):
    """A rule file is wrong.  The message starts with `file:line:`."""

    code = "ruleset"


class RefreshError(PharmcheckError):
    """A register could not be brought up to date."""

    code = "refresh"


class StoreError(PharmcheckError):
    """The database cannot be used."""

    code = "store"

"""Judge again what a package holds: the archived bytes, with what the registers answered then, as of then.

Archives that other programs packed as WACZ are read too; those bring bytes only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from pharmcheck.capture import capture_id, read_warc
from pharmcheck.check import judge
from pharmcheck.discretion import discreet
from pharmcheck.document import to_json, verdict_document
from pharmcheck.errors import ArchiveError, EvidenceError
from pharmcheck.evidence.answers import Recorded
from pharmcheck.evidence.making import MANIFEST
from pharmcheck.evidence.opening import Package, open_package
from pharmcheck.model import Capture, Judgement
from pharmcheck.registers import EMPTY_REGISTERS, RegisterLookup
from pharmcheck.ruleset import Ruleset

_ARCHIVE = re.compile(r"archive/[^/]+\.warc(\.gz)?")
_CHECK = re.compile(r"checks/([0-9a-f]{8,64})\.check\.json")
_CODE = re.compile(r"[A-Z]{2}")
_MOST_ARCHIVES = 500


@dataclass(frozen=True, slots=True)
class Packed:
    """One check of a package."""

    check_id: str
    capture: Capture
    registers: RegisterLookup
    destination: str | None
    judged_at: datetime
    document: str  # the verdict as it was given
    ruleset: str
    why_no_replay: str | None

    def judge(self, ruleset: Ruleset, destination: str | None = None) -> Judgement:
        """Judge it again, as of then; to another destination when one is given."""
        where = destination or self.destination
        return discreet(judge(self.capture, ruleset, registers=self.registers, destination=where, now=self.judged_at))

    def replay(self, ruleset: Ruleset) -> str:
        """The verdict that comes out now, as one line."""
        return to_json(verdict_document(self.judge(ruleset).verdict, ruleset))


def is_ours(path: Path) -> bool:
    """Whether a package means to be evidence, and not the WACZ of another program.  Raises EvidenceError."""
    with open_package(path) as package:
        return MANIFEST in package.members


def read_package(path: Path) -> list[Packed]:
    """The checks of an evidence package.  Raises EvidenceError."""
    with open_package(path) as package:
        captures: dict[str, dict[str, Capture]] = {}
        found = []
        for name in sorted(package.members):
            match = _CHECK.fullmatch(name)
            if match is not None:
                found.append(_packed(package, match[1], captures))
        return found


def read_captures(path: Path) -> list[Capture]:
    """Every capture of a WACZ, whoever made it.  Raises EvidenceError or ArchiveError."""
    with open_package(path) as package:
        names = [name for name in sorted(package.members) if _ARCHIVE.fullmatch(name)][:_MOST_ARCHIVES]
        captures = [capture for name in names for capture in _read(package, name)]
    if not captures:
        raise ArchiveError("The package holds no web archive.")
    return captures


def _packed(package: Package, check_id: str, captures: dict[str, dict[str, Capture]]) -> Packed:
    try:
        about = json.loads(package.read(f"checks/{check_id}.check.json"))
        archive, wanted = str(about["archive"]), str(about["capture_id"])
        if archive not in captures:
            captures[archive] = {capture_id(capture): capture for capture in _read(package, archive)}
        why = about["why_no_replay"]
        registers: RegisterLookup = EMPTY_REGISTERS
        if why is None:
            registers = Recorded(json.loads(package.read(f"checks/{check_id}.registers.json")))
        return Packed(
            check_id,
            captures[archive][wanted],
            registers,
            _country(about["destination"]),
            datetime.fromisoformat(about["judged_at"]),
            package.read(f"checks/{check_id}.verdict.json").decode("utf-8"),
            str(about["ruleset"]),
            why,
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise EvidenceError(f"The check {check_id} of the package cannot be read.") from error


def _country(said: object) -> str | None:
    if said is not None and (not isinstance(said, str) or not _CODE.fullmatch(said)):
        raise ValueError(said)
    return said


def _read(package: Package, name: str) -> list[Capture]:
    if name not in package.members:
        raise EvidenceError(f"{name} is missing.")
    with NamedTemporaryFile(suffix=".gz" if name.endswith(".gz") else "") as file:
        package.copy(name, file.file)
        file.flush()
        return read_warc(file.name)

"""Note in the store's logs of custody what was done with packages: made, held against themselves, judged again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pharmcheck.custody import Action
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.container import Member
from pharmcheck.evidence.making import DATAPACKAGE
from pharmcheck.evidence.opening import open_package
from pharmcheck.evidence.verifying import Verified
from pharmcheck.store import Custody, Store

_CHECK = re.compile(r"checks/([0-9a-f]{32})\.check\.json")


def note_export(store: Store, cases: Sequence[Case], members: Sequence[Member], now: datetime) -> None:
    """A package was made of these.  The next one tells of it; this one has its own last entry.  Raises StoreError."""
    package = next(one for one in members if one.name == DATAPACKAGE)
    what = f"an evidence package of {len(cases)} check{'s' if len(cases) != 1 else ''}"
    kept = [case.check_id for case in cases if not case.received]
    Custody(store).note(kept, Action.EXPORTED, what, (DATAPACKAGE, package.sha256), now)


def note_verified(store: Store, path: Path, found: Verified, now: datetime, *, replayed: bool) -> int:
    """A package was held against itself here; to how many checks of ours that was noted.

    Raises EvidenceError or StoreError.
    """
    with open_package(path) as package:
        held = [match[1] for name in package.members if (match := _CHECK.fullmatch(name))]
    with path.open("rb") as file:
        about = ("package", hashlib.file_digest(file, "sha256").hexdigest())
    problems = len(found.problems)
    outcome = "nothing was altered" if found.intact else f"altered in {problems} place{'s' if problems != 1 else ''}"
    custody = Custody(store)
    noted = custody.note(held, Action.VERIFIED, f"a package: {outcome}", about, now)
    if replayed and found.intact:
        told = "; ".join(text for name, text in found.facts if name == "judged again")
        custody.note(held, Action.REPLAYED, told, about, now)
    return noted

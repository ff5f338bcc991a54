"""What came of verifying a package: judged again, and noted where the checks are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from pharmcheck.evidence import Packed, Verified
    from pharmcheck.ruleset import Ruleset


def replay(path: Path, found: Verified) -> None:
    """Judge each check of a package again, and add what came of it to what was found."""
    from pharmcheck.evidence import read_package
    from pharmcheck.ruleset import load_ruleset

    ruleset = load_ruleset()
    for packed in read_package(path):
        host = packed.capture.address.host
        if packed.why_no_replay is not None:
            found.facts.append(("judged again", f"{host}: not possible. {packed.why_no_replay}"))
        elif packed.ruleset != ruleset.version:
            told = f"{host}: not possible here: it takes the rules {packed.ruleset}, and {ruleset.version} are loaded"
            found.facts.append(("judged again", told))
        elif _leads_to_it(packed, ruleset):
            found.facts.append(("judged again", f"{host}: the same verdict, byte for byte"))
        else:
            found.problems.append(f"checks/{packed.check_id}.verdict.json: the archived bytes do not lead to it")


def note_outcome(path: Path, found: Verified, folder: Path, *, replayed: bool) -> None:
    """Note in the logs of custody of a data folder what came of a package.  Raises UsageError where nothing is kept."""
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.evidence.noting import note_verified
    from pharmcheck.store import Store

    settings = options.settings_for(folder)
    if not Store.exists(settings):
        raise UsageError(f"--note {folder}: nothing is kept there.")
    with Store.open(settings) as store:
        noted = note_verified(store, path, found, datetime.now(UTC), replayed=replayed)
    say(f"Noted in the log of custody of {noted} check{'s' if noted != 1 else ''}.")


def _leads_to_it(packed: Packed, ruleset: Ruleset) -> bool:
    try:
        return packed.replay(ruleset) == packed.document
    except Exception:  # noqa: BLE001 - answers of registers that somebody made up may break any rule
        return False

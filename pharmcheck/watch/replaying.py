"""Why a verdict changed: the earlier capture, judged by today's rules and registers, says whether it took the site.

Where it gives the new answer already, the site need not have changed; where it does not, what the site shows did it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pharmcheck.check import judge
from pharmcheck.digest import Cause
from pharmcheck.errors import StoreError
from pharmcheck.model import Verdict
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Store, StoredVerdict


@dataclass(frozen=True, slots=True)
class Replay:
    """Judges earlier captures again.  Without rules at hand nobody can, and causes stay unknown."""

    store: Store
    ruleset: Ruleset | None

    def __call__(self, before_check: str, after_check: str) -> Cause:
        """The cause of what the rules said before and after."""
        before, after = self._verdict(before_check), self._verdict(after_check)
        if before is None or after is None or before.capture_id is None:
            return Cause.UNKNOWN
        if self.ruleset is None or self.ruleset.version != after.ruleset:
            return Cause.UNKNOWN
        try:
            capture = self.store.load_capture(before.capture_id)
        except StoreError:  # deleted to make room, or damaged
            return Cause.UNKNOWN
        registers, now = self.store.registers(), after.judged_at
        again = judge(capture, self.ruleset, registers=registers, destination=after.destination, now=now).verdict
        said = json.loads(after.document)
        if _of_verdict(again) != (after.category.value, after.reason_code, _proofs(said)):
            return Cause.SITE
        if before.ruleset == after.ruleset:
            return Cause.REGISTERS
        other_registers = json.loads(before.document).get("registers") != said.get("registers")
        return Cause.RULES_OR_REGISTERS if other_registers else Cause.RULES

    def _verdict(self, check_id: str) -> StoredVerdict | None:
        found = self.store.get_check(check_id) if check_id else None
        return found.verdict if found else None


def _of_verdict(verdict: Verdict) -> tuple[str, str, frozenset[str]]:
    proofs = frozenset(f"{proof.register} {proof.entry_id}" for proof in verdict.proofs)
    return verdict.category.value, verdict.reason_code, proofs


def _proofs(document: dict[str, Any]) -> frozenset[str]:
    return frozenset(f"{proof['register']} {proof['entry_id']}" for proof in document.get("proofs", []))

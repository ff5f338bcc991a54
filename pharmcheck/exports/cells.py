"""What a verdict puts into the cells of a spreadsheet, defused.

A cell that begins like a formula is one, for a spreadsheet; text of a hostile page must never act (hostile.md, A7).
"""

from __future__ import annotations

import re
from typing import Any

from pharmcheck.address.defanging import defang

COLUMNS = (
    "row", "input", "host", "category", "reason_code", "score", "coverage", "reasons", "quote", "quote_url",
    "proofs", "overlays", "not_checked", "destination", "checked_at", "valid_until", "ruleset", "state", "problem",
)  # fmt: skip

_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")  # full-width signs too: spreadsheets fold them
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def cells(item: dict[str, Any]) -> list[str]:
    """The cells of one row of a list, in the order of `COLUMNS`."""
    verdict = item["verdict"] or {}
    reasons = verdict.get("reasons", [])
    first: dict[str, Any] = next((proof for reason in reasons for proof in reason["evidence"]), {})
    values = (
        item["row"],
        item["input"],
        verdict.get("address", {}).get("host"),
        verdict.get("category"),
        verdict.get("reason_code"),
        verdict.get("score"),
        verdict.get("coverage"),
        " | ".join(f"{reason['rule']}: {reason['message']}" for reason in reasons),
        first.get("quote"),
        defang(first.get("url") or ""),
        " | ".join(f"{proof['register']} {proof['entry_id']}" for proof in verdict.get("proofs", [])),
        " ".join(verdict.get("overlays", [])),
        " | ".join(f"{entry['what']}: {entry['why']}" for entry in verdict.get("not_checked", [])),
        verdict.get("destination"),
        verdict.get("checked_at"),
        verdict.get("valid_until"),
        verdict.get("ruleset"),
        item["state"],
        item["problem"] or item["error_code"],
    )
    return [defuse("" if value is None else str(value)) for value in values]


def defuse(text: str) -> str:
    """Text that no spreadsheet takes for a formula and no terminal obeys."""
    clean = _CONTROL.sub(" ", text)
    return f"'{clean}" if _FORMULA.match(clean.lstrip(" '")) else clean

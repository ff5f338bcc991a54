"""What a verdict puts into the cells of a spreadsheet, defused.

A cell that begins like a formula is one, for a spreadsheet; text of a hostile page must never act (hostile.md, A7).
Addresses are written so that nobody opens them by a slip of the hand; the JSON lines hold them as they are.
"""

from __future__ import annotations

import re
from typing import Any

from pharmcheck.address.defanging import defang

COLUMNS = (
    "row", "sheet", "line", "kind", "input", "host", "category", "reason_code", "score", "coverage", "reasons", "quote",
    "quote_url", "proofs", "overlays", "not_checked", "destination", "checked_at", "valid_until", "ruleset", "state",
    "problem", "note", "same_as_row", "override",
)  # fmt: skip

MOST = 8_000  # characters of a cell; a spreadsheet holds 32,767, and nobody reads on
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")  # full-width signs too: spreadsheets fold them
# Controls, invisible marks, marks that turn text round, halves of characters.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]+"
)
_DOT = re.compile(r"(?<=[\w\]])\.(?=[^\W\d_]{2})")


def cells(item: dict[str, Any]) -> list[str]:
    """The cells of one row of a list, in the order of `COLUMNS`."""
    verdict = item["verdict"] or {}
    address = verdict.get("address", {})
    hosts = [host for host in (address.get("host"), address.get("registrable_domain")) if host]
    reasons = verdict.get("reasons", [])
    first: dict[str, Any] = next((proof for reason in reasons for proof in reason["evidence"]), {})
    values = (
        item["row"],
        item["sheet"],
        item["line"],
        item["kind"],
        defang_all(item["input"]),
        defang_all(address.get("host") or host_of_item(item)),
        verdict.get("category"),
        verdict.get("reason_code"),
        verdict.get("score"),
        verdict.get("coverage"),
        defang(" | ".join(f"{reason['rule']}: {reason['message']}" for reason in reasons), *hosts),
        defang(first.get("quote") or "", *hosts),
        defang(first.get("url") or ""),
        " | ".join(f"{proof['register']} {proof['entry_id']}" for proof in verdict.get("proofs", [])),
        " ".join(verdict.get("overlays", [])),
        defang(" | ".join(f"{entry['what']}: {entry['why']}" for entry in verdict.get("not_checked", [])), *hosts),
        verdict.get("destination"),
        verdict.get("checked_at"),
        verdict.get("valid_until"),
        verdict.get("ruleset"),
        item["state"],
        item["problem"] or item["error_code"],
        defang_all(item["note"] or ""),
        item["same_as_row"],
        defang(override_words(verdict.get("override")), *hosts),
    )
    return [defuse("" if value is None else str(value)) for value in values]


def override_words(override: dict[str, Any] | None) -> str:
    """A person's word over the machine's, in a line; nothing where there is none."""
    if override is None:
        return ""
    machine = override["machine"]
    rules = f"{machine['category']} ({machine['reason_code']})"
    chosen = f"{override['category']} by {override['by']} until {override['until'][:10]}"
    return f"{chosen}: {override['reason']} | rules: {rules}"


def host_of_item(item: dict[str, Any]) -> str:
    """The host that a row asks about, whether or not there is an answer yet."""
    return (item["url"] or "").partition("://")[2].partition("/")[0]


def defuse(text: str) -> str:
    """Text that no spreadsheet takes for a formula and no terminal obeys."""
    clean = calm(text)[:MOST]
    return f"'{clean}" if _FORMULA.match(clean.lstrip(" '")) else clean


def calm(text: str) -> str:
    """Text without anything that acts: controls, invisible marks, marks that turn it round."""
    return _CONTROL.sub(" ", text)


def defang_all(text: str) -> str:
    """What somebody handed in, with everything that may be an address written so that nobody opens it."""
    return _DOT.sub("[.]", defang(text))

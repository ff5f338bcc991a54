"""Labelled sites from a folder, each judged once.  The form of the folder stands in docs/accuracy.md.

Reads and judges; counts nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from pharmcheck.address import parse_address
from pharmcheck.capture import page_role, read_warc
from pharmcheck.check import judge
from pharmcheck.model import Capture, Category, EvidenceKind, Finding, Judgement, Outcome, Page, PageRole
from pharmcheck.ruleset import Ruleset

SELLERS = ("rogue", "camouflaged")
PHARMACIES = ("honest", "telehealth")
BYSTANDERS = ("information", "news", "supplements", "veterinary", "other")
LABELS = (*SELLERS, *PHARMACIES, *BYSTANDERS)
EVIDENCE = ("decisive", "partial", "none")
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_NEEDED = ("site", "label", "language", "operator", "pages")


class LabelError(Exception):
    """A file of the folder is not what the form asks for; the message names the file."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled site and what we said of it."""

    name: str  # of its file: a site in two languages is two cases
    site: str
    label: str
    language: str
    operator: str
    evidence: str
    pages: int
    category: Category
    reason_code: str
    score: int | None
    rules: tuple[str, ...]  # those that hold
    shadow: tuple[str, ...]  # those that would, if they counted
    told: tuple[tuple[str, str, str], ...] = ()  # rule, effect, quote: why a person was told so
    proven: bool = True  # an accusation comes with words, a list or a register that show it

    @property
    def kind(self) -> str:
        return "seller" if self.label in SELLERS else "pharmacy" if self.label in PHARMACIES else "bystander"

    @property
    def accused(self) -> bool:
        return self.category in (Category.DANGER, Category.CAUTION)

    @property
    def cleared(self) -> bool:
        return self.category in (Category.VERIFIED, Category.VERIFIED_ELSEWHERE)

    @property
    def whole(self) -> bool:
        """Whether more than a single excerpt of the site was held."""
        return self.pages > 1


def judge_folder(folder: Path, ruleset: Ruleset, *, first: int | None = None) -> list[Case]:
    """Every site of the folder, by file name.

    Args:
        folder: as docs/accuracy.md describes it.
        ruleset: that judges.
        first: pages of each site that are read, as if the visit had ended there; saved visits are read whole.

    Raises:
        LabelError: a file cannot be read as the form says, or there is none.
    """
    cases = [_case(path, ruleset, first) for path in sorted(folder.glob("*.json"))]
    if not cases:
        raise LabelError(f"{folder} holds no *.json; is this the folder of labelled sites?")
    return cases


def case_of(name: str, data: Mapping[str, Any], judgement: Judgement) -> Case:
    """What the tables need of one judged site."""
    verdict = judgement.verdict
    holding = [finding for finding in judgement.findings if finding.outcome is Outcome.PRESENT]
    return Case(
        name=name,
        site=data["site"],
        label=data["label"],
        language=data["language"],
        operator=data["operator"],
        evidence=data.get("evidence_in_text") or "none",
        pages=len(judgement.readings),
        category=verdict.category,
        reason_code=verdict.reason_code,
        score=verdict.score,
        rules=tuple(finding.rule_id for finding in holding if not finding.shadow),
        shadow=tuple(finding.rule_id for finding in holding if finding.shadow),
        told=tuple((finding.rule_id, finding.effect, _quotes(finding)) for finding in verdict.reasons),
        proven=any(evidence.quote for finding in verdict.reasons for evidence in finding.evidence),
    )


def _quotes(finding: Finding) -> str:
    words = (e.quote if e.kind is not EvidenceKind.PAGE else f"“{e.quote}”" for e in finding.evidence)
    return " | ".join(words)[:300]


def _case(path: Path, ruleset: Ruleset, first: int | None = None) -> Case:
    data = labels_in(path)
    data["pages"] = data["pages"][:first]
    return case_of(path.stem, data, judge(capture_in(path, data), ruleset, now=_WHEN))


def capture_in(path: Path, data: Mapping[str, Any]) -> Capture:
    """The visit beside the file of labels, or one made of its texts."""
    archive = path.with_suffix(".warc.gz")
    return read_warc(archive)[0] if archive.is_file() else _capture(data)


def labels_in(path: Path) -> dict[str, Any]:
    """What a file says of its site.  Raises LabelError."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise LabelError(f"{path} is not JSON: {exc}") from exc
    missing = [key for key in _NEEDED if not data.get(key)]
    if missing:
        raise LabelError(f"{path} says nothing of: {', '.join(missing)}")
    if data["label"] not in LABELS:
        raise LabelError(f"{path}: no label {data['label']!r}; there are: {', '.join(LABELS)}")
    if data["label"] in SELLERS and data.get("evidence_in_text") not in EVIDENCE:
        raise LabelError(f"{path}: a seller needs evidence_in_text, one of: {', '.join(EVIDENCE)}")
    return data


def _capture(data: Mapping[str, Any]) -> Capture:
    pages = []
    folder = _folder(data)
    for entry in data["pages"]:
        role = PageRole.HOME if entry["url"] == folder else page_role(entry["url"])
        body = entry.get("html") or "".join(f"<p>{escape(line)}</p>\n" for line in entry["text"].splitlines())
        raw = f'<html lang="{escape(data["language"])}"><body>{body}</body></html>'.encode()
        headers = (("content-type", "text/html; charset=utf-8"),)
        digest = hashlib.sha256(raw).hexdigest()
        pages.append(Page(entry["url"], role, 200, headers, raw, digest, _WHEN, truncated=False))
    return Capture(parse_address(data["pages"][0]["url"]), (), tuple(pages), (), _WHEN, _WHEN, archived=True)


def _folder(data: Mapping[str, Any]) -> str:
    """The address of a site that lives in a folder of somebody's host, all its pages below it; "" for any other.

    Its first page is its home, as in an archive by others (`capture.foreign`).
    """
    first = str(data["pages"][0]["url"])
    inner = first.endswith("/") and len(data["pages"]) > 1
    return first if inner and all(str(entry["url"]).startswith(first) for entry in data["pages"]) else ""

"""A page of a hostile site: visited, judged, and explained."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from bench.fuzz.targets.page import SEEDS
from bench.fuzz.targets.visit import CAPTURE
from pharmcheck.check import judge
from pharmcheck.document import verdict_document
from pharmcheck.ruleset import load_ruleset

__all__ = ["SEEDS", "once"]
_RULESET = load_ruleset()
_LANGUAGES = ("en", "de", "fr", "es")


def once(data: bytes) -> None:
    """A verdict, never a good one, and its document in JSON that everybody can read."""
    page = replace(CAPTURE.pages[0], body=data, sha256=hashlib.sha256(data).hexdigest())
    judgement = judge(replace(CAPTURE, pages=(page,)), _RULESET, now=CAPTURE.finished_at)
    assert judgement.verdict.category not in ("verified", "verified_elsewhere")  # there is no register here
    for language in _LANGUAGES:
        document = verdict_document(judgement.verdict, _RULESET, language)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")

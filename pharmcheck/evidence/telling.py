"""The page "how this was made": for whoever gets a package and was not there.  Every word of a stranger is escaped."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pharmcheck.address.defanging import defang
from pharmcheck.custody import Step, read_log, to_step
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.container import Member


def how_this_was_made(
    cases: Sequence[Case],
    facts: Mapping[str, Any],
    objects: Sequence[Member],
    steps: Sequence[Step],
    *,
    signed: bool,
    authority: str,
) -> bytes:
    """The page, in UTF-8.  Addresses on it are defanged: nobody opens one by a slip of the hand."""
    hosts = [case.host for case in cases]
    logged = [to_step(entry) for case in cases for entry in read_log(case.log)[0]]
    steps = sorted([*logged, *steps], key=lambda step: step.at)
    text = _environment().get_template("how.html").render(
        facts=facts,
        python=f"Python {platform.python_version()}",
        cases=[_told(case) for case in cases],
        objects=sorted(objects, key=lambda one: one.name),
        steps=[(f"{step.at:%Y-%m-%d %H:%M:%S} UTC", defang(step.what, *hosts), step) for step in steps],
        signed=signed,
        authority=authority,
    )  # fmt: skip
    return text.encode("utf-8", "replace")


def _told(case: Case) -> dict[str, Any]:
    document = json.loads(case.document)
    return {
        "case": case,
        "host": defang(case.host, case.host),
        "category": document["category"].replace("_", " "),
        "reason": document["reason_code"].replace("_", " "),
        "checked_at": document["checked_at"],
        "pages": len(case.capture.pages),
        "failed": sum(attempt.outcome.value != "fetched" for attempt in case.capture.attempts),
        "peers": sorted({hop.peer for one in case.capture.attempts for hop in one.hops if hop.peer}),
        "certificates": sorted({fact.certificate_sha256 for fact in case.capture.tls if fact.certificate_sha256}),
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pharmcheck.evidence"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

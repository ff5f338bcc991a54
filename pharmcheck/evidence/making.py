"""Make an evidence package (WACZ 1.1.1) of cases.  The same cases at the same moment make the same bytes.

Each object stands in the manifest with its SHA-256; the log of custody names the manifest; the timestamp, if any, is
about the log; `datapackage.json` names them all; the signature, if any, is about that.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck import __version__
from pharmcheck.custody import Action, Step, head, stamp, verdict_member, write_log, written_by
from pharmcheck.errors import EvidenceError
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.container import Member, member, ordered
from pharmcheck.evidence.indexing import index_bytes, index_lines, pages_bytes
from pharmcheck.evidence.telling import how_this_was_made
from pharmcheck.evidence.timestamps import Authority, Timestamp, ask

SCHEMA = "pharmcheck.evidence/1"
MANIFEST, CUSTODY, TIMESTAMP = "evidence/manifest.json", "evidence/custody.jsonl", "evidence/timestamp.tsr"
HOW = "evidence/how-this-was-made.html"
DATAPACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
UNLISTED = frozenset({MANIFEST, CUSTODY, TIMESTAMP, DATAPACKAGE, DIGEST})
"""Members that the manifest does not list: they are made after it and point at it."""
SIGNED_AS = b"pharmcheck evidence package\n"
"""Stands before what is signed, so that no other signature of the same key can pass for one of these."""
SOFTWARE = f"pharmcheck {__version__}"
LOG = "custody.jsonl"
"""How the name of a check's own log ends."""
_MOST_CASES = 500


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a package, and with what."""

    operator: str  # as custody names them; "" where nobody said
    key: Ed25519PrivateKey | None = field(default=None, repr=False)
    authority: Authority | None = None  # whoever gives timestamps
    authority_name: str = ""
    pictures: Mapping[str, tuple[datetime, bytes]] = field(default_factory=dict)  # by check: when taken, PNG

    @property
    def by(self) -> str:
        """Who, as the log says it."""
        return written_by(self.operator)


def make_package(cases: Sequence[Case], maker: Maker, now: datetime) -> list[Member]:
    """The members of a package, in their order.  Raises EvidenceError."""
    if not cases:
        raise EvidenceError("There is nothing to prove.")
    if len(cases) > _MOST_CASES or len({case.check_id for case in cases}) < len(cases):
        raise EvidenceError(f"A package holds at most {_MOST_CASES} checks, and each of them once.")
    objects = [*_archives(cases), *(one for case in cases for one in _documents(case, maker))]
    steps = _steps(cases, maker, now)
    facts = {"made_at": stamp(now), "software": SOFTWARE, "operator": maker.operator}
    page = how_this_was_made(cases, facts, objects, steps, signed=maker.key is not None, authority=maker.authority_name)
    objects.append(member(HOW, page))
    manifest = member(MANIFEST, canonical_json({"schema": SCHEMA, **facts, "objects": [_listed(one) for one in sorted(
        objects, key=lambda one: one.name
    )]}))  # fmt: skip
    exported = Step(now, Action.EXPORTED, maker.by, "everything listed in the manifest", MANIFEST, manifest.sha256)
    log = write_log([*steps, exported])
    timestamp = ask(maker.authority, head(log).encode("ascii")) if maker.authority else None
    if timestamp is not None:
        objects.append(member(TIMESTAMP, timestamp.reply))
        log = write_log([_timestamped(timestamp, maker)], after=log)
    members = [*objects, manifest, member(CUSTODY, log)]
    package = member(DATAPACKAGE, datapackage(members, facts))
    return ordered([*members, package, member(DIGEST, digest_of(package, maker.key))])


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """The one way in which a value is written, so that there is no other."""
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def datapackage(members: Sequence[Member], facts: Mapping[str, Any]) -> bytes:
    """The list of all members that other tools read."""
    resources = [
        {"name": one.name.replace("/", "-"), "path": one.name, "hash": f"sha256:{one.sha256}", "bytes": one.size}
        for one in sorted(members, key=lambda one: one.name)
    ]
    return canonical_json({
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": "Evidence of pharmcheck",
        "description": f"{HOW} says how this was made and how to check it.",
        "created": facts["made_at"],
        "software": facts["software"],
        "resources": resources,
    })  # fmt: skip


def digest_of(package: Member, key: Ed25519PrivateKey | None) -> bytes:
    """The hash of that list, with the operator's signature where there is a key."""
    told: dict[str, Any] = {"path": DATAPACKAGE, "hash": f"sha256:{package.sha256}"}
    if key is not None:
        told["pharmcheck"] = {
            "algorithm": "Ed25519",
            "public_key": _text(key.public_key().public_bytes_raw()),
            "signature": _text(key.sign(SIGNED_AS + package.sha256.encode("ascii"))),
        }
    return canonical_json(told)


def _archives(cases: Sequence[Case]) -> list[Member]:
    """The archived bytes as they lie, their index and their pages.  Raises EvidenceError."""
    found: dict[str, Member] = {}
    lines: dict[str, list[str]] = {}
    for case in cases:
        if case.archive_name not in found:
            one = found[case.archive_name] = member(f"archive/{case.archive_name}", case.archive)
            if one.sha256 != case.archive_sha256:
                raise EvidenceError("The archived bytes are not the ones that were stored; they prove nothing.")
            lines[case.archive_name] = index_lines(case.archive, case.archive_name)
    index = index_bytes(line for held in lines.values() for line in held)
    pages = pages_bytes(case.capture for case in cases)
    return [*found.values(), member("indexes/index.cdxj", index), member("pages/pages.jsonl", pages)]


def _documents(case: Case, maker: Maker) -> list[Member]:
    about = {
        "check_id": case.check_id,
        "capture_id": json.loads(case.document)["capture_id"],
        "archive": f"archive/{case.archive_name}",
        "host": case.host,
        "destination": case.destination,
        "judged_at": stamp(case.judged_at),
        "ruleset": case.ruleset,
        "registers": list(case.registers),
        "why_no_replay": case.why_no_replay,
    }
    texts = {
        "check": canonical_json(about),
        "verdict": case.document.encode("utf-8"),
        "findings": canonical_json({"findings": case.findings}),
    }
    if case.answers is not None:
        texts["registers"] = canonical_json(case.answers)
    found = [member(f"checks/{case.check_id}.{what}.json", text) for what, text in texts.items()]
    if case.log:
        found.append(member(f"checks/{case.check_id}.{LOG}", case.log))
    if case.check_id in maker.pictures:
        found.append(member(f"checks/{case.check_id}.picture.png", maker.pictures[case.check_id][1]))
    return found


def _steps(cases: Sequence[Case], maker: Maker, now: datetime) -> list[Step]:
    steps = []
    for case in cases:
        steps += [_kept(case, maker, now)] if case.log else _told(case, maker)
        if case.check_id in maker.pictures:
            when, png = maker.pictures[case.check_id]
            what = f"a picture of {case.host} as a browser showed it then; no verdict rests on it"
            name = f"checks/{case.check_id}.picture.png"
            steps.append(Step(when, Action.CAPTURED, maker.by, what, name, hashlib.sha256(png).hexdigest()))
    return sorted(steps, key=lambda step: step.at)


def _kept(case: Case, maker: Maker, now: datetime) -> Step:
    """A check's own log, with all that happened to it until now."""
    what = f"the log of custody of {case.host}, written as things happened: {len(case.log.splitlines())} entries"
    return Step(now, Action.KEPT, maker.by, what, f"checks/{case.check_id}.{LOG}", hashlib.sha256(case.log).hexdigest())


def _told(case: Case, maker: Maker) -> list[Step]:
    """What is known of a check that has no log of its own: an archive handed in, a check of before there were logs."""
    what = f"the answers of {case.host}: {len(case.capture.pages)} pages"
    action, when = Action.CAPTURED, case.capture.finished_at
    if case.received:
        action, when = Action.RECEIVED, case.judged_at
        what = f"an archive made by somebody else, with {what}, which it dates {stamp(case.capture.finished_at)}"
    given = hashlib.sha256(case.document.encode("utf-8")).hexdigest()
    judged = f"the verdict about {case.host}, by rules {case.ruleset}"
    return [
        Step(when, action, maker.by, what, f"archive/{case.archive_name}", case.archive_sha256),
        Step(case.judged_at, Action.JUDGED, maker.by, judged, verdict_member(case.check_id), given),
    ]


def _timestamped(timestamp: Timestamp, maker: Maker) -> Step:
    what = f"the entry before this one, under serial number {timestamp.serial}"
    digest = hashlib.sha256(timestamp.reply).hexdigest()
    return Step(timestamp.at, Action.TIMESTAMPED, maker.authority_name, what, TIMESTAMP, digest)


def _listed(one: Member) -> dict[str, Any]:
    return {"path": one.name, "sha256": one.sha256, "bytes": one.size}


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")

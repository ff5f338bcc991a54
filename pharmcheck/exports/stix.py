"""A verdict as objects of STIX 2.1, for those who exchange what they know about dangerous sites.

Only `danger` and `caution` become indicators; the others are told as observations, so that nobody blocks a site for
having been looked at.  What somebody else says is a note with their name as its author.  The same document always
makes the same objects with the same ids; a later check of the site makes others, and the old ones run out.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pharmcheck.explain import catalogue

Object = dict[str, Any]

TLP: Mapping[str, str] = MappingProxyType({
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
})  # fmt: skip
"""The markings of TLP 2.0, whose ids OASIS has fixed."""

_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_TLP_SINCE = "2022-10-01T00:00:00.000Z"
_OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # of the standard: the same name, the same id
_OURS = uuid.UUID("6c1f6f0e-5f0d-5a52-8d1c-7c3f1c0a8f52")  # for everything else
_IDENTITY_SINCE = "2026-11-01T00:00:00.000Z"  # an identity is known by its name; it has no date of ours

# How sure somebody may be of our answer, on the scale of the standard: above 70 is "high", 30 to 69 "medium".  A
# `danger` rests on a rule that convicts by itself and quotes its proof; a `caution` is signs or a doubt.
CONFIDENCE = MappingProxyType({"danger": 85, "caution": 50})
_KINDS = MappingProxyType({"danger": "malicious-activity", "caution": "anomalous-activity"})
# Our own sentences about lists (ruleset/facts/warned.py), by which we know whose judgement a proof is.
_LISTED_BY = re.compile(r"(.{1,200}?) (?:put .{1,300} on its list of sites|lists .{1,300} as not recommended)")


@dataclass(frozen=True, slots=True)
class Source:
    """Whose bundle it is, and who may see it."""

    operator: str = ""
    tlp: str = "green"

    @property
    def identity(self) -> Object:
        """Who says it."""
        return identity(self.operator or "Operator of pharmcheck, not named")

    @property
    def marking(self) -> Object:
        """Who may see it, as an object that every bundle carries."""
        level = {"extension_type": "property-extension", "tlp_2_0": self.tlp}
        return {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": TLP[self.tlp],
            "created": _TLP_SINCE,
            "name": f"TLP:{self.tlp.upper()}",
            "extensions": {_TLP_EXTENSION: level},
        }

    def common(self) -> Object:
        """What every object of ours says."""
        return {"created_by_ref": self.identity["id"], "object_marking_refs": [TLP[self.tlp]]}


def identity(name: str) -> Object:
    """An organisation, known by its name."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": _id("identity", name),
        "created": _IDENTITY_SINCE,
        "modified": _IDENTITY_SINCE,
        "name": name,
        "identity_class": "organization",
    }


def domain_name(host: str) -> Object:
    """A name, under the id that everybody gives it."""
    return _observable("domain-name", host)


def verdict_objects(document: Mapping[str, Any], source: Source) -> Iterator[Object]:
    """Everything that a verdict document says.  Identities of others come before what refers to them."""
    address = document["address"]
    name, url = domain_name(address["host"]), _observable("url", address["url"])
    seen = _stamp(document["checked_at"])
    about = [address["host"], document["checked_at"], document["destination"], document["ruleset"]]

    def make(kind: str, what: str, **values: object) -> Object:
        return made(kind, [*about, what], seen, source, **values)

    observed = make(
        "observed-data", "seen", first_observed=seen, last_observed=seen, number_observed=1,
        object_refs=[name["id"], url["id"]],
    )  # fmt: skip
    yield from (name, url, observed)
    main = observed
    if document["category"] in CONFIDENCE:
        main = make("indicator", "verdict", **_indicator(document, address["host"]))
        shop = make(
            "infrastructure", "shop", name=address["host"], infrastructure_types=["unknown"],
            description="A web site that offers medicines.",
        )  # fmt: skip
        yield from (main, shop)
        for kind, start, end in (
            ("based-on", main, observed), ("indicates", main, shop), ("consists-of", shop, name),
        ):  # fmt: skip
            yield make("relationship", kind, relationship_type=kind, source_ref=start["id"], target_ref=end["id"])
    yield make("note", "reasons", abstract=_headline(document), content=_reasons(document), object_refs=[main["id"]],
               **_references(document))  # fmt: skip
    for number, (author, said) in enumerate(_others(document)):
        theirs = identity(author)
        yield theirs
        yield make("note", f"others {number}", abstract=f"What {author} says", content=said, authors=[author],
                   object_refs=[main["id"], theirs["id"]])  # fmt: skip
    if "disputed" in document["overlays"]:
        yield make("opinion", "disputed", opinion="disagree", explanation="The site's owner disputes this verdict.",
                   authors=["the site's owner"], object_refs=[main["id"]])  # fmt: skip


def made(kind: str, key: list[Any], when: str, source: Source, **values: object) -> Object:
    """An object of ours; its id follows from who says it and `key`."""
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": _id(kind, source.identity["id"], *key),
        "created": when,
        "modified": when,
        **source.common(),
        **values,
    }


def _id(kind: str, *key: object) -> str:
    return f"{kind}--{uuid.uuid5(_OURS, json.dumps([kind, *key], separators=(',', ':')))}"


def _observable(kind: str, value: str) -> Object:
    text = json.dumps({"value": value}, separators=(",", ":"), ensure_ascii=False)
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid.uuid5(_OBSERVABLES, text)}", "value": value}


def _indicator(document: Mapping[str, Any], host: str) -> Object:
    category = document["category"]
    quoted = host.replace("\\", "\\\\").replace("'", "\\'")
    until = {}
    if document["valid_until"] > document["checked_at"]:
        until = {"valid_until": _stamp(document["valid_until"])}
    return {
        "name": _headline(document),
        "description": "Judged by published rules from what the site showed; the notes hold reasons and quotations.",
        "indicator_types": [_KINDS[category]],
        "pattern": f"[domain-name:value = '{quoted}']",
        "pattern_type": "stix",
        "valid_from": _stamp(document["checked_at"]),
        **until,
        "confidence": CONFIDENCE[category],
        "labels": [category.replace("_", "-"), document["reason_code"].replace("_", "-")],
    }


def _headline(document: Mapping[str, Any]) -> str:
    label = catalogue("en")[f"category.{document['category']}.label"]
    return f"{label}: {document['address']['host']} ({document['reason_code'].replace('_', ' ')})"


def _reasons(document: Mapping[str, Any]) -> str:
    lines = []
    for reason in document["reasons"]:
        lines.append(f"{reason['rule']} (version {reason['rule_version']}, {reason['severity']}): {reason['message']}")
        for proof in reason["evidence"]:
            where = f" [{proof['url']}]" if proof["url"] else ""
            lines.append(f'  "{proof["quote"]}"{where}')
    lines += [f"Not checked: {item['what']}: {item['why']}" for item in document["not_checked"]]
    registers = ", ".join(f"{state['name']} ({state['snapshot_date'] or '?'})" for state in document["registers"])
    lines.append(f"Rules {document['ruleset']}; registers: {registers or 'none'}; {document['coverage']} % read.")
    return "\n".join(lines)


def _references(document: Mapping[str, Any]) -> Object:
    """Where the pages stood, with the hash of what was archived, and who says that it matters."""
    found: dict[str, Object] = {}
    for reason in document["reasons"]:
        for proof in reason["evidence"]:
            if proof["url"] and proof["page_sha256"]:
                page = {"source_name": "page that was read", "url": proof["url"]}
                found.setdefault(proof["url"], {**page, "hashes": {"SHA-256": proof["page_sha256"]}})
        for told in reason["sources"]:
            where = {"url": told["url"]} if told["url"] else {"description": "basis of the rule"}
            found.setdefault(told["title"], {"source_name": told["title"], **where})
    return {"external_references": list(found.values())} if found else {}


def _others(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Judgements of others: who, and what they say."""
    for reason in document["reasons"]:
        for proof in reason["evidence"]:
            listed = _LISTED_BY.match(proof["quote"]) if proof["kind"] == "list" else None
            if listed:
                yield listed[1], proof["quote"]
    for entry in document.get("records", ()):
        ties = "names this site" if entry["names_site"] else "does not name this site"
        dated = f", as of {entry['snapshot_date']}" if entry["snapshot_date"] else ""
        record = f"entry {entry['entry_id']} ({entry['holder']}), {entry['status']}"
        yield entry["authority"], f"Register {entry['register']}{dated}: {record}; it {ties}."


def _stamp(text: str) -> str:
    """To the millisecond, as the standard has it."""
    return f"{text.removesuffix('Z')}.000Z"

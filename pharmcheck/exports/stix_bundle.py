"""Verdicts and clusters of sites as a STIX 2.1 bundle, object by object: any length takes the same memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pharmcheck.exports.jsonl import harmless
from pharmcheck.exports.stix import Object, Source, domain_name, made, verdict_objects


@dataclass(frozen=True, slots=True)
class Link:
    """Two sites that share something, with the words that show it."""

    one: str  # host
    other: str
    why: str
    weight: float  # from 0 to 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """Sites that seem to be of one operator.  Membership raises priority; it judges nobody."""

    name: str
    hosts: Sequence[str]
    links: Sequence[Link]
    found_at: datetime


def verdicts_bundle(documents: Iterable[Mapping[str, Any]], source: Source, key: str) -> Iterator[bytes]:
    """A bundle of verdict documents, a piece at a time; `key` says which bundle it is."""
    yield from _bundle((found for document in documents for found in verdict_objects(document, source)), source, key)


def cluster_bundle(cluster: Cluster, source: Source, documents: Iterable[Mapping[str, Any]] = ()) -> Iterator[bytes]:
    """A bundle of a cluster: its sites as a grouping, each link with its evidence, and the verdicts that there are."""
    yield from _bundle(_cluster(cluster, source, documents), source, f"cluster {cluster.name} {cluster.found_at}")


def _cluster(cluster: Cluster, source: Source, documents: Iterable[Mapping[str, Any]]) -> Iterator[Object]:
    found_at = cluster.found_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    names = {host: domain_name(host) for host in sorted({*cluster.hosts, *_linked(cluster)})}
    yield from names.values()
    for document in documents:
        yield from verdict_objects(document, source)
    refs = [name["id"] for name in names.values()]
    for link in cluster.links:
        tie = made(
            "relationship", [cluster.name, link.one, link.other, link.why], found_at, source,
            relationship_type="related-to", source_ref=names[link.one]["id"], target_ref=names[link.other]["id"],
            description=link.why, confidence=round(100 * min(1.0, max(0.0, link.weight))),
        )  # fmt: skip
        refs.append(tie["id"])
        yield tie
    if refs:
        yield made(
            "grouping", [cluster.name, found_at], found_at, source,
            name=cluster.name, context="suspicious-activity", object_refs=refs,
            description="Sites that share traits; that they do raises their priority and proves nothing by itself.",
        )  # fmt: skip


def _linked(cluster: Cluster) -> Iterator[str]:
    for link in cluster.links:
        yield from (link.one, link.other)


def _bundle(objects: Iterable[Object], source: Source, key: str) -> Iterator[bytes]:
    """The file.  What several verdicts name, such as an authority, stands in it once."""
    name = made("bundle", [key, source.tlp], "", source)["id"]
    yield f'{{"type":"bundle","id":"{name}","objects":['.encode()
    given: set[str] = set()
    for one in (source.marking, source.identity):
        given.add(one["id"])
        yield (b"," if len(given) > 1 else b"") + _text(one)
    for one in objects:
        if one["id"] not in given:
            given.add(one["id"])
            yield b"," + _text(one)
    yield b"]}\n"


def _text(one: Object) -> bytes:
    return harmless(json.dumps(one, ensure_ascii=False, separators=(",", ":"), allow_nan=False)).encode()

"""A Capture as plain JSON values and back, without the page bodies, and its content-derived name.

The form is `pharmcheck.capture/1`: the metadata record that makes our web archives lossless for judging.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pharmcheck.address import host_of
from pharmcheck.errors import ArchiveError
from pharmcheck.model import Address, Attempt, Capture, FetchOutcome, Hop, Look, Page, PageRole, TlsFacts

SCHEMA = "pharmcheck.capture/1"


def capture_id(capture: Capture) -> str:
    """32 hex digits from what the capture holds; the same before and after a walk through a web archive."""
    text = json.dumps(to_json(capture, ()), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def to_json(capture: Capture, record_ids: Sequence[str]) -> dict[str, Any]:
    """Everything but the bodies; `record_ids` name the archive records that hold those, page by page."""
    address = capture.address
    pages = [_page_to_json(page) for page in capture.pages]
    icon = [_page_to_json(capture.icon)] if capture.icon is not None else []
    for page, record_id in zip([*pages, *icon], record_ids, strict=False):
        page["record_id"] = record_id
    return {
        "schema": SCHEMA,
        "address": {
            "raw": address.raw,
            "url": address.url,
            "host": address.host,
            "display_host": address.display_host,
            "registrable_domain": address.registrable_domain,
        },
        "started_at": _stamp(capture.started_at),
        "finished_at": _stamp(capture.finished_at),
        "archived": capture.archived,
        "attempts": [_attempt_to_json(attempt) for attempt in capture.attempts],
        "tls": [_tls_to_json(facts) for facts in capture.tls],
        "pages": pages,
        **({"icon": icon[0]} if icon else {}),  # left out where there is none: visits of before keep their digest
    }


def from_json(value: Mapping[str, Any], bodies: Mapping[str, bytes]) -> Capture:
    """Rebuild a capture; `bodies` by record id.

    A page whose body is missing or is not the one described becomes an attempt that says so: half an archive is
    judged on the half that is there.  Raises ArchiveError when the description itself is not ours.
    """
    try:
        attempts = [_attempt_from_json(item) for item in value["attempts"]]
        pages = []
        for item in value["pages"]:
            body = bodies.get(str(item.get("record_id")))
            if body is None or hashlib.sha256(body).hexdigest() != item["sha256"]:
                detail = "The archive does not hold this page whole."
                attempts.append(
                    Attempt(str(item["url"]), PageRole(item["role"]), FetchOutcome.HTTP_ERROR, detail, (), 0)
                )
            else:
                pages.append(_page_from_json(item, body))
        return Capture(
            Address(**{key: str(value["address"][key]) for key in Address.__slots__}),
            tuple(attempts),
            tuple(pages),
            tuple(_tls_from_json(item) for item in value["tls"]),
            _time(value["started_at"]),
            _time(value["finished_at"]),
            bool(value["archived"]),
            _icon_from_json(value.get("icon"), bodies),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError("The web archive's description of a visit is not readable.") from error


def _icon_from_json(item: Mapping[str, Any] | None, bodies: Mapping[str, bytes]) -> Page | None:
    """The icon; None where the archive does not hold it whole, which is nobody's loss."""
    body = bodies.get(str(item.get("record_id"))) if item is not None else None
    if item is None or body is None or hashlib.sha256(body).hexdigest() != item["sha256"]:
        return None
    return _page_from_json(item, body)


def _page_to_json(page: Page) -> dict[str, Any]:
    return {
        "url": page.url,
        "role": page.role.value,
        "status": page.status,
        "headers": [list(header) for header in page.headers],
        "sha256": page.sha256,
        "fetched_at": _stamp(page.fetched_at),
        "truncated": page.truncated,
        "look": page.look.value,
    }


def _page_from_json(item: Mapping[str, Any], body: bytes) -> Page:
    return Page(
        _readable(str(item["url"])),
        PageRole(item["role"]),
        int(item["status"]),
        tuple((str(name), str(text)) for name, text in item["headers"]),
        body,
        str(item["sha256"]),
        _time(item["fetched_at"]),
        bool(item["truncated"]),
        _look(item),
    )


def _readable(url: str) -> str:
    if not host_of(url):  # no visit could have fetched it: an archive is as hostile as a page
        raise ValueError("a page without a readable address")
    return url


def _attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "url": attempt.url,
        "role": attempt.role.value,
        "outcome": attempt.outcome.value,
        "detail": attempt.detail,
        "hops": [_hop_to_json(hop) for hop in attempt.hops],
        "elapsed_ms": attempt.elapsed_ms,
        "look": attempt.look.value,
    }


def _hop_to_json(hop: Hop) -> dict[str, Any]:
    return {
        "url": hop.url,
        "status": hop.status,
        "peer": hop.peer,
        "answers": list(hop.answers),
        "certificate_sha256": hop.certificate_sha256,
    }


def _attempt_from_json(item: Mapping[str, Any]) -> Attempt:
    return Attempt(
        str(item["url"]),
        PageRole(item["role"]),
        FetchOutcome(item["outcome"]),
        str(item["detail"]),
        tuple(_hop_from_json(hop) for hop in item["hops"]),
        int(item["elapsed_ms"]),
        _look(item),
    )


def _hop_from_json(hop: Mapping[str, Any]) -> Hop:
    return Hop(
        str(hop["url"]),
        None if hop["status"] is None else int(hop["status"]),
        _text(hop["peer"]),
        tuple(str(answer) for answer in hop.get("answers", ())),
        _text(hop.get("certificate_sha256")),
    )


def _look(item: Mapping[str, Any]) -> Look:
    return Look(item.get("look", Look.PLAIN))  # descriptions written before there were several looks have none


def _tls_to_json(facts: TlsFacts) -> dict[str, Any]:
    return {
        "host": facts.host,
        "verified": facts.verified,
        "problem": facts.problem,
        "protocol": facts.protocol,
        "subject_names": list(facts.subject_names),
        "issuer": facts.issuer,
        "not_before": facts.not_before and _stamp(facts.not_before),
        "not_after": facts.not_after and _stamp(facts.not_after),
        "certificate_sha256": facts.certificate_sha256,
        # Left out where unknown: visits of before have none, and keep their digest.
        **({"key_sha256": facts.key_sha256} if facts.key_sha256 else {}),
    }


def _tls_from_json(item: Mapping[str, Any]) -> TlsFacts:
    return TlsFacts(
        str(item["host"]),
        bool(item["verified"]),
        _text(item["problem"]),
        _text(item["protocol"]),
        tuple(str(name) for name in item["subject_names"]),
        _text(item["issuer"]),
        item["not_before"] and _time(item["not_before"]),
        item["not_after"] and _time(item["not_after"]),
        _text(item["certificate_sha256"]),
        _text(item.get("key_sha256")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)

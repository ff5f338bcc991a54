"""What the OpenAPI document says beyond the types: an example for every answer and every error, and how keys are sent.

Examples are made of one made-up site, so that a reader sees the same story everywhere.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from pharmcheck import __version__
from pharmcheck.api.problems import ABOUT, MEDIA_TYPE, TITLES
from pharmcheck.api.schemas import CheckOut, ProblemOut

Answers = dict[int | str, dict[str, Any]]

_ID = "3f2b8c1d9e0a4b5c6d7e8f9012345678"
_ADDRESS = {
    "input": "pills.example.com",
    "url": "https://pills.example.com/",
    "host": "pills.example.com",
    "registrable_domain": "example.com",
}
VERDICT_EXAMPLE: dict[str, Any] = {
    "schema": "pharmcheck.verdict/1",
    "address": _ADDRESS,
    "category": "danger",
    "reason_code": "rx_without_prescription",
    "score": 6,
    "coverage": 83,
    "criteria": {
        "https": {"outcome": "met", "detail": "The connection is encrypted; this alone does not make a shop honest."},
        "address": {"outcome": "not_met", "detail": "No street address on the pages that should hold one."},
        "licence": {"outcome": "not_met", "detail": "No licence number on the pages that should hold one."},
        "prescription": {"outcome": "not_met", "detail": "It says that it sends prescription medicine without one."},
    },
    "reasons": [
        {
            "rule": "RX001",
            "rule_version": 3,
            "severity": "critical",
            "message": "The shop says that it sends sildenafil, a prescription-only medicine, without a prescription.",
            "evidence": [
                {
                    "kind": "page",
                    "url": "https://pills.example.com/faq",
                    "page_sha256": "9f" * 32,
                    "start": 1204,
                    "end": 1238,
                    "quote": "No prescription is required to order.",
                }
            ],
            "sources": [{"title": "NABP, Why Not Recommended?", "url": None}],
        }
    ],
    "proofs": [],
    "not_checked": [{"what": "https://pills.example.com/terms", "why": "The site answered too slowly."}],
    "advice": ["If you have paid, call your bank."],
    "overlays": [],
    "destination": None,
    "checked_at": "2026-11-28T09:30:00Z",
    "valid_until": "2026-12-12T09:30:00Z",
    "ruleset": "2026.11.1+ab12cd34",
    "registers": [{"name": "sukl_cz", "snapshot_date": "2026-11-01"}],
    "capture_id": "c0ffee00c0ffee00",
    "override": None,
}
_WAITING: dict[str, Any] = {
    "id": _ID,
    "state": "running",
    "address": _ADDRESS,
    "destination": None,
    "created_at": "2026-11-28T09:29:52Z",
    "decided_at": None,
    "error_code": None,
    "batch_id": None,
    "verdict": None,
    "links": {"self": f"/v1/checks/{_ID}", "events": f"/v1/checks/{_ID}/events"},
}
_DONE = {**_WAITING, "state": "done", "decided_at": "2026-11-28T09:30:00Z", "verdict": VERDICT_EXAMPLE}

_SENTENCES = {
    "address_refused": "This is not a web address.",
    "quota": "At most 10 checks an hour are answered; try again in 1200 s.",
    "no_verdict": "Nobody has asked for a check of this site yet; POST /v1/checks does.",
}


def _answer(description: str, model: type[BaseModel], example: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {
        "description": description,
        "model": model,
        "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()},
        "content": {"application/json": {"example": example}},
    }


CHECK_ANSWERS: Answers = {
    200: _answer("The check as it stands; with its verdict when it is done.", CheckOut, _DONE),
    202: _answer(
        "The check waits or runs.", CheckOut, _WAITING, **{"Location": "Where to look.", "Retry-After": "Seconds."}
    ),
}


def answers(status: int, description: str, model: type[BaseModel], example: dict[str, Any]) -> Answers:
    """One good answer with its example."""
    return {status: _answer(description, model, example)}


_BUNDLE = {"type": "bundle", "id": "bundle--6e16d548-35d6-5ba7-b715-9b9c33e8caf9", "objects": []}


def file_answer(description: str, *media_types: str) -> Answers:
    """One good answer that is a file, of any of these types."""
    content: dict[str, Any] = {}
    for media_type in media_types:
        bare = media_type.partition(";")[0]
        content[bare] = {"schema": {"type": "string", "format": "binary"}}
        if bare == "application/stix+json":
            content[bare] = {"schema": {"type": "object"}, "example": _BUNDLE}
    return {200: {"description": description, "content": content}}


def problems(*codes: str) -> Answers:
    """The errors that a resource answers with, grouped by status, each with an example."""
    found: Answers = {}
    for code in dict.fromkeys((*codes, "invalid_request", "internal", "not_ready")):
        status, title = TITLES[code]
        entry = found.setdefault(
            status, {"description": title, "model": ProblemOut, "content": {MEDIA_TYPE: {"examples": {}}}}
        )
        entry["content"][MEDIA_TYPE]["examples"][code] = {"value": _problem(code, status, title)}
    return found


def _problem(code: str, status: int, title: str) -> dict[str, Any]:
    return {
        "type": f"{ABOUT}{code}",
        "title": title,
        "status": status,
        "detail": _SENTENCES.get(code, f"{title}."),
        "code": code,
        "errors": [],
        "request_id": "9c1185a5c5e9fc54",
    }


def describe(app: FastAPI) -> None:
    """Give `app` its document: problems under their own media type, keys as an optional bearer token."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title="pharmcheck",
                version=__version__,
                summary="Tells whether an online pharmacy can be trusted, and proves it.",
                description="Ignore keys and enum values that you do not know: more may come within /v1.",
                routes=app.routes,
            )
            made["components"]["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "A key made by `pharmcheck keys create`."}
            }
            for path in made["paths"].values():
                for operation in path.values():
                    operation.setdefault("security", [{"key": []}, {}])
                    for answer in operation.get("responses", {}).values():
                        _only_problem_media(answer)
            app.openapi_schema = made
        return app.openapi_schema

    @lru_cache(maxsize=1)
    def written() -> bytes:
        return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()

    async def tell(_: Request) -> Response:
        return Response(written(), media_type="application/json")

    app.openapi = document  # type: ignore[method-assign]
    app.add_route("/v1/openapi.json", tell, include_in_schema=False)


def _only_problem_media(answer: dict[str, Any]) -> None:
    """FastAPI puts the model under application/json beside the examples; a problem has one media type."""
    content = answer.get("content", {})
    if MEDIA_TYPE in content:
        plain = content.pop("application/json", {})
        content[MEDIA_TYPE].setdefault("schema", plain.get("schema", {}))

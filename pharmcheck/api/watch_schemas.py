"""What the wire says about watched lists, and where messages about them go."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_ID = "3f2b8c1d9e0a4b5c6d7e8f9012345678"


class TargetRequest(BaseModel):
    """A receiver of messages."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=4096, description="Https only.")


class TargetOut(BaseModel):
    id: str
    url: str
    created_at: str
    disabled_at: str | None
    disabled_why: str | None = Field(description="Why nothing is sent there any more.")


class NewTargetOut(TargetOut):
    """A receiver, and its secret, which is not shown again."""

    secret: str = Field(description="`whsec_` and base64: what a receiver verifies signatures with.")


class WatchOut(BaseModel):
    """How a list is watched."""

    batch_id: str
    active: bool
    since: str
    stopped_at: str | None
    sites: int
    next_due_at: str | None = Field(description="When the next site is looked at again, at the earliest.")
    changes: int
    targets: list[TargetOut]
    links: dict[str, str]


class MachineOut(BaseModel):
    """What our rules say."""

    category: str
    reason_code: str


class AnswerOut(BaseModel):
    """An answer as it is told."""

    category: str | None
    reason_code: str | None = Field(description="`reviewed` where a person judged otherwise than our rules.")
    check_id: str | None
    link: str | None = Field(description="The evidence.")
    machine: MachineOut | None = Field(description="What our rules said, where a person judged otherwise.")


class WatchChangeOut(BaseModel):
    """One entry of the digest."""

    number: int
    address: str = Field(description="Defanged.")
    notices: list[
        Literal["worse", "came_back", "vanished", "better", "different", "reason", "proof_lost", "proof_gained",
                "redirected"]
    ]  # fmt: skip
    cause: Literal["site", "rules", "registers", "rules_or_registers", "person", "unknown"] = Field(
        description="Whether the site changed, or only our rules, our registers, or a person's judgement of it."
    )
    from_: AnswerOut = Field(alias="from")
    to: AnswerOut
    details: dict[str, list[str]]
    at: str


class WatchChangesOut(BaseModel):
    items: list[WatchChangeOut]
    next: str | None


class AttemptOut(BaseModel):
    number: int
    at: str
    outcome: str | None = Field(description="Unset while it goes on, or when whoever made it died.")
    status: int | None
    fault: Literal["nobody", "site", "network", "us"] | None
    detail: str | None
    elapsed_ms: int | None


class DeliveryOut(BaseModel):
    """A message to one receiver."""

    id: str = Field(description="Its `webhook-id`.")
    target_id: str
    first: int = Field(description="Number of the first change that it tells.")
    last: int
    state: Literal["waiting", "sending", "done", "failed"]
    created_at: str
    due_at: str | None
    ended_at: str | None
    attempts: list[AttemptOut]


class DeliveriesOut(BaseModel):
    """The newest messages about a list."""

    items: list[DeliveryOut]


TARGET_EXAMPLE: dict[str, Any] = {
    "id": _ID, "url": "https://intake.example.org/pharmcheck", "created_at": "2026-11-28T09:40:00Z",
    "disabled_at": None, "disabled_why": None,
}  # fmt: skip
WATCH_EXAMPLE: dict[str, Any] = {
    "batch_id": "7c0d1e2f3a4b5c6d7e8f901234567890", "active": True, "since": "2026-11-28T09:35:00Z",
    "stopped_at": None, "sites": 42, "next_due_at": "2026-12-12T10:02:11Z", "changes": 1, "targets": [TARGET_EXAMPLE],
    "links": {"self": "/v1/batches/7c0d1e2f3a4b5c6d7e8f901234567890/watch"},
}  # fmt: skip
CHANGE_EXAMPLE: dict[str, Any] = {
    "number": 1, "address": "pills[.]example[.]com", "notices": ["worse"], "cause": "site",
    "from": {"category": "caution", "reason_code": "warning_signs", "check_id": _ID, "link": f"/v/{_ID}",
             "machine": None},
    "to": {"category": "danger", "reason_code": "rx_without_prescription", "check_id": _ID, "link": f"/v/{_ID}",
           "machine": None},
    "details": {}, "at": "2026-12-12T10:03:00Z",
}  # fmt: skip
DELIVERY_EXAMPLE: dict[str, Any] = {
    "id": f"msg_{_ID}", "target_id": _ID, "first": 1, "last": 1, "state": "waiting",
    "created_at": "2026-12-12T10:18:00Z", "due_at": "2026-12-12T10:18:06Z", "ended_at": None,
    "attempts": [{"number": 1, "at": "2026-12-12T10:18:00Z", "outcome": "http_error", "status": 503, "fault": "site",
                  "detail": "The receiver answered with status 503.", "elapsed_ms": 41}],
}  # fmt: skip

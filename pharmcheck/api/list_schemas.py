"""What the wire says about lists of sites."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from pharmcheck.api.schemas import VerdictOut


class ProgressOut(BaseModel):
    done: int
    total: int
    per_minute: float | None
    eta: str | None


class BatchOut(BaseModel):
    """A list and how far it is."""

    id: str
    state: Literal["draft", "queued", "running", "stalled", "done", "cancelled"]
    name: str | None
    destination: str | None
    created_at: str
    started_at: str | None
    cancelled_at: str | None
    upload_sha256: str | None
    rows: int
    refused: int = Field(description="Rows of which nothing is checked.")
    kinds: dict[str, int] = Field(description="Rows by what became of them.")
    intake: dict[str, Any] = Field(description="What was handed in: format, and where its addresses stand.")
    progress: ProgressOut
    states: dict[str, int]
    links: dict[str, str]


class BatchesOut(BaseModel):
    """The newest lists of a key."""

    items: list[BatchOut]


class ItemOut(BaseModel):
    row: int = Field(description="From 1; several where a cell holds several addresses.")
    sheet: str | None
    line: int | None = Field(description="Row of the file, or of its sheet.")
    kind: Literal["accepted", "repaired", "duplicate", "ignored", "needs_person"]
    input: str
    url: str | None
    problem: str | None
    note: str | None
    same_as_row: int | None
    check_id: str | None
    state: str | None
    error_code: str | None
    verdict: VerdictOut | None


class ItemsOut(BaseModel):
    items: list[ItemOut]
    next: str | None


class ChangeOut(BaseModel):
    host: str
    change: Literal["worse", "came_back", "vanished", "better", "different", "new", "left_out"]
    before: dict[str, str | None] | None
    after: dict[str, str | None] | None


class ChangesOut(BaseModel):
    """What differs from another run; what stayed the same is counted."""

    counts: dict[str, int]
    items: list[ChangeOut]

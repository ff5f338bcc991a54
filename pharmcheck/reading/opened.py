"""Elements that the pass has met and not yet closed: they turn into records when their words are complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pharmcheck.model import SealWay


class Image(NamedTuple):
    """An image and where the link around it leads, for seals."""

    src: str
    alt: str
    url: str | None


class Picture(NamedTuple):
    """An image, or what a script of an issuer draws, and how it leads where it leads."""

    src: str
    alt: str
    url: str | None
    way: SealWay = SealWay.LINK


@dataclass(slots=True)
class OpenField:
    """A form field while its label may still come."""

    kind: str
    name: str
    id: str
    label: str  # placeholder or aria-label
    before: int  # number of blocks when the field began
    labelled: bool  # stands inside a label element


@dataclass(slots=True)
class OpenForm:
    action: str
    method: str
    first_block: int
    fields: list[OpenField] = field(default_factory=list)

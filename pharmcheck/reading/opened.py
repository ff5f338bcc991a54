"""Elements that the pass has met and not yet closed: they turn into records when their words are complete."""

from __future__ import annotations

from dataclasses import dataclass, field

from pharmcheck.model import Region


@dataclass(slots=True)
class Image:
    """An image and the link around it, for seals."""

    src: str
    alt: str
    region: Region
    link: OpenLink | None


@dataclass(slots=True)
class OpenLink:
    """A link while its words are still coming."""

    url: str
    region: Region
    label: str  # aria-label or title, when there are no words
    styled: bool  # looks like a button
    text: str = ""
    image: str = ""
    alt: str = ""
    block: int = -1


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

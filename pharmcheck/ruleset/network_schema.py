"""What the list of things that tie shops to one hand may say (rules/lists/networks.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

PROVIDER_MOST = 4096
"""Sites at most that show a thing which still ties: what a store does when one more site shows it grows with that."""

_Word = Annotated[str, Field(pattern=r"^[a-z_]+$")]


def _one_group(pattern: str) -> str:
    try:
        compiled = re2.compile(pattern)
    except re2.error as exc:
        raise ValueError(f"not an RE2 pattern: {exc}") from exc
    if compiled.groups != 1:
        raise ValueError("a pattern has exactly one group: the identifier")
    return pattern


def _yes(value: object) -> object:
    return {"yes": True, "no": False}.get(str(value), value)


_YesNo = Annotated[bool, BeforeValidator(_yes)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_Strict):
    """One kind of thing that shops show, and what it is worth."""

    id: _Word
    name: str
    group: _Word
    percent: Annotated[int, Field(ge=1, le=100)]
    seller: _YesNo
    decisive: _YesNo = False
    copied: _YesNo = False


class IdPattern(_Strict):
    """How an identifier stands in the source of a page."""

    kind: Literal["tracking", "account", "merchant"]
    id: _Word
    pattern: Annotated[str, AfterValidator(_one_group)]


class Nobody(_Strict):
    """A value that ties nobody."""

    kind: _Word
    value: str
    reason: Annotated[str, Field(min_length=5)]


class NetworkList(_Strict):
    """The whole list."""

    schema_: Annotated[Literal["pharmcheck.networks/1"], Field(alias="schema")]
    threshold_bits: Annotated[int, Field(ge=1, le=60)]
    population_bits: Annotated[int, Field(ge=8, le=40)]
    provider_above: Annotated[int, Field(ge=2, le=PROVIDER_MOST)]
    most_of_a_kind: Annotated[int, Field(ge=1)]
    kinds: Annotated[list[Kind], Field(min_length=1)]
    ids: list[IdPattern]
    free_mail: list[str]
    nobody: list[Nobody]
    furniture: list[str]
    credit: list[str]

    @model_validator(mode="after")
    def _kinds_are_known(self) -> NetworkList:
        known = {kind.id for kind in self.kinds}
        strange = ({row.kind for row in self.ids} | {row.kind for row in self.nobody}) - known
        if strange:
            raise ValueError(f"no such kind: {', '.join(sorted(strange))}")
        return self

    @field_validator("provider_above")
    @classmethod
    def _is_a_step(cls, value: int) -> int:
        if value.bit_count() != 1:
            raise ValueError("must be a power of two, as the steps in which things lose weight are")
        return value


def read_networks(data: Any) -> NetworkList:  # noqa: ANN401 - plain data of a YAML file, which `LIST_SCHEMAS` has passed
    """Type the list."""
    return NetworkList.model_validate(data)

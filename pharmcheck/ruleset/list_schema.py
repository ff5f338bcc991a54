"""What the lists of identifiers and of duties may say.  A misspelt key is an error with file and line, as in a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pharmcheck.model import PageRole
from pharmcheck.ruleset.example_schema import Language
from pharmcheck.ruleset.medicine_schema import MedicineFile, MedicineHead
from pharmcheck.ruleset.network_schema import NetworkList
from pharmcheck.ruleset.schema import ByLanguage

Confidence = Literal["verified", "partly-verified", "general-knowledge"]
Contact = Literal["address", "email", "phone"]


def _re2(pattern: str) -> str:
    try:
        re2.compile(pattern)
    except re2.error as exc:
        raise ValueError(f"not an RE2 pattern: {exc}") from exc
    return pattern


def _yes(value: object) -> object:
    return {"yes": True, "no": False}.get(str(value), value)


Pattern = Annotated[str, AfterValidator(_re2)]
YesNo = Annotated[bool, BeforeValidator(_yes)]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scheme(_Strict):
    """One kind of number; `rules/lists/licence_formats.yaml` says what each key means."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    country: Country
    name: str
    issuer: str
    kind: Literal[
        "pharmacy", "person", "company", "tax", "wholesale", "product", "classification", "accreditation", "listing"
    ]
    labels: ByLanguage
    prefix: str = ""
    number: Pattern
    link: Pattern = ""
    pad: int = 0
    checksum: Annotated[
        str, Field(pattern=r"^(unknown|none|luhn|luhn_80840|finess|siret|dea|dea_digits|ik_de|stdnum:[a-z_.]+)$")
    ]
    soft: YesNo = False
    retired: str = ""
    registers: list[str] = Field(default=[], alias="register")
    lookup: str = ""
    source: str
    confidence: Confidence
    valid: str
    invalid: str

    @property
    def licenses(self) -> bool:
        """Whether printing such a number claims a licence."""
        return self.kind in ("pharmacy", "person")

    @property
    def official(self) -> bool:
        """Whether a number that fails its check was surely never issued."""
        return not self.soft and self.checksum not in ("unknown", "none")


class StateStyle(_Strict):
    """How the numbers of one US state's board look."""

    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    style: Pattern
    lookup: str


class LicenceFormats(_Strict):
    vat_words: list[str]
    formats: list[Scheme]
    us_state_styles: list[StateStyle]


class DutyItem(_Strict):
    """One thing that the law makes a shop print.  Any of its signs is enough."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    name: dict[Language, str]
    words: ByLanguage = {}
    schemes: list[str] = []
    contact: Contact | None = None
    hosts: list[str] = []


class Duties(_Strict):
    """What one country, or one province, makes a shop print."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
    law: str
    pages: list[PageRole] = Field(min_length=1)
    many: int = Field(ge=3)
    languages: list[Language] = Field(min_length=1)
    items: list[DutyItem] = Field(min_length=5)


class DutyList(_Strict):
    countries: list[Duties]


LIST_SCHEMAS: dict[str, type[BaseModel]] = {
    "licence_formats": LicenceFormats,
    "duties": DutyList,
    "networks": NetworkList,
    "medicines": MedicineHead,
    "medicines/": MedicineFile,
}
"""The lists that are typed, by file name; with a stroke, the files of the folder with that name."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What is known of the numbers that shops print, and of what the law makes them print."""

    schemes: Mapping[str, Scheme]
    state_styles: tuple[StateStyle, ...]
    duties: tuple[Duties, ...]


def read_papers(lists: Mapping[str, Any]) -> Papers:
    """Type the lists; they have passed `LIST_SCHEMAS`."""
    formats = LicenceFormats.model_validate(lists["licence_formats"])
    schemes = {scheme.id: scheme for scheme in formats.formats}
    duties = tuple(DutyList.model_validate(lists["duties"]).countries)
    for of in duties:
        unknown = {scheme for item in of.items for scheme in item.schemes} - set(schemes)
        if unknown:
            raise ValueError(f"lists/duties.yaml: {of.country}: no such scheme: {', '.join(sorted(unknown))}")
    return Papers(schemes, tuple(formats.us_state_styles), duties)

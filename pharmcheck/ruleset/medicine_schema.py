"""What the list of medicines may say: `rules/lists/medicines.yaml` and the files of the folder beside it.

A misspelt key, an unknown class, an ATC code that is none and an entry without a source are errors with file and
line, as in a rule.  What needs the whole list (two owners of one name, a country or a source that its head does not
name) is said by `medicines.build_medicines`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pharmcheck.ruleset.example_schema import DateOrNull, TextOrNull
from pharmcheck.ruleset.folding import fold

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
LegalClass = Literal["prescription", "mixed", "pharmacy", "general_sale", "not_approved", "unknown"]
Confidence = Literal["general-knowledge", "public-copy"]
EVERYWHERE = "everywhere"
TREATY = "UN"
_Place = Annotated[str, Field(pattern=rf"^([A-Z]{{2}}|{EVERYWHERE})$")]
_Name = Annotated[str, Field(pattern=r"^[^\s-](?:.*[^\s-])?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MedicineRow(_Strict):
    """One substance; the head of `rules/lists/medicines.yaml` says what each key means."""

    inn: _Name
    atc: Annotated[str, Field(pattern=r"^(none|[A-Z]\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)$")]
    group: str
    names: list[_Name] = []
    brands: list[_Name] = []
    misspellings: list[_Name] = []
    ambiguous: list[_Name] = []
    unmatched: list[_Name] = []
    export_brands: list[_Name] = []
    no_generic: list[Country] = []
    legal_class: dict[_Place, LegalClass] = Field(alias="class")
    controlled: dict[Country, str] = {}
    confidence: Confidence
    sources: list[str] = Field(min_length=1)
    note: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.inn, *self.names, *self.brands, *self.misspellings)

    @property
    def places(self) -> set[str]:
        """Every country of which it says anything."""
        return {*self.legal_class, *self.controlled, *self.no_generic} - {EVERYWHERE, TREATY}

    @model_validator(mode="after")
    def _consistent(self) -> MedicineRow:
        own = {spelt(name) for name in self.spellings}
        for key in ("ambiguous", "unmatched", "export_brands"):
            for name in getattr(self, key):
                if spelt(name) not in own:
                    raise ValueError(f"{key}: {name!r} is none of the names of {self.inn}")
        looked_up = self.sources != ["own"]
        if looked_up != (self.confidence == "public-copy"):
            raise ValueError(f"{self.inn}: public-copy needs a source besides 'own', general-knowledge has no other")
        return self


class MedicineSource(_Strict):
    """Where a class was read, or should be read next."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]
    title: str
    url: TextOrNull
    accessed: DateOrNull
    confidence: Confidence


class MedicineFile(_Strict):
    """The substances of one ATC group."""

    medicines: list[MedicineRow] = Field(min_length=1)


class MedicineHead(_Strict):
    """What all of them share."""

    schema_name: Annotated[Literal["pharmcheck.medicines/1"], Field(alias="schema")]
    version: DateOrNull
    countries: list[Country]
    single_countries: list[Country] = []
    reference_countries: list[Country]
    schedules: list[Country]
    classes: dict[LegalClass, str]
    groups: list[str]
    within_words: list[_Name]
    sources: list[MedicineSource]


def spelt(name: str) -> str:
    """A name as it is matched: folded, with spaces for hyphens."""
    return fold(name).replace("-", " ")

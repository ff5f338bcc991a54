"""What a rule file may say.  Unknown keys are errors; every scalar arrives as text and is typed here.

This is one of the two edges where pydantic is used; the rest of the code meets frozen records.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pharmcheck.model import CriterionName, Direction, PageRole, Severity
from pharmcheck.ruleset.example_schema import DateOrNull, Examples, Flag, Language, TextOrNull

RuleId = Annotated[str, Field(pattern=r"^[A-Z]{2,4}\d{3}$")]
ByLanguage = dict[Language, list[str]]

Effect = Literal[
    "listed",
    "convict",
    "warned",
    "alleged",
    "ceiling",
    "strong",
    "weak",
    "doubt",
    "bind",
    "reach",
    "scope",
    "claim",
    "none",
]
"""What a present finding may do to a verdict; DESIGN section 3 names the D, N, C and V rules behind it.

listed: an authority warns: danger, register or not; caution and stale once the site offers nothing.  convict: danger;
where something binds the site, caution until a person has looked.  warned: no better than caution, read or not.
alleged: as warned, but a site that another country's register names stays verified elsewhere, in conflict.  ceiling: no
better than caution.  strong: one is enough for caution.  weak: three from two groups are.  doubt: a site on which no
offer was seen may sell medicines all the same, so it is not called anything else.  bind: a register names this site.
reach: what binds it covers the destination.  scope: says what the site is.  claim: the page says so; worth nothing.
none: noted.
"""

Overlay = Literal["stale", "conflict", "needs_review"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseMatch(_Strict):
    """Words in the site's own voice, unless `speaker` says otherwise."""

    kind: Literal["phrase"]
    phrases: ByLanguage = {}
    words_of: RuleId | None = None
    """Take `phrases` and `not_near` from the first phrase matcher of this rule, so that they stand once."""
    speaker: Literal["shop", "any", "denied", "granted"] = "shop"
    """`denied`, `granted`: a question to which the shop's next words say no, or yes; `not_near` is asked about the
    answer too."""
    negated: Literal["blocks", "ignored"] = "blocks"
    near: ByLanguage = {}
    """One of these must stand in the same block too."""
    not_near: ByLanguage = {}
    """None of these may stand in the same sentence, nor in the heading above it."""
    about: Literal["anything", "medicine", "prescription_only", "controlled", "unseen"] = "anything"
    """What must be on offer beside it: on this page, or on another page of the site when the words are general.
    `unseen`: the site sells medicines, but these words name none and its offers are unknown or a mixed shelf, or
    they name prescription-only ones that were not seen on offer."""
    roles: list[PageRole] = []
    """Pages on which it counts; empty: all."""
    parts: list[Literal["title", "text", "control"]] = []
    """Parts of a page on which it counts; empty: all."""
    at_least: int = Field(default=1, ge=1, le=5)
    """How many different phrases must be found on the site."""

    @model_validator(mode="after")
    def _one_source_of_words(self) -> PhraseMatch:
        if bool(self.phrases) == bool(self.words_of):
            raise ValueError("give phrases or words_of")
        return self


class PatternMatch(_Strict):
    """An RE2 pattern on the folded text of a block, spoken by anybody."""

    kind: Literal["pattern"]
    pattern: str
    roles: list[PageRole] = []


class HeaderMatch(_Strict):
    """A response header of any page, or of the home page's answer; the value is an RE2 pattern."""

    kind: Literal["header"]
    header: str
    value: str = "."
    status: list[Annotated[int, Field(ge=100, le=599)]] = []


class LinkMatch(_Strict):
    """A link to one of these hosts (or a name below them)."""

    kind: Literal["link"]
    hosts: list[str]


class ListMatch(_Strict):
    """The site's host or registrable domain stands on a list (government warnings and the like)."""

    kind: Literal["list"]
    list: str


class FactMatch(_Strict):
    """Something the code works out from the whole site; the names stand in `pharmcheck.ruleset.facts`."""

    kind: Literal["fact"]
    fact: str


class TraitsMatch(_Strict):
    """Words by which a kind of place speaks of itself; `pharmcheck.ruleset.traits` says how they count."""

    kind: Literal["traits"]
    words: ByLanguage
    least: int = Field(default=3, ge=2, le=6)
    """How many different ones must stand there."""
    of_sellers: Flag = False
    """Whether it is asked about sites that offer named medicines too."""


class DutyMatch(_Strict):
    """What the law makes a seller of medicines print, by `rules/lists/duties.yaml`, where it claims that country."""

    kind: Literal["duty"]
    asks: Literal["missing", "all_missing", "shown"]
    country: Annotated[str, Field(pattern=r"^([A-Z]{2}(-[A-Z]{2})?)?$")] = ""
    """Empty: whichever country of the list the seller claims."""


class CombinationMatch(_Strict):
    """Other rules together: each of `all_of` present, at least one of `any_of`, none of `none_of`."""

    kind: Literal["combination"]
    all_of: list[RuleId] = []
    any_of: list[RuleId] = []
    none_of: list[RuleId] = []


Match = Annotated[
    PhraseMatch
    | PatternMatch
    | HeaderMatch
    | LinkMatch
    | ListMatch
    | FactMatch
    | TraitsMatch
    | DutyMatch
    | CombinationMatch,
    Field(discriminator="kind"),
]


class RuleSource(_Strict):
    """Who says that the rule matters."""

    title: str
    url: TextOrNull = None
    says: str
    accessed: DateOrNull = None
    confidence: Literal["unconfirmed", "general-knowledge", "public-copy", "confirmed"] = "unconfirmed"


class CriterionEffect(_Strict):
    """What a present finding says about one of the four criteria."""

    name: CriterionName
    outcome: Literal["met", "claimed", "not_met"]


class Rule(_Strict):
    """One question about a site, as a pharmacist would read it."""

    id: RuleId
    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: str
    status: Literal["experimental", "stable", "deprecated"]
    version: int = Field(ge=1)
    since: date
    modified: date
    superseded_by: RuleId | None = None
    category: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    direction: Direction
    severity: Severity
    weight: int = Field(ge=0, le=40)
    weight_reason: str
    effect: Effect
    reason_code: str = ""
    """The verdict's reason when this rule decides it."""
    outweighs: list[RuleId] = []
    """Offers in general words that mean something else at this kind of place: "our pharmacy" of a hospital."""
    overlays: list[Overlay] = []
    """What the verdict says besides when this rule holds it down."""
    criterion: CriterionEffect | None = None
    jurisdictions: list[str]
    match: list[Match] = Field(min_length=1)
    message: dict[Language, str]
    advice: dict[Language, str] = {}
    false_positives: list[str] = Field(min_length=1)
    sources: list[RuleSource] = Field(min_length=1)
    examples: Examples

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if (self.status == "deprecated") != bool(self.superseded_by):
            raise ValueError("superseded_by is given exactly when status is deprecated")
        if self.effect in ("listed", "convict") and self.severity is not Severity.CRITICAL:
            raise ValueError(f"effect {self.effect} needs severity critical")
        deciding = ("listed", "convict", "warned", "alleged", "ceiling", "doubt", "bind")
        if self.effect in deciding and not self.reason_code:
            raise ValueError(f"effect {self.effect} needs a reason_code")
        if self.direction is not Direction.RISK and self.weight:
            raise ValueError("only risk has weight: a claim earns nothing")
        if "en" not in self.message:
            raise ValueError("message needs English")
        spoken = self.spoken_languages()
        for side, examples in (("match", self.examples.match), ("no_match", self.examples.no_match)):
            if len(examples) < 2:  # noqa: PLR2004 - one example shows a case, two show a rule
                raise ValueError(f"examples.{side} needs at least two")
            missing = spoken - {example.lang for example in examples}
            if missing:
                raise ValueError(f"examples.{side} has none in: {', '.join(sorted(missing))}")
        return self

    def spoken_languages(self) -> set[str]:
        """The languages in which this rule has words; empty when it does not depend on words."""
        phrases = (match.phrases for match in self.match if isinstance(match, PhraseMatch))
        words = (match.words for match in self.match if isinstance(match, TraitsMatch))
        return {language for spoken in (*phrases, *words) for language in spoken}


class Band(_Strict):
    lowest: int
    highest: int


class VerdictPolicy(_Strict):
    """`rules/verdict.yaml`: bands, caps, thresholds and how long a verdict stays valid."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_name: Annotated[Literal["pharmcheck.policy/1"], Field(alias="schema")]
    version: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}\.\d+$")]
    """The date part of the ruleset version; the digest of the files is added to it."""
    bands: dict[str, Band]
    caps: dict[str, int]
    """Most points one rule category can add."""
    weak_needed: int
    weak_groups_needed: int
    coverage_needed: int
    """Per cent of the wanted pages below which silence proves nothing."""
    valid_days: dict[str, int]
    reference_countries_needed: int
    """In how many reference countries a medicine must be prescription-only when no destination is given."""

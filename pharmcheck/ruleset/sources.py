"""The list of registers and the maps of their columns, read strictly: every mistake with its file and line.

An operator's own map is one entry of the same form in a file of its own (docs/registers.md).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pharmcheck.errors import RulesetError, UsageError
from pharmcheck.registers import RegisterKind, Source
from pharmcheck.registers.columns import CHOICES, MANY_VALUED, MEMBER, ONE_VALUED, Choice, Columns, Keep
from pharmcheck.registers.sources import IMPORTERS
from pharmcheck.registers.sources.rows import folded
from pharmcheck.ruleset.yamlfile import YamlFile, problem, read_yaml

_STATUSES = ("active", "expired", "suspended", "struck")
_SALE = ("yes", "no")


def _yes_no(value: object) -> object:
    if value not in _SALE:
        raise ValueError("say yes or no")
    return value == "yes"


def _nothing(value: object) -> object:
    return None if value in ("null", "") else value


def _names(value: object) -> object:
    """One column name, or several."""
    return tuple(folded(name) for name in ([value] if isinstance(value, str) else value or ()))  # type: ignore[attr-defined]  # the schema has the last word


def _re2(pattern: str) -> str:
    try:
        re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"not an RE2 pattern: {error}") from error
    return pattern


def _re(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a pattern: {error}") from error
    return pattern


def _code_page(name: str) -> str:
    if not re.fullmatch(r"cp\d{3,4}|iso8859-\d{1,2}|koi8-[ru]|mac-roman", name):
        raise ValueError("name a code page, for instance cp1252 or iso8859-2")
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"there is no code page {name}") from error


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
TextOrNull = Annotated[str | None, BeforeValidator(_nothing)]
Address = Annotated[Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None, BeforeValidator(_nothing)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_names), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Choice(_Strict):
    column: Names | None = None
    values: dict[str, str] = {}
    always: str | None = None
    otherwise: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> _Choice:
        if (self.always is None) == (self.column is None):
            raise ValueError("give a column with its values, or always")
        return self

    def built(self) -> Choice:
        values = {folded(cell): meaning for cell, meaning in self.values.items()}
        return Choice(self.column or (), values, self.always, self.otherwise)


class _Keep(_Strict):
    columns: Names
    words: Names


class _Columns(_Strict):
    """One form of a table, as a file writes it."""

    id: Names | None = None
    name: Names | None = None
    other_names: Names | None = None
    address: Names | None = None
    postcode: Names | None = None
    phone: Names | None = None
    web: Names | None = None
    valid_from: Names | None = None
    valid_to: Names | None = None
    listed_on: Names | None = None
    link: Names | None = None
    status: _Choice | None = None
    online_sale: _Choice | None = None
    country: _Choice | None = None
    jurisdictions: _Choice | None = None
    identifiers: dict[str, Names] = {}
    keep: _Keep | None = None
    optional: Annotated[frozenset[str], BeforeValidator(_names)] = frozenset()
    dates: list[str] = []
    header: YesNo = True
    width: int | None = Field(default=None, ge=1, le=400)
    patterns: dict[str, Annotated[str, AfterValidator(_re2)]] = {}
    delimiter: Literal["", ",", ";", "|", "¬", "tab"] = ""
    encoding: Annotated[str, AfterValidator(_code_page)] = "cp1252"
    member: Annotated[str, AfterValidator(_re)] = MEMBER

    @model_validator(mode="after")
    def _consistent(self) -> _Columns:
        if not (self.id or self.name or self.web):
            raise ValueError("a table needs a column for id, name or web")
        if self.header != (self.width is None):
            raise ValueError("a table without header needs its width, one with a header has none")
        for name, allowed in (("status", _STATUSES), ("online_sale", _SALE)):
            for meaning in _meanings(getattr(self, name)):
                if meaning not in allowed:
                    raise ValueError(f"{name} is one of {', '.join(allowed)}; not {meaning!r}")
        for name in ("country", "jurisdictions"):
            for meaning in _meanings(getattr(self, name)):
                if not re.fullmatch(r"[A-Z]{2}(?: [A-Z]{2})*", meaning):
                    raise ValueError(f"{name} is two capital letters; not {meaning!r}")
        return self

    def built(self) -> Columns:
        fields = {name: getattr(self, name) for name in (*ONE_VALUED, *MANY_VALUED) if getattr(self, name)}
        return Columns(
            fields=fields,
            choices={name: getattr(self, name).built() for name in CHOICES if getattr(self, name)},
            identifiers=self.identifiers,
            keep=Keep(self.keep.columns, self.keep.words) if self.keep else None,
            optional=self.optional,
            dates=tuple(self.dates),
            width=self.width,
            patterns={folded(name): pattern for name, pattern in self.patterns.items()},
            delimiter="\t" if self.delimiter == "tab" else self.delimiter,
            encoding=self.encoding,
            member=self.member,
        )


def _meanings(choice: _Choice | None) -> Iterator[str]:
    if choice is not None:
        yield from (meaning for meaning in (*choice.values.values(), choice.always, choice.otherwise) if meaning)


class _Entry(_Strict):
    """One register, as a file writes it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    kind: RegisterKind
    country: Annotated[Country | None, BeforeValidator(_nothing)] = None
    authority: Annotated[str, Field(min_length=2)]
    period_days: Annotated[Annotated[int, Field(ge=1, le=3650)] | None, BeforeValidator(_nothing)] = None
    url: Address = None
    page: Address = None
    live_url: Annotated[
        Annotated[str, Field(pattern=r"^https://[^\s]+\{number\}[^\s]*$")] | None, BeforeValidator(_nothing)
    ] = None
    importer: str = ""
    columns: list[_Columns] = []
    marks_online_sale: YesNo = False
    complete: YesNo = False
    schemes: tuple[str, ...] = ()
    large: YesNo = False
    terms: str = ""
    confidence: Literal["unconfirmed", "public-copy", "confirmed"] = "unconfirmed"
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_form_or_several(cls, data: Any) -> Any:  # noqa: ANN401 - YAML holds anything
        if isinstance(data, dict) and isinstance(data.get("columns"), dict):
            return {**data, "columns": [data["columns"]]}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> _Entry:
        if self.importer and self.importer not in IMPORTERS:
            raise ValueError(f"no importer {self.importer!r}; there are: {', '.join(sorted(IMPORTERS))}")
        if (self.importer == "table") != bool(self.columns):
            raise ValueError("columns are given exactly when the importer is table")
        if self.importer and self.period_days is None:
            raise ValueError("period_days is missing: without it nobody can say when a copy is stale")
        if self.columns and self.marks_online_sale != any(form.online_sale for form in self.columns):
            raise ValueError("columns say online_sale exactly when marks_online_sale is yes")
        return self

    def built(self) -> Source:
        """The record that the rest of the program meets."""
        given = self.model_dump(exclude={"period_days", "columns"})
        return Source(
            **given, period=timedelta(days=self.period_days or 0), columns=tuple(form.built() for form in self.columns)
        )


class _Listing(_Strict):
    registers: list[_Entry]


def read_sources(file: YamlFile, formats: Mapping[str, Any]) -> tuple[tuple[Source, ...], list[str]]:
    """Every register of the list, and every problem with its file and line.  `formats` lists the numbering schemes."""
    try:
        entries = _Listing.model_validate(file.data).registers
    except ValidationError as error:
        return (), [problem(file, each) for each in error.errors()]
    problems: list[str] = []
    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        where = ("registers", number)
        line = file.line_of((*where, "name"))
        if first.setdefault(entry.name, line) != line:
            problems.append(f"{file.path}:{line}: {entry.name} stands in line {first[entry.name]} too")
        problems += _unknown_schemes(file, where, entry, formats)
    return tuple(entry.built() for entry in entries), problems


def read_source_file(path: Path, formats: Mapping[str, Any]) -> Source:
    """One register, described by an operator.  Raises UsageError, as `file:line: where: what`."""
    try:
        file = read_yaml(path)
        entry = _Entry.model_validate(file.data)
    except RulesetError as error:
        raise UsageError(str(error)) from error
    except ValidationError as error:
        raise UsageError(problem(file, error.errors()[0])) from error
    problems = _unknown_schemes(file, (), entry, formats)
    if problems:
        raise UsageError(problems[0])
    return entry.built()


def _unknown_schemes(
    file: YamlFile, where: tuple[str | int, ...], entry: _Entry, formats: Mapping[str, Any]
) -> list[str]:
    """Numbers of a scheme that nobody looks for on a page would never be found."""
    known = {each["id"] for each in formats["formats"]}
    used = dict.fromkeys((*entry.schemes, *(scheme for form in entry.columns for scheme in form.identifiers)))
    line = file.line_of((*where, "schemes"))
    return [
        f"{file.path}:{line}: {entry.name}: no scheme {scheme!r} in licence_formats.yaml"
        for scheme in used
        if scheme not in known
    ]

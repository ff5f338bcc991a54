"""What the example of a rule may say: a small site of our own writing, and the world around it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pharmcheck.model import PageRole


def _to_bool(value: object) -> object:
    if value in ("true", "false"):
        return value == "true"
    return value


def _to_none(value: object) -> object:
    return None if value in ("null", "") else value


Flag = Annotated[bool, BeforeValidator(_to_bool)]
DateOrNull = Annotated[date | None, BeforeValidator(_to_none)]
TextOrNull = Annotated[str | None, BeforeValidator(_to_none)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
CountryOrNone = Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(_Strict):
    """A page of our own, as `html` or as `text`: a paragraph a line; `# ` heads, `! ` is a button, `> ` a quotation."""

    lang: Language
    text: str = ""
    html: str = ""
    role: PageRole = PageRole.PRODUCT
    with_page: str = ""
    """A second page of the same site, as text."""
    with_role: PageRole = PageRole.PRODUCT
    from_search: str = ""
    """What a visitor from a search engine sees instead, as text."""
    from_search_url: str = ""
    """Where that visitor ends; empty: at `url`."""
    insecure: Literal["", "served", "upgraded"] = ""
    """What plain http answered when it was asked."""
    url: str = "https://shop.example/page"
    tls: Literal["verified", "failed", "none", "unknown"] = "verified"
    status: int = 200
    headers: dict[str, str] = {}
    registers: list[str] = []
    """Web addresses that the example's one register entry names."""
    entry: Literal["active", "expired", "not_for_online_sale", "in_an_old_copy", "accredited"] = "active"
    """How that entry stands."""
    second_entry: Literal["", "active", "expired"] = ""
    """How a second register lists the same web addresses; empty: not at all."""
    complete: Flag = False
    """Whether these registers hold every entry of their jurisdiction."""
    country: CountryOrNone = "GB"
    """The country of these registers and their entries."""
    destination: CountryOrNone = None
    """Where the parcel goes."""
    known_registers: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = []
    """Countries of which a register with web addresses is known; when given, no other one is."""
    warned: list[str] = []
    """Domains that somebody warns about."""
    warned_by: Literal["authority", "private_body"] = "authority"
    warned_on: DateOrNull = date(2026, 1, 1)
    """The date of that warning; null: nobody knows.  Examples are judged on 2026-01-01."""
    issuer_url: str = ""
    """Address of an issuer's page that the visit read after the site's own."""
    issuer_page: str = ""
    """What stands on it, as text."""
    note: str = ""

    @model_validator(mode="after")
    def _one_body(self) -> Example:
        if bool(self.text) and bool(self.html):
            raise ValueError("give text or html, not both")
        return self


class Examples(_Strict):
    match: list[Example]
    no_match: list[Example]

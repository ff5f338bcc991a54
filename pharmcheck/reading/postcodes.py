"""Addresses in one stretch of text: each postcode with the street, box or town beside it.

Which blocks of a page make a stretch, and whose address it is, are for others to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from pharmcheck.reading.forms import BOX, COUNTRY, FORMS, NO_TOWN, Form
from pharmcheck.reading.patterns import Match, Pattern, compile_text, latin, options

_BEFORE = 170  # characters before the postcode that may hold the street
_AFTER = 90  # and after it
_CODES = 60  # numbers like a postcode looked at in one stretch, for each form
_GAP = 75  # characters between street and postcode: house, district, town
_STEP = 45  # the same where the town follows the postcode
_LEAP = 14  # characters between town and street where the street comes last: ", przy "
_NEAR = 30  # characters after an address that may name the country
_MAX_STREET = 100
_ALWAYS = len(FORMS)  # number of what is found in any text
_PREFIXES = {
    "A": "AT", "AT": "AT", "B": "BE", "BE": "BE", "CH": "CH", "CZ": "CZ", "D": "DE", "DE": "DE", "E": "ES", "ES": "ES",
    "F": "FR", "FR": "FR", "I": "IT", "IT": "IT", "NL": "NL", "S": "SE", "SE": "SE",
}  # fmt: skip

_sentence = compile_text(r"[.;!?] \p{Lu}\pL{3,} \pL|@|https?")
_stop = compile_text(r"[.;!?] |@|https?")
_town = compile_text(latin(r"(\p{Lu}[\pL'’.]+(?:[ -][\pL'’.]+| \d{1,2}){0,4})\)?[ ,(–-]*$"))
_county = compile_text(r"(?i)^(?:co\.?|county|eircode|ireland|pin|p\.?s\.?č|cap|c\.?p|kod pocztowy|psč)\b")
_next_town = compile_text(latin(r"^(?:,| -| –)? ?(?:in |w )?\(?(\p{Lu}[\pL'’-]+(?: \p{Lu}[\pL'’-]+){0,2})"))
_town_before = compile_text(latin(r"(\p{Lu}[\pL'’-]+)\)?,? (?:przy )?$"))
_only_town = compile_text(latin(r"^,? (?:\p{Lu}[\pL.'’-]+ ?){1,3},? ?$"))  # between a plain street and "ST 12345"
_floor = compile_text(
    r"(?i)^[ ,]{1,3}(?:(?:\d\. ?)?(?:etage|og|obergeschoss|stock|eg|erdgeschoss|hinterhaus|1er étage)[ ,]{1,3})?$"
)
_cep_rest = compile_text(r"^-\d{3}(?:\D|$)")  # Brazil's "28026-592", of which the first half is anybody's
# Five digits behind a street are Spain's, and those of countries whose names stand beside them.
_america = compile_text(
    r"(?i)(?:^|[^\pL])(?:(?P<MX>M[ée]xico|CDMX|Jalisco|Nuevo León|Monterrey|Tijuana|Querétaro|Guanajuato|Yucatán)|"
    r"(?P<PE>Per[úu])|(?P<AR>Argentina)|(?P<CO>Colombia)|(?P<CL>Chile)|(?P<EC>Ecuador)|(?P<GT>Guatemala)|"
    r"(?P<CR>Costa Rica)|"
    r"(?P<UY>Uruguay)|(?P<DO>República Dominicana)|(?P<HN>Honduras)|(?P<SV>El Salvador))(?:$|[^\pL])"
)
_year = compile_text(r"^(?:19|20)\d\d$")
_no_street = compile_text(
    r"^(?:Praha|Brno|Ostrava|Plzeň|Paris|Lyon|Marseille|Wien|Stand|Seite|Artikel|Art|Punkt|Kapitel|Abschnitt) \d{1,2}$|"
    r"(?i)(?:^|[ .])(?:postbus|postfach|box|bp|pocztowa|poczt\.|apartado|correos|apdo\.?|postale|přihrádka)"
    r"[ .:]*\d[\d ]*$"
)
# "Registered office: The Old Mill, Leeds LS1 4AP": said to be an address, it needs no word for a street.
_seat = compile_text(
    r"(?i)(?:registered (?:office|address)|head office|(?:^|[^\pL-])address|located|situated|based)"
    r"(?: is)?(?: at| in)?[ :,–-]{0,4}([^.:;@?!]{4,90})$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """An address in a stretch of text, and from where to where it stands."""

    start: int
    end: int
    street: str | None
    city: str | None
    region: str | None
    code: str | None
    country: str | None
    box: bool = False


@dataclass(frozen=True, slots=True)
class _Code:
    """A postcode in a stretch: where it stands and what its own words say."""

    start: int  # with its region or label
    end: int  # with the town behind it
    digits_end: int
    city: str | None
    region: str | None
    code: str | None
    country: str | None
    labelled: bool
    at_home: bool


def addresses_in(whole: str, begin: int, end: int, home: tuple[str, ...]) -> tuple[Found, ...]:
    """The addresses whose postcode stands from `begin` to `end`, in order; no word belongs to two."""
    made: list[Found] = []
    possible = set(_codes().Match(whole.encode()) or ())
    for number, form in _ordered(home):
        if number not in possible and _ALWAYS in possible:
            continue
        for n, match in enumerate(form.code.finditer(whole)):
            if n >= _CODES:  # a table of numbers
                break
            at = match.start(_digits(form, match))
            if not begin <= at < end or any(other.start <= at < other.end for other in made):
                continue
            code = _code(form, match, whole, home)
            if code is not None:
                floor = max([code.start - _BEFORE, 0, *(other.end for other in made if other.end <= at)])
                found = _beside(form, code, whole, floor)
                if found is not None:
                    made.append(found)
    return tuple(sorted(made, key=lambda item: item.start))


addresses_in_line = lru_cache(maxsize=512)(addresses_in)  # the address in the foot of every page of a site


def streets_alone(text: str, form: Form) -> list[Found]:
    """Streets without a postcode that are an address all the same, because a town or a country stands beside them."""
    made = []
    for match in form.loose.finditer(text) if form.loose is not None else ():
        start, end = match.span(1)
        rest, before = text[end:], text[max(start - _NEAR, 0) : start]
        town = _next_town.search(rest) or _town_before.search(before)
        city = NO_TOWN.sub("", town.group(1)).strip() if town else None
        if city or country_named(rest[:_NEAR]):
            made.append(Found(start, end, _tidy(match.group(1)), city, None, None, form.countries[0]))
    return made


def country_named(text: str) -> str | None:
    """The country whose name stands in these few words."""
    return _named_by(COUNTRY, text)


def _named_by(names: Pattern, text: str) -> str | None:
    match = names.search(text)
    return next((code for code, words in match.groupdict().items() if words), None) if match else None


@lru_cache(maxsize=64)
def _ordered(home: tuple[str, ...]) -> tuple[tuple[int, Form], ...]:
    """The forms with their numbers, those of the page's own countries first."""
    return tuple(sorted(enumerate(FORMS), key=lambda one: not any(country in home for country in one[1].countries)))


@lru_cache(maxsize=1)
def _codes() -> Any:  # noqa: ANN401 - re2 has no types
    """The postcodes of all forms as one set, so that a stretch meets only those which it may have."""
    together = re2.Set.SearchSet(options())
    for form in FORMS:
        together.Add(form.code.pattern)
    together.Add(r"\z")  # found in any text: when even this is missing, the set ran out of memory and has said nothing
    together.Compile()
    return together


def _code(form: Form, match: Match, whole: str, home: tuple[str, ...]) -> _Code | None:
    """What a postcode says by itself; None where it says too little to be one."""
    groups = match.groupdict()
    city = NO_TOWN.sub("", groups.get("city") or "").strip(" ,.-") or None
    labelled = bool(groups.get("label"))
    if form.town and not (form.either or city or labelled):
        return None
    digits = _digits(form, match)
    code = groups.get("code")
    prefix, dash, rest = (code or "").partition("-")
    if _cep_rest.search(whole[match.end(digits) : match.end(digits) + 5]):
        return None
    said = _PREFIXES.get(prefix.strip()) if dash else None
    end = match.end()
    if city and city != groups["city"]:  # "Saint Louis Tel"
        end = match.start(form.code.groupindex["city"]) + len(city)
    behind = _clause(whole[end : end + _AFTER])
    named = said or country_named(behind[:_NEAR])
    if named not in form.countries and len(form.countries) > 1 and named:
        return None
    local = next((country for country in form.countries if country in home), None)
    country = named or local or (form.countries[0] if len(form.countries) == 1 else country_named(behind))
    if country == "ES":
        country = _named_by(_america, f"{city or ''} {behind[:_NEAR]}") or country
    alone = not (groups.get("region") or labelled)
    return _Code(
        start=match.start(digits) if alone else match.start(),
        end=end,
        digits_end=match.end(digits),
        city=city,
        region=groups.get("region"),
        code=rest.strip() if said else code,
        country=country,
        labelled=labelled,
        at_home=local is not None or named in form.countries or country_named(behind) in form.countries,
    )


def _digits(form: Form, match: Match) -> int:
    """The group that holds the postcode; the whole where there is none."""
    group = form.code.groupindex.get("code", 0)
    return group if match.start(group) >= 0 else 0


def _clause(text: str) -> str:
    """The words up to the end of the sentence."""
    match = _stop.search(text)
    return text[: match.start()] if match else text


def _beside(form: Form, code: _Code, whole: str, floor: int) -> Found | None:
    """The street before the postcode, the one behind it, the box, or for some postcodes nothing but the town."""
    before = whole[floor : code.start]
    street = _street_before(form, code, before)
    if (
        form.at_home
        and not code.at_home
        and (street is None or form.countries != ("CZ",) or "/" not in street.group(1))
    ):
        return None  # "Forte 400, 100 20 Tablets": the form alone is too common
    if street is not None:
        city = code.city or _town_in(before[street.end(1) :])
        return _found(code, floor + street.start(1), code.end, _tidy(street.group(1)), city)
    if code.city or code.labelled:
        behind = whole[code.digits_end :][: len(code.city or "") + _AFTER]
        for pattern in form.streets:
            street = pattern.search(behind)
            if street is not None and street.start(1) <= len(code.city or "") + _LEAP:
                city = (code.city and behind[: street.start(1)].strip(" ,.()–-")) or _town_in(before)
                end = code.digits_end + street.end(1)
                return _found(code, code.start, end, _tidy(street.group(1)), city)
    english = BOX if code.at_home or not form.town else None  # printed in every country
    for pattern in (form.box, english):
        box = _last(pattern, before, box=True) if pattern is not None else None
        if box is not None and len(before) - box.end(1) <= _GAP:
            city = code.city or _town_in(before[box.end(1) :])
            return _found(code, floor + box.start(1), code.end, None, city, box=True)
    seat = _seat.search(before) if form.sure and not form.town and code.code else None
    if seat is not None and (form.countries == ("IN",) or "," in seat.group(1)):
        place = seat.group(1).strip(" ,–-")
        street = place.rpartition(",")[0].strip() or None
        return _found(code, floor + seat.start(1), code.end, street, code.city or _town_in(seat.group(1)))
    if form.bare:
        start = max(before.rfind(",", 0, max(before.rfind(",", 0, len(before) - 2), 0)), 0)
        return _found(code, floor + start, code.end, None, code.city or _town_in(before))
    return None


def _street_before(form: Form, code: _Code, before: str) -> Match | None:
    room = _STEP if code.city else _GAP
    for pattern in form.streets:
        street = _last(pattern, before)
        if street is not None:
            between = before[street.end(1) :]
            if len(between) > room or _sentence.search(between):
                continue
            if form.either and not (code.city or code.labelled or _town_in(between)):
                continue
            return street
    if form.plain is None or _year.search(code.code or "") or not (code.region or (code.city and code.at_home)):
        return None
    street = _last(form.plain, before)
    next_to_it = _only_town if code.region else _floor
    return street if street is not None and next_to_it.search(before[street.end(1) :]) else None


def _town_in(between: str) -> str | None:
    """The town in the words between a street and a postcode: what stands last and is no county, label or number."""
    for piece in reversed(between.split(",")):
        words = piece.strip(" .()–·-")
        if words and not _county.search(words) and not COUNTRY.search(words):
            match = _town.search(words)
            return match.group(1) if match else None
    return None


def _found(code: _Code, start: int, end: int, street: str | None, city: str | None, *, box: bool = False) -> Found:
    return Found(start, end, street, city, code.region, code.code, code.country, box)


def _tidy(street: str) -> str:
    return street.strip(" ,.·–-")[:_MAX_STREET]


def _last(pattern: Pattern, text: str, *, box: bool = False) -> Match:
    found = None
    for match in pattern.finditer(text):
        if box or not _no_street.search(match.group(1)):
            found = match
    return found

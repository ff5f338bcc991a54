"""Postal addresses: a postcode of a known form with a street of the same country's form before it.

Both are needed.  A loose pattern takes "via e-mail", "100 mg" and "PO Boxes" for addresses.  The
lines of one address may stand in neighbouring short blocks.
"""

# ruff: noqa: E501 - a pattern in one line can be read beside an address; in pieces it cannot

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from pharmcheck.model import BlockKind, PostalAddress
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import Match, Pattern, compile_lines, compile_text, latin

MAX_ADDRESSES = 50
_TRIES = 300  # places of one page that look like the end of an address
_SHORT = 90  # a block that may be one line of an address
_BEFORE = 170  # characters before the postcode that may hold the street
_AFTER = 70
_TAIL = 40  # a block after the postcode that may name the country
_CODES = 20  # postcodes looked at in one place
_GAP = 70  # characters between street and postcode: house, district, town
_STEP = 30  # the same where the town follows the postcode

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|"
    "PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|"
    "Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|"
    "Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|"
    "Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming"
)
_PROVINCES = (
    "ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|YT|NT|NU|Ontario|Quebec|Québec|British Columbia|Alberta|Manitoba|Saskatchewan"
)
_CITY = r"(?:(?:St|Bad|San)\. )?\p{Lu}[\pL'’-]+(?:[ -](?:\p{Lu}[\pL'’-]*|am|an|der|im|de|la|le|sur|les|del|di|den|aan|nad|bei|ob)){0,4}"

_EN_WORDS = (
    "Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Highway|Hwy|Parkway|"
    "Pkwy|Close|Terrace|Crescent|Cres|Row|Gardens|Grove|Mews|Hill|Park|Parade|Broadway|Circle|Trail|Pike|Plaza|Walk|Quay|"
    "Wharf|Green|View|Rise|Yard|Gate|Esplanade|Turnpike|Loop|Estate|Centre|Center|Mall|Arcade|Precinct|House"
)
_NAME = r"(?:(?:\p{Lu}[\pL'’.-]*|\d{1,3}(?:st|nd|rd|th)|of|the|and|&),? )"
_UNIT = r"(?:Units?|Suite|Ste|Shop|Flat|Floor|Level)\.? [\pL\d-]{1,6},? "
_HOUSE = r"\d{1,6}[A-Za-z]?(?:[-–/]\d{1,5})?,? "
_EN_STREET = (
    rf"((?:\b{_UNIT}(?:{_HOUSE})?|\b{_HOUSE}){_NAME}{{0,5}}(?i:{_EN_WORDS})\b"
    r"\.?(?:,? (?:N|S|E|W|NE|NW|SE|SW)\b\.?)?(?:,? (?i:Suite|Ste|Unit|Apt|Floor|Room|#)\.? ?#?[\pL\d-]{1,6})?)"
)
_EN_NAMED = rf"(\b{_NAME}{{1,4}}(?:Street|Road|Lane|Avenue|Square|Park)\b)"
_DE_STREET = (
    r"((?:\p{Lu}[\pL.-]*[ -]){0,4}[\pL.-]*(?:(?i:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|markt|hof|graben|promenade|park)|"
    r"\b(?:Am|Im|An der|Auf dem|Zum|Zur|In der) [\p{Lu}][\pL-]+) ?\d{1,4} ?[a-zA-Z]?(?:[-–/]\d{1,4}[a-z]?)?\b)"
)
_FR_STREET = r"(\b\d{1,4}(?: ?(?:bis|ter|[A-D]))?,? (?i:rue|avenue|av\.?|boulevard|bd\.?|place|pl\.?|chemin|route|impasse|allée|quai|cours|square|passage|faubourg)\b [\pL\d'’ .-]{2,50})"
_ES_STREET = r"((?i:\bcalle|\bc/|\bc\.|\bavda\.?|\bavenida|\bav\.|\bplaza|\bpza\.?|\bpaseo|\bcarrer|\bronda|\bcamino|\bcarretera|\bctra\.?) ?[\pL'’ .-]{2,50},? ?(?:n[º°.]? ?)?\d{1,4}[^,;]{0,15})"
_IT_STREET = r"((?i:\bvia|\bviale|\bv\.le|\bpiazza|\bp\.zza|\bcorso|\bc\.so|\blargo|\bvicolo|\bstrada|\bpiazzale) \p{Lu}[\pL'’ .-]{1,50},? ?(?:n\.? ?)?\d{1,4}(?:/? ?[a-zA-Z])?\b)"
_NL_STREET = r"((?:\p{Lu}[\pL.'’-]*[ -]){0,3}[\pL.'’-]*(?i:straat|weg|laan|plein|kade|gracht|dijk|singel|hof|pad|markt|plantsoen|baan) ?\d{1,5} ?[a-zA-Z]{0,2}(?:[-–]\d{1,4})?\b)"
_CZ_STREET = r"((?:\p{Lu}\pL[\pL.'’-]*(?: [\pL.'’-]+){0,3}) \d{1,5}(?:/\d{1,4}[a-z]?)?\b)"
_BOX = r"(?i)(\b(?:P\. ?O\. ?Box|P\.? ?O\.? Box|Post Office Box|Post Box|G\.?P\.?O\.? Box|Locked Bag|Private Bag|Postfach|Boîte Postale|Apartado(?: de Correos)?|Casella Postale|Postbus)[ .:#]*(?:no\.? ?|nº ?)?[A-Z]{0,2}\d[\d ]{0,7})"


@dataclass(frozen=True, slots=True)
class _Form:
    """How addresses of some countries look; `after` when the town follows the postcode."""

    countries: tuple[str, ...]  # the first unless something else says which
    postcode: Pattern  # group 1 postcode, group 2 region or town
    streets: tuple[Pattern, ...]
    after: bool


def _form(countries: str, postcode: str, *streets: str, after: bool = False) -> _Form:
    compiled = tuple(compile_text(latin(street)) for street in streets)
    return _Form(tuple(countries.split()), compile_text(latin(postcode)), compiled, after)


_FORMS = (
    _form("US", rf"\b(?P<region>{_STATES})\.?,? (?P<code>\d{{5}}(?:-\d{{4}})?)\b", _EN_STREET),
    _form("GB", r"\b(?P<code>[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b", _EN_STREET, _EN_NAMED),
    _form("CA", rf"\b(?:(?P<region>{_PROVINCES}),? ?)?(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d)\b", _EN_STREET),
    _form("AU", r"\b(?P<region>NSW|VIC|QLD|SA|WA|TAS|ACT|NT),? (?P<code>\d{4})\b", _EN_STREET),
    _form("IE", r"\b(?P<code>[AC-FHKNPRTV-Y]\d[\dW] ?[AC-FHKNPRTV-Y\d]{4})\b", _EN_STREET, _EN_NAMED),
    _form("NL", rf"\b(?:NL-)?(?P<code>[1-9]\d{{3}} ?[A-Z]{{2}}),? (?P<city>{_CITY})", _NL_STREET, after=True),
    _form("DE", rf"\b(?:D-|DE-)?(?P<code>\d{{5}}),? (?P<city>{_CITY})", _DE_STREET, after=True),
    _form("FR", rf"\b(?:F-|FR-)?(?P<code>\d{{5}}),? (?P<city>{_CITY})", _FR_STREET, after=True),
    _form("ES", rf"\b(?:E-|ES-)?(?P<code>\d{{5}}),? (?P<city>{_CITY})", _ES_STREET, after=True),
    _form("IT", rf"\b(?:I-|IT-)?(?P<code>\d{{5}}),? (?P<city>{_CITY})", _IT_STREET, after=True),
    _form("AT CH", rf"\b(?:A-|AT-|CH-)?(?P<code>[1-9]\d{{3}}),? (?P<city>{_CITY})", _DE_STREET, after=True),
    _form("CZ", rf"\b(?P<code>[1-7]\d{{2}} \d{{2}}),? (?P<city>{_CITY})", _CZ_STREET, after=True),
)  # fmt: skip
# One cheap look at the whole page: anything that could be the end of an address.
_HINT = compile_lines(
    latin(
        rf"(\b(?:{_STATES})\.?,? \d{{5}}\b|\b[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b|"
        r"\b(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT),? \d{4}\b|\b[A-Z]\d[\dW] ?[A-Z\d]{4}\b|"
        r"\b\d{4} ?[A-Z]{2},? \p{Lu}|\b\d{4,5},? \p{Lu}\pL|\b\d{3} \d{2},? \p{Lu}\pL)"
    )
)
_BOX_BYTES = compile_lines(_BOX)
_BOX_TEXT = compile_text(_BOX)
PATTERNS = (_HINT, _BOX_BYTES)  # what every page is asked
_COUNTRY = compile_text(
    r"(?i)(?:^|[^\pL])(?:(?P<GB>United Kingdom|UK|Great Britain|England|Scotland|Wales|Northern Ireland)|(?P<US>USA|United States|U\.S\.A\.)|"
    r"(?P<DE>Deutschland|Germany)|(?P<FR>France)|(?P<ES>España|Spain)|(?P<IE>Ireland|Éire)|(?P<AT>Österreich|Austria)|"
    r"(?P<CH>Schweiz|Suisse|Svizzera|Switzerland)|(?P<CA>Canada)|(?P<AU>Australia)|(?P<NL>Nederland|Netherlands)|(?P<IT>Italia|Italy)|"
    r"(?P<CZ>Czech Republic|Czechia|Česká republika|Česko)|(?P<BE>Belgi(?:um|ë|que))|(?P<PL>Polska|Poland))(?:$|[^\pL])"
)


def find_addresses(lines: Lines, home: tuple[str, ...]) -> tuple[PostalAddress, ...]:
    """All addresses of a page.  `home`: countries the page seems to be from, likeliest first."""
    found: list[PostalAddress] = []
    taken: set[int] = set()
    for i in lines.hits(_HINT)[:_TRIES]:
        if len(found) >= MAX_ADDRESSES:
            break
        if lines.blocks[i].kind is BlockKind.TITLE:
            continue
        address = _at(lines, i, home)
        if address is not None:
            found.append(address)
            taken.update(range(i - 3, i + 1))
    for i in lines.hits(_BOX_BYTES):
        if i not in taken and len(found) < MAX_ADDRESSES:
            match = _BOX_TEXT.search(lines.blocks[i].text)
            if match:
                text = lines.blocks[i].text[match.start(1) : match.end(1) + _AFTER]
                found.append(PostalAddress(text, None, None, None, None, _country(text), "po_box", i))
    return tuple({(item.street, item.postcode, item.text): item for item in found}.values())


def _at(lines: Lines, i: int, home: tuple[str, ...]) -> PostalAddress | None:
    """The address whose postcode stands in block `i`."""
    text = lines.blocks[i].text
    head = ""
    if len(text) <= _SHORT * 2:
        head = _lines_before(lines, i)
    tail = ""
    if i + 1 < len(lines.blocks) and len(lines.blocks[i + 1].text) <= _TAIL and len(text) <= _SHORT * 2:
        tail = f", {lines.blocks[i + 1].text}"
    found = (_parsed if len(text) <= _SHORT * 4 else _parse)(head + text + tail, len(head), home)
    return replace(found, block=i) if found is not None else None


def _parse(whole: str, begin: int, home: tuple[str, ...]) -> PostalAddress | None:
    """The first address whose postcode stands at `begin` or later; its block is for the caller to say."""
    for form in sorted(_FORMS, key=lambda item: not any(country in home for country in item.countries)):
        for n, match in enumerate(form.postcode.finditer(whole)):
            if n >= _CODES:  # a list of codes, not an address
                break
            if match.start(form.postcode.groupindex["code"]) < begin:
                continue
            made = _made(form, match, whole, home)
            if made is not None:
                return made
    return None


_parsed = lru_cache(maxsize=512)(_parse)  # the address in the foot of every page of a site


def _lines_before(lines: Lines, i: int) -> str:
    """Up to three short blocks above, nearest last: street, house, name."""
    picked: list[str] = []
    for j in range(i - 1, max(i - 4, -1), -1):
        block = lines.blocks[j]
        if len(block.text) > _SHORT or block.kind in (BlockKind.TITLE, BlockKind.META, BlockKind.CONTROL):
            break
        if block.region is not lines.blocks[i].region:
            break
        picked.append(block.text.rstrip(" ,;"))
        if block.kind is BlockKind.HEADING:
            break
    return "".join(f"{piece}, " for piece in reversed(picked))


def _made(form: _Form, match: Match, whole: str, home: tuple[str, ...]) -> PostalAddress | None:
    start, end = match.span()
    floor = max(start - _BEFORE, 0)
    before = whole[floor:start]
    after = whole[end : end + _AFTER]
    box = _last(_BOX_TEXT, before)
    street = None
    for pattern in form.streets:
        street = _last(pattern, before)
        if street is not None:
            break
    found = street or box
    if found is None or len(before) - found.end(1) > _GAP:
        return None
    groups = match.groupdict()
    between = before[found.end(1) :].strip(" ,;|·-–")
    city = groups.get("city") or (between.rpartition(",")[2].strip(" .") or None)
    if form.after and len(between) > _STEP:
        return None
    named = _country(after)
    if form.countries == ("CZ",) and named != "CZ" and "CZ" not in home and "/" not in found.group(1):
        return None  # "Forte 400, 100 20 Tablets": the form alone is too common
    country = named or next((item for item in form.countries if item in home), None)
    if country is None and (len(form.countries) == 1 or not home):
        country = form.countries[0] if len(form.countries) == 1 else None
    text = whole[floor + found.start(1) : end].strip(" ,")
    return PostalAddress(
        text=text,
        street=found.group(1).strip(" ,.") if street is not None else None,
        city=city,
        region=groups.get("region"),
        postcode=groups["code"],
        country=country,
        kind="street" if street is not None else "po_box",
        block=-1,
    )


def _last(pattern: Pattern, text: str) -> Match:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _country(text: str) -> str | None:
    match = _COUNTRY.search(text)
    return next((code for code, words in match.groupdict().items() if words), None) if match else None

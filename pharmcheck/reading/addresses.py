"""Postal addresses: a postcode of a known form with a street of the same country's form beside it.

Both are needed.  A loose pattern takes "via e-mail", "100 mg" and "PO Boxes" for addresses.  The
lines of one address may stand in neighbouring short blocks.  A street without a postcode counts only on
pages of its own country, where its words are those of a street and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from pharmcheck.model import BlockKind, PostalAddress
from pharmcheck.reading.forms import BOX, BOX_LINES, FORMS, HINT, TOWN_FIRST, TOWN_FIRST_IN
from pharmcheck.reading.kinds import kind_by_words
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.owners import owner_of
from pharmcheck.reading.postcodes import Found, addresses_in, addresses_in_line, country_named, streets_alone

MAX_ADDRESSES = 50
PATTERNS = (  # what every page is asked
    *(HINT, BOX_LINES, TOWN_FIRST),
    *(form.loose_hint for form in FORMS if form.loose_hint is not None),
)
_TRIES = 300  # places of one page that look like a postcode
_SHORT = 90  # a block that may be one line of an address
_LINE = 180  # a block that may hold a whole address
_ABOVE = 5  # lines
_BELOW = 2
_AFTER_BOX = 70  # characters behind a box that may name the country


def find_addresses(lines: Lines, home: tuple[str, ...]) -> tuple[PostalAddress, ...]:
    """All postal addresses of a page, at most MAX_ADDRESSES, each once."""
    hits = lines.hits(HINT)
    if TOWN_FIRST_IN.intersection(home):
        hits = sorted({*hits, *lines.hits(TOWN_FIRST)})
    found: list[PostalAddress] = []
    taken: set[int] = set()  # blocks that belong to an address already
    for i in hits[:_TRIES]:
        if len(found) >= MAX_ADDRESSES:
            break
        found += _at(lines, i, home, taken)
    for address in (*_without_code(lines, home, taken), *_boxes(lines, taken)):
        if not any(address.street and address.street == other.street for other in found):
            found.append(address)
    return _each_once(found)[:MAX_ADDRESSES]


def _each_once(found: list[PostalAddress]) -> tuple[PostalAddress, ...]:
    """The same place once, as the shop's own where one of its blocks says so."""
    kept: dict[tuple[str, str], PostalAddress] = {}
    for item in found:
        key = ((item.street or item.text).lower(), item.postcode or "")
        if key not in kept or (item.owner == "own" != kept[key].owner):
            kept[key] = item
    return tuple(kept.values())


def _at(lines: Lines, i: int, home: tuple[str, ...], taken: set[int]) -> list[PostalAddress]:
    """The addresses whose postcode stands in block `i`."""
    text = lines.blocks[i].text
    above: list[int] = []
    below: list[int] = []
    if len(text) <= _LINE:
        above, below = _neighbours(lines, i, taken)
    pieces = [lines.blocks[j].text.rstrip(" ,;") for j in above]
    head = "".join(f"{piece}, " for piece in pieces)
    tail = "".join(f", {lines.blocks[j].text}" for j in below)
    whole = head + text + tail
    parse = addresses_in_line if len(whole) <= _LINE * 4 else addresses_in
    made = []
    for found in parse(whole, len(head), len(head) + len(text), home):
        made.append(_address(found, whole, lines, i))
        taken.add(i)
        taken.update(_covered(above, pieces, found.start))
        end = len(head) + len(text)
        for j in below:
            if found.end > end + 2:
                taken.add(j)
            end += len(lines.blocks[j].text) + 2
    return made


def _neighbours(lines: Lines, i: int, taken: set[int]) -> tuple[list[int], list[int]]:
    """Short blocks above and below that may be lines of the same address."""
    blocks = lines.blocks
    above: list[int] = []
    for j in range(i - 1, max(i - _ABOVE - 1, -1), -1):
        block = blocks[j]
        if j in taken or not _is_line(block.kind, block.text) or block.region is not blocks[i].region:
            break
        above.insert(0, j)
        if block.kind is BlockKind.HEADING:
            break
    below = []
    for j in range(i + 1, min(i + _BELOW + 1, len(blocks))):
        block = blocks[j]
        if j in taken or not _is_line(block.kind, block.text) or block.kind is BlockKind.HEADING:
            break
        below.append(j)
    return above, below


def _is_line(kind: BlockKind, text: str) -> bool:
    return len(text) <= _SHORT and kind not in (BlockKind.TITLE, BlockKind.META, BlockKind.CONTROL)


def _covered(above: list[int], pieces: list[str], start: int) -> list[int]:
    """The lines above that the address that begins at `start` has used."""
    at = 0
    used = []
    for j, piece in zip(above, pieces, strict=True):
        at += len(piece) + 2
        if at > start:
            used.append(j)
    return used


def _head(lines: Lines, i: int) -> str:
    """The lines above, that may say whose address a block holds."""
    if len(lines.blocks[i].text) > _LINE:
        return ""
    return "".join(f"{lines.blocks[j].text}, " for j in _neighbours(lines, i, set())[0])


def _address(found: Found, whole: str, lines: Lines, i: int, head: str = "") -> PostalAddress:
    before = head + whole[: found.start]
    words = before[-_SHORT:] + whole[found.start : found.end]
    return PostalAddress(
        text=whole[found.start : found.end].strip(" ,"),
        street=found.street,
        city=found.city,
        region=found.region,
        postcode=found.code,
        country=found.country,
        kind="po_box" if found.box else kind_by_words(words),
        block=i,
        owner=owner_of(before, lines.blocks[i]),
    )


def _without_code(lines: Lines, home: tuple[str, ...], taken: set[int]) -> Iterator[PostalAddress]:
    """Streets of the page's own country with a town and no postcode."""
    for form in FORMS:
        if form.loose_hint is None or not any(country in home for country in form.countries):
            continue
        for i in lines.hits(form.loose_hint)[:_TRIES]:
            block = lines.blocks[i]
            if i in taken or block.kind in (BlockKind.TITLE, BlockKind.META):
                continue
            taken.add(i)
            text = block.text
            if (
                len(text) <= _SHORT
                and i + 1 < len(lines.blocks)
                and _is_line(lines.blocks[i + 1].kind, lines.blocks[i + 1].text)
            ):
                text = f"{text}, {lines.blocks[i + 1].text}"  # the town on the next line
            yield from (_address(found, text, lines, i, _head(lines, i)) for found in streets_alone(text, form))


def _boxes(lines: Lines, taken: set[int]) -> Iterator[PostalAddress]:
    """Boxes without a postcode."""
    for i in lines.hits(BOX_LINES)[:_TRIES]:
        match = BOX.search(lines.blocks[i].text) if i not in taken else None
        if match:
            text = lines.blocks[i].text
            country = country_named(text[match.end(1) : match.end(1) + _AFTER_BOX])
            found = Found(match.start(1), match.end(1), None, None, None, None, country, box=True)
            yield _address(found, text, lines, i, _head(lines, i))

"""schema.org data in JSON-LD scripts: about whom, which kinds of thing, and what is offered.

The page wrote it: sizes are capped before parsing, nothing recurses over it, and numbers stay text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pharmcheck.model import Offer, OfferKind, Organisation, Structured
from pharmcheck.reading.text import clean

MAX_NODES = 5_000
MAX_ORGANISATIONS = 20
MAX_STRUCTURED_OFFERS = 200
MAX_NESTING = 400  # Python's JSON reader recurses; its own limit is near 1,000
_CODE = 3  # letters of a currency code
_ORGANISATIONS = (
    "organization", "pharmacy", "business", "store", "corporation", "drugstore", "clinic", "onlinestore", "physician",
)  # fmt: skip
_IDENTIFIERS = ("identifier", "vatID", "taxID", "leiCode", "duns", "iso6523Code", "hasCredential", "medicalLicense")

_brackets = re.compile(r"[\[\]{}]").findall  # one class: linear

Json = Any  # whatever the page wrote
Node = dict[str, Json]


def read_json_ld(scripts: Sequence[str]) -> tuple[Structured, tuple[Offer, ...]]:
    """Everything of interest in the JSON-LD scripts of one page."""
    organisations: list[Organisation] = []
    types: dict[str, None] = {}
    offers: list[Offer] = []
    problems: list[str] = []
    credentials: dict[tuple[str, str], None] = {}
    for script in scripts:
        root = _parse(script, problems)
        for node in _nodes(root):
            names = _types(node)
            types.update(dict.fromkeys(names))
            if "hasCredential" in node:
                credentials.update(dict.fromkeys(_credentials(node["hasCredential"])))
            folded = [name.lower() for name in names]
            if any(word in name for name in folded for word in _ORGANISATIONS):
                if len(organisations) < MAX_ORGANISATIONS:
                    organisations.append(_organisation(node, names))
            elif any(name in ("product", "drug", "productgroup") for name in folded):
                offers.extend(_offers(node))
    found = Structured(tuple(dict.fromkeys(organisations)), tuple(types)[:50], tuple(problems), tuple(credentials)[:20])
    return found, tuple(dict.fromkeys(offers))[:MAX_STRUCTURED_OFFERS]


def _parse(script: str, problems: list[str]) -> Json:
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    trouble = ""
    if not text:
        return None
    # Brackets in strings count too: the estimate may only be too high.
    if text.count("[") + text.count("{") > MAX_NESTING and _depth(text) > MAX_NESTING:
        trouble = "JSON-LD nested too deeply"
    else:
        try:
            return json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)
        except ValueError:
            trouble = "JSON-LD is not valid JSON"
        except RecursionError:
            trouble = "JSON-LD nested too deeply"
    if trouble not in problems:
        problems.append(trouble)
    return None


def _depth(text: str) -> int:
    """Deepest run of opening brackets."""
    deepest = level = 0
    for bracket in _brackets(text):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _nodes(root: Json) -> Iterator[Node]:
    """All objects with a type, outermost first, in page order."""
    stack = [root]
    seen = 0
    while stack and seen < MAX_NODES:
        seen += 1
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item[:MAX_NODES]))
        elif isinstance(item, dict):
            if "@type" in item:
                yield item
            stack.extend(value for value in reversed(list(item.values())) if isinstance(value, (dict, list)))


def _types(node: Node) -> list[str]:
    found = node.get("@type")
    names = found if isinstance(found, list) else [found]
    return [clean(name.rpartition("/")[2], 60) for name in names[:10] if isinstance(name, str) and name.strip()]


def _text(value: Json, limit: int = 300) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("value") or value.get("@id")
    return (clean(value, limit) or None) if isinstance(value, str) else None


def _organisation(node: Node, names: list[str]) -> Organisation:
    identifiers = []
    for key in _IDENTIFIERS:
        value = node.get(key)
        for item in (value if isinstance(value, list) else [value])[:10]:
            label = _text(item.get("propertyID") or item.get("name"), 60) if isinstance(item, dict) else None
            number = _text(item.get("value") or item.get("identifier"), 80) if isinstance(item, dict) else _text(item)
            if number:
                identifiers.append(f"{label or key}: {number}")
    return Organisation(
        types=tuple(names),
        name=_text(node.get("name")) or _text(node.get("legalName")),
        url=_text(node.get("url"), 500),
        telephone=_text(node.get("telephone"), 60),
        email=_text(node.get("email"), 200),
        address=_address(node.get("address")),
        identifiers=tuple(dict.fromkeys(identifiers))[:20],
    )


def _credentials(value: Json) -> Iterator[tuple[str, str]]:
    for item in (value if isinstance(value, list) else [value])[:10]:
        if isinstance(item, dict):
            issuer = item.get("recognizedBy")
            name = _text(item.get("name")) or _text(issuer) or ""
            url = _text(item.get("url"), 500) or (_text(issuer.get("url"), 500) if isinstance(issuer, dict) else None)
            yield name, url or ""
        elif isinstance(item, str):
            yield clean(item, 300), ""


def _address(value: Json) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return _text(value)
    keys = ("streetAddress", "postOfficeBoxNumber", "postalCode", "addressLocality", "addressRegion", "addressCountry")
    return ", ".join(filter(None, (_text(value.get(key), 120) for key in keys))) or None


def _offers(node: Node) -> Iterator[Offer]:
    name = _text(node.get("name"), 200)
    if not name:
        return
    given = node.get("offers")
    for offer in (given if isinstance(given, list) else [given])[:50]:
        if not isinstance(offer, dict):
            continue
        inner = offer.get("priceSpecification")
        spec = inner[0] if isinstance(inner, list) and inner else inner
        spec = spec if isinstance(spec, dict) else {}
        price = _text(offer.get("price") or offer.get("lowPrice") or spec.get("price"), 30)
        currency = (_text(offer.get("priceCurrency") or spec.get("priceCurrency"), 8) or "").upper()
        url = _text(offer.get("url") or node.get("url"), 500)
        code = currency if len(currency) == _CODE and currency.isalpha() and currency.isascii() else None
        yield Offer(name, OfferKind.STRUCTURED, price, code, None, url, -1)

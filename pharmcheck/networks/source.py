"""What the source of a page shows and its reader does not: identifiers of services, how it is built, its icon.

On bytes as they came, up to `_MOST`; every pattern is RE2.  Identifiers are ASCII in any charset that pages use.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import re2

from pharmcheck.networks.known import Known
from pharmcheck.networks.sketch import bands
from pharmcheck.reading import clean

_MOST = 1_000_000  # bytes of a page; what identifies a shop stands in its head or foot, and pages are smaller
_MOST_IDS = 200  # of one kind that are looked at; whoever shows more of them shows too many anyway
_TAGS = 6000  # looked at
_SHINGLE = 3


def _compile(pattern: bytes) -> Any:  # noqa: ANN401 - re2 ships no types
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = False
    return re2.compile(pattern, options)


_marked = _compile(rb"""<([a-z][a-z0-9]{0,15})\s[^<>]{0,500}?\bclass\s*=\s*["']([^"'<>]{1,300})["']""")
_icon = _compile(
    rb"""<link\s[^<>]{0,300}?\brel\s*=\s*["']?(?:shortcut )?icon\b[^<>]{0,100}?"""
    rb"""href\s*=\s*["'](data:image/[^"'<>]{40,})["']"""
)
_NO_DIGITS = str.maketrans("", "", "0123456789")  # they count versions, columns and products


def service_ids(body: bytes, known: Known) -> Iterator[tuple[str, str]]:
    """Kind and value of each identifier in a page's source."""
    body = body[:_MOST]
    for at in known.any_id.Match(body) or ():
        kind, service, pattern = known.ids[at]
        for found in islice(pattern.finditer(body), _MOST_IDS):
            yield kind, f"{service}:{clean(found[1].decode('latin-1'))}"


def build_of(body: bytes, known: Known) -> tuple[str, ...]:
    """Names of how a page is built: its elements in threes, by the class names that are no theme's furniture.

    Empty where nothing is left: a shop on a stock theme has no build of its own.
    """
    elements: list[str] = []
    for number, found in enumerate(_marked.finditer(body[:_MOST])):
        if number == _TAGS:
            break
        names = found[2].decode("latin-1").lower().translate(_NO_DIGITS).split()
        own = sorted({name for name in names if not name.startswith(known.furniture)})
        if own:
            elements.append(f"{found[1].decode('latin-1').lower()}.{'.'.join(own)}")
    return bands(">".join(elements[at : at + _SHINGLE]) for at in range(len(elements) - _SHINGLE + 1))


def icon_in(body: bytes) -> str | None:
    """Digest of an icon that stands in the page itself."""
    found = _icon.search(body[:_MOST])
    if not found:
        return None
    head, _, data = found[1].partition(b",")
    if head.endswith(b";base64"):
        with suppress(ValueError):  # the same picture as a file has the same digest
            data = base64.b64decode(data)
    return hashlib.sha256(data).hexdigest()[:32]

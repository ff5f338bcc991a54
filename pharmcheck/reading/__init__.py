"""Bytes to what a reader sees: text blocks with their place, links, forms, offers, contacts, claims, seals.

Pure and total: the same page gives the same reading, and no page, however hostile, raises.  What
could not be read is said in `Reading.problem`; a rule must not take it for absent.

A page unlike any other is read by a child process first: should it crash or hang the reader, it is not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pharmcheck.model import Contacts, Page, Reading, Shape, Structured
from pharmcheck.reading.contacts import find_contacts, home_countries
from pharmcheck.reading.language import language_of
from pharmcheck.reading.licences import find_licences
from pharmcheck.reading.lines import Known, Lines
from pharmcheck.reading.markup import Pass
from pharmcheck.reading.offers import find_offers
from pharmcheck.reading.prescan import Prescan, prescan
from pharmcheck.reading.roles import refine_role
from pharmcheck.reading.seal_sources import hidden_marks
from pharmcheck.reading.seals import find_seals
from pharmcheck.reading.sieve import sieve_of
from pharmcheck.reading.span import locate
from pharmcheck.reading.structured import read_json_ld
from pharmcheck.reading.taster import taste
from pharmcheck.reading.text import MAX_PAGE, Decoded, clean, decode
from pharmcheck.reading.vocabulary import Vocabulary

__all__ = ["MAX_PAGE", "Vocabulary", "clean", "decode", "locate", "read", "read_all", "refine_role"]


def read(page: Page, vocabulary: Vocabulary, known: Known | None = None) -> Reading:
    """Read one page; `known`: what was found on the site's other pages.

    Invariants (checked by property tests):
      * never raises, whatever the bytes;
      * every string is free of NUL, controls, surrogates and invisible marks;
      * time grows linearly with the size of the page.
    """
    decoded = decode(page)
    scan = prescan(decoded.text)
    stopped = taste(_read_whole, page, vocabulary) if scan.suspicion else None
    if stopped:
        return _empty(page, [f"reading this page ({scan.suspicion}) was stopped: {stopped}"])
    return _read(page, vocabulary, decoded, scan, known)


def read_all(pages: Iterable[Page], vocabulary: Vocabulary) -> tuple[Reading, ...]:
    """Read the pages of a site; one that came twice with the same bytes, as to a visitor from a search engine, once."""
    read_before: dict[tuple[object, ...], Reading] = {}
    known = Known()
    readings = []
    for page in pages:
        kind = next((value for name, value in page.headers if name == "content-type"), "")
        key = (page.sha256, page.url, page.role, page.truncated, kind)
        found = read_before.get(key)
        if found is None:
            reading = read_before[key] = read(page, vocabulary, known)
        else:
            reading = replace(found, **_answered(page))
        readings.append(reading)
    return tuple(readings)


def _read_whole(page: Page, vocabulary: Vocabulary) -> Reading:
    """What the child does."""
    decoded = decode(page)
    return _read(page, vocabulary, decoded, prescan(decoded.text))


def _read(page: Page, vocabulary: Vocabulary, decoded: Decoded, scan: Prescan, known: Known | None = None) -> Reading:
    problems = ["truncated"] if page.truncated else []
    if decoded.problem:
        problems.append(decoded.problem)
    if len(page.body) > MAX_PAGE:
        problems.append(f"only the first {MAX_PAGE} bytes were read")
    if scan.cut:
        problems.append(scan.cut)
    if not scan.text:
        return _empty(page, problems)
    markup = Pass(page.url)
    markup.run(scan.text)
    markup.finish()
    structured, products = read_json_ld(markup.json_ld)
    lines = Lines(markup.blocks, markup.rows, markup.links, known)
    sieve_of(vocabulary).sort(lines.sheet)
    language = language_of(markup.blocks, markup.lang)
    home = home_countries(page.url, markup.lang, language)
    hidden = hidden_marks(scan.text, markup, vocabulary)
    problems.extend(markup.problems)
    return Reading(
        url=page.url,
        page_sha256=page.sha256,
        role=refine_role(page.role, page.url, markup.title, structured.types, markup.blocks),
        language=language,
        title=markup.title,
        blocks=tuple(markup.blocks),
        links=tuple(markup.links),
        forms=tuple(markup.forms),
        offers=find_offers(lines, vocabulary, products),
        contacts=find_contacts(lines, markup.links, home),
        licence_claims=find_licences(lines, markup.links, vocabulary),
        seals=find_seals(lines, markup.images, hidden, markup.links, structured.credentials, vocabulary, page.url),
        structured=structured,
        shape=Shape(markup.text_chars, markup.script_bytes, markup.scripts, len(markup.links)),
        **_answered(page),
        problem="; ".join(problems) or None,
    )


def _empty(page: Page, problems: list[str]) -> Reading:
    return Reading(
        url=page.url,
        page_sha256=page.sha256,
        role=page.role,
        language=None,
        title="",
        blocks=(),
        links=(),
        forms=(),
        offers=(),
        contacts=Contacts(),
        licence_claims=(),
        seals=(),
        structured=Structured(),
        shape=Shape(0, 0, 0, 0),
        **_answered(page),
        problem="; ".join(problems) or None,
    )


def _answered(page: Page) -> dict[str, Any]:
    """What the server said of the page."""
    return {"status": page.status, "headers": tuple((clean(name), clean(value)) for name, value in page.headers)}

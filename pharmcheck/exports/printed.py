"""A list as one page of HTML for paper and for people: what to act on first, whole; the others in one line each.

Nothing on the page acts: no script, no link to a site, no picture from anywhere; words of strangers are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pharmcheck.address.defanging import defang
from pharmcheck.explain import SIGNS, catalogue
from pharmcheck.exports.cells import defang_all, host_of_item, override_words
from pharmcheck.exports.report import CATEGORIES, KINDS, Report

_WHOLE = ("danger", "caution")  # these are told with their reasons
_MOST_REASONS, _MOST_QUOTES, _MOST_CHARS = 5, 2, 400
_PIECE = 64  # parts of the template a piece of the answer


def printed_bytes(report: Report) -> Iterator[bytes]:
    """The page, a piece at a time."""
    template = environment().get_template("report.html")
    stream = template.stream(report=report, sections=sections(report), rows=rows(report), kinds=KINDS, signs=_signs())
    stream.enable_buffering(_PIECE)
    for piece in stream:
        yield piece.encode("utf-8", "replace")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates of this room; everything in them is escaped."""
    return Environment(
        loader=PackageLoader("pharmcheck.exports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _signs() -> Mapping[str, str]:
    return {category.value: sign for category, sign in SIGNS.items()}


def sections(report: Report) -> Iterator[tuple[str, str, int, bool, Iterable[dict[str, Any]]]]:
    """Category, words, how many, whether they are told whole, and the sites.  Each goes through the list once."""
    words = catalogue("en")
    for category in CATEGORIES:
        count = report.categories.get(category, 0)
        if count:
            label = str(words[f"category.{category}.label"])
            yield category, label, count, category in _WHOLE, _sites(report, category)


def _sites(report: Report, category: str) -> Iterator[dict[str, Any]]:
    for item in report.items():
        verdict = item["verdict"]
        if verdict is not None and verdict["category"] == category and item["same_as_row"] is None:
            yield _site(item, verdict)


def _site(item: dict[str, Any], verdict: dict[str, Any]) -> dict[str, Any]:
    host = verdict["address"]["host"]
    names = (host, verdict["address"]["registrable_domain"])

    def shown(text: str | None) -> str:
        return defang((text or "")[:_MOST_CHARS], *names)

    return {
        "row": item["row"],
        "line": item["line"],
        "host": defang_all(host),
        "score": verdict["score"],
        "reason": verdict["reason_code"].replace("_", " "),
        "override": shown(override_words(verdict["override"])),
        "reasons": [
            {
                "message": shown(reason["message"]),
                "quotes": [(shown(proof["quote"]), shown(proof["url"])) for proof in reason["evidence"][:_MOST_QUOTES]],
                "sources": "; ".join(source["title"] for source in reason["sources"]),
            }
            for reason in verdict["reasons"][:_MOST_REASONS]
        ],
        "proofs": [f"{proof['register']}, entry {proof['entry_id']}" for proof in verdict["proofs"]],
        "checked_at": verdict["checked_at"],
        "note": defang_all(item["note"] or ""),
    }


def rows(report: Report) -> Iterator[dict[str, Any]]:
    """Rows without an answer: those for a person first, then what was repaired, so that somebody can look at both."""
    for wanted in ("needs_person", "repaired", "ignored"):
        for item in report.items():
            if item["kind"] == wanted:
                yield {
                    "line": item["line"],
                    "sheet": item["sheet"],
                    "kind": KINDS[wanted],
                    "input": defang_all(item["input"][:_MOST_CHARS]),
                    "after": defang_all(host_of_item(item)),
                    "why": defang_all(item["problem"] or item["note"] or ""),
                }

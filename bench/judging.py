"""CPU time of judging a site, and its ratio to merely parsing the same bytes.

    .venv/bin/python -m bench.judging [--rounds N]

Two kinds of sites of six pages of about 100 KB, made here.  Shops carry what real shop pages carry: about half markup
and text, a third style and script, structured data, a long product list.  Prose is what shops and others say in
thirteen languages, the examples of all rules: it holds thousands of different words, as real text does, where the
shops repeat a few sentences.  Peers: a bare parse of the same bytes by the two fastest HTML parsers on the index, in
the same process and run.  Ratios count; absolute times are this machine's.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape

import turbohtml
from selectolax.lexbor import LexborHTMLParser

from pharmcheck.address import parse_address
from pharmcheck.check import judge
from pharmcheck.model import Capture, Page, PageRole
from pharmcheck.reading import read
from pharmcheck.ruleset import Ruleset, load_ruleset

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_SIZE = 100_000
_SPOKEN = ("en", "de", "pl", "ru")
LIMIT, JUDGE = "parse, selectolax (lexbor)", "judge"
_ROLES = (
    ("/", PageRole.HOME), ("/contact", PageRole.CONTACT), ("/terms", PageRole.TERMS),
    ("/faq", PageRole.FAQ), ("/shipping", PageRole.SHIPPING), ("/products/one", PageRole.PRODUCT),
)  # fmt: skip
_SENTENCES = {
    "rogue": (
        "We ship all tablets in plain envelopes by airmail within two weeks.",
        "No prescription is required to order from our store.",
        "Pay with card or coin and save ten per cent on your next parcel.",
    ),
    "honest": (
        "Our pharmacists check every order before it leaves our premises.",
        "A valid prescription is required for this medicine.",
        "Ask us when you take other medicines or are pregnant.",
    ),
}
_FILLER = (
    "Read the leaflet in the pack and keep it as long as you use the product.",
    "Orders that reach us before two in the afternoon leave on the same day.",
    "Store below twenty-five degrees and out of the reach of children.",
    "Our team answers questions from Monday to Friday between nine and five.",
)
_PRODUCTS = (
    "Sildenafil", "Paracetamol", "Omeprazole", "Hand cream", "Tadalafil", "Cetirizine", "Toothbrush", "Finasteride",
)  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    ruleset = load_ruleset()
    gc.freeze()  # as `pharmcheck check` does
    for kind, captures in sites(ruleset).items():
        pages = [page for capture in captures for page in capture.pages]
        print(
            f"{kind}: {len(captures)} sites of {len(pages) // len(captures)} pages, "
            f"{sum(len(page.body) for page in pages) / len(pages) / 1000:.0f} KB a page; ruleset {ruleset.version}"
        )
        times = cpu_times(jobs(captures, ruleset), rounds)
        fastest = min(statistics.median(times[name]) for name in times if name.startswith("parse"))
        print(f"{'':30}{'ms a site':>12}{'min':>10}{'max':>10}{'ratio to the fastest parse':>30}")
        for name, values in times.items():
            per_site = [1000 * value / len(captures) for value in values]
            ratio = statistics.median(values) / fastest
            row = f"{name:30}{statistics.median(per_site):12.1f}{min(per_site):10.1f}{max(per_site):10.1f}"
            print(f"{row}{ratio:30.2f}")
    return 0


def sites(ruleset: Ruleset) -> dict[str, list[Capture]]:
    """What is judged, by kind."""
    shops = [make_capture(kind, seed) for kind in _SENTENCES for seed in (1, 2)]
    return {"shops": shops, "prose": [make_prose(ruleset, language) for language in _SPOKEN]}


def jobs(captures: Sequence[Capture], ruleset: Ruleset) -> dict[str, Callable[[], object]]:
    """What is measured, each for all captures."""
    pages = [page for capture in captures for page in capture.pages]
    texts = [page.body.decode() for page in pages]
    return {
        "parse, turbohtml": lambda: [turbohtml.parse(text) for text in texts],
        LIMIT: lambda: [LexborHTMLParser(text) for text in texts],
        "parse, text and links in C": lambda: [_text_and_links(text) for text in texts],
        "touch every token in Python": lambda: [_touch(text) for text in texts],
        "read only": lambda: [read(page, ruleset.vocabulary) for page in pages],
        JUDGE: lambda: [judge(capture, ruleset, now=_WHEN) for capture in captures],
    }


def _text_and_links(source: str) -> tuple[str, list[object]]:
    """What the parser gives by itself, without a loop of ours over the page."""
    document = turbohtml.parse(source)
    return document.to_text(), [link.attrs for link in document.find_all("a")]


def _touch(source: str) -> int:
    """The least that a reader in Python can do: look at tag, attributes and text of each token once."""
    seen = 0
    for token in turbohtml.tokenize(source):
        seen += token.data is not None if token.tag is None else token.attrs is not None
    return seen


def cpu_times(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each job, one after the other in each round, so that drift of the machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            times[name].append(time.process_time() - start)
    return times


def make_capture(kind: str, seed: int, pages: Sequence[tuple[str, PageRole]] = _ROLES) -> Capture:
    """A shop, of six pages unless others are named; the same seed gives the same bytes."""
    chance = random.Random(seed)  # noqa: S311 - repeatable pages, not secrets
    return _capture(
        f"bench-{kind}-{seed}.example.com", [(path, role, _page(kind, path, chance)) for path, role in pages]
    )


def make_prose(ruleset: Ruleset, language: str) -> Capture:
    """A site of six pages of sentences in one language, as the examples of all rules have them."""
    chance = random.Random(language)  # noqa: S311 - repeatable pages, not secrets
    examples = [one for rule in ruleset.rules for one in (*rule.examples.match, *rule.examples.no_match)]
    lines = sorted({line for one in examples if one.lang == language and one.text for line in one.text.splitlines()})
    bodies = []
    for path, role in _ROLES:
        body = f'<!doctype html><html lang="{language}"><title>Prose</title>'
        while len(body) < _SIZE:
            body += "".join(f"<p>{escape(line.strip())}</p>\n" for line in chance.sample(lines, len(lines)))
        bodies.append((path, role, body))
    return _capture(f"bench-prose-{language}.example.com", bodies)


def _capture(host: str, bodies: Sequence[tuple[str, PageRole, str]]) -> Capture:
    pages = []
    for path, role, text in bodies:
        body = text.encode()
        headers = (("content-type", "text/html; charset=utf-8"),)
        digest = hashlib.sha256(body).hexdigest()
        pages.append(Page(f"https://{host}{path}", role, 200, headers, body, digest, _WHEN, truncated=False))
    return Capture(parse_address(host), (), tuple(pages), (), _WHEN, _WHEN)


def _page(kind: str, path: str, chance: random.Random) -> str:
    style = "".join(f".c{n}{{margin:{n}px;color:#{n:06x}}}" for n in range(500))
    script = "window.data=" + json.dumps([{"id": n, "k": chance.random()} for n in range(350)])
    product = {"@context": "https://schema.org", "@type": "Organization", "name": "Bench"}
    nav = "".join(f'<li><a class="nav c{n}" href="/c/{n}">Category {n}</a></li>' for n in range(40))
    head = (
        f'<!doctype html><html lang="en"><head><title>Bench {path}</title><style>{style}</style>'
        f'<script>{script}</script><script type="application/ld+json">{json.dumps(product)}</script></head>'
        f"<body><header><nav><ul>{nav}</ul></nav></header><main><h1>Bench {path}</h1>"
    )
    parts = [head]
    footer = "<footer><p>Bench, 12 Quay Street, Whitby YO21 3PU, tel 020 7946 0000</p></footer></body></html>"
    size = len(parts[0]) + len(footer)
    number = 0
    while size < _SIZE:
        number += 1
        name = f"{chance.choice(_PRODUCTS)} {chance.choice((10, 20, 50, 100))} mg"
        words = " ".join(chance.choices(_FILLER, k=4))
        if number % 12 == 0:
            words += " " + chance.choice(_SENTENCES[kind])
        part = (
            f'<div class="card c{number}" data-id="{number}" data-sku="SKU-{number:06}"><a href="/products/{number}" '
            f'title="{name}"><img src="/img/{number}.jpg" alt="{name}" width="240" height="240" loading="lazy"></a>'
            f'<h3><a href="/products/{number}">{name}</a></h3><p class="text c{number % 500}">{words}</p>'
            f'<span class="price">£{chance.randint(2, 90)}.99</span>'
            f'<button type="button" class="add">Add to basket</button></div>'
        )
        parts.append(part)
        size += len(part)
    return "".join(parts) + "</main>" + footer


if __name__ == "__main__":
    sys.exit(main())

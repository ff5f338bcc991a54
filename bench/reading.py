"""How many times the cost of a bare parse is a whole reading, and what share of it is the pre-scan?

    .venv/bin/python -m bench.reading [--bombs MEGABYTES]

The machine is noisy: read the ratios.  With `--bombs`, every bomb of tests/reading/bombs.py at that size, read, with its CPU time,
the child's included.
"""

# ruff: noqa: E501, B018 - a page of our own making in few lines

from __future__ import annotations

import argparse
import hashlib
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import turbohtml
import yaml

from pharmcheck.model import Page, PageRole
from pharmcheck.reading import Vocabulary, read
from pharmcheck.reading.markup import Pass
from pharmcheck.reading.prescan import prescan
from tests.reading.bombs import BOMBS

LISTS = Path(__file__).parents[1] / "rules" / "lists"
ROUNDS = 30


def _shop(cards: int) -> str:
    """A listing page as shop software writes it: long class lists, data attributes, srcset, inline script and style."""
    menu = "".join(
        f'<li id="m{i}" class="menu-item menu-item-{i}"><a href="https://shop.example/c/{i}/">Category {i}</a></li>\n'
        for i in range(40)
    )
    card = "".join(
        f'<li class="product type-product post-{i} status-publish instock has-thumbnail">\n'
        f' <a href="https://shop.example/p/{i}/" class="product-link product__link">\n  <img width="300" height="300" '
        f'src="https://shop.example/up/2025/03/item-{i}-300x300.jpg" class="thumbnail size-thumbnail" alt="Item {i} tablets" loading="lazy" '
        f'srcset="https://shop.example/up/2025/03/item-{i}-300x300.jpg 300w, https://shop.example/up/2025/03/item-{i}-150x150.jpg 150w" '
        f'sizes="(max-width: 300px) 100vw, 300px" />\n  <h2 class="product__title">Item {i} 100 mg tablets</h2>\n'
        f'  <span class="price"><span class="amount"><bdi><span class="currency">&#36;</span>{i}.99</bdi></span></span>\n </a>'
        f'<a href="?add-to-cart={i}" data-quantity="1" class="button add_to_cart_button" data-product_id="{i}" data-product_sku="S{i}" '
        f'aria-label="Add to cart: Item {i}" rel="nofollow">Add to cart</a>\n</li>\n'
        for i in range(cards)
    )
    text = (
        "<p>A paragraph that tells how we pack and send what you order, and <b>whom</b> to ask when it does not come.</p>\n"
        * 12
    )
    script = (
        "<script>window.shop={" + ",".join(f'"k{i}":{{"v":{i},"t":"text {i}"}}' for i in range(900)) + "};</script>"
    )
    style = "<style>" + "".join(f".c{i}{{margin:{i}px;padding:0 {i}px}}" for i in range(500)) + "</style>"
    foot = "<footer><p>Example Ltd, 12 High Street, Newtown, AB1 2CD</p><p>Phone: 020 7946 0123</p><p>GPhC premises number 1234567</p></footer>"
    return f'<html lang="en"><head><title>Shop</title>{style}{script}</head><body><nav><ul>{menu}</ul></nav><ul>{card}</ul>{text}{foot}'


def _dense(cards: int) -> str:
    """The worst honest case: hardly any markup around many short texts."""
    return "".join(
        f'<div><a href="/p/{i}"><h3>Item {i} 100mg</h3></a><p>${i}.99</p><button>Add to cart</button></div>'
        for i in range(cards)
    )


def _milliseconds(job: Callable[[], object]) -> float:
    best = 9.0
    for _ in range(ROUNDS):
        start = process_time() + _child_s()
        job()
        best = min(best, process_time() + _child_s() - start)
    return best * 1000


def _page(body: bytes) -> Page:
    digest = hashlib.sha256(body).hexdigest()
    return Page("https://shop.example/", PageRole.OTHER, 200, (), body, digest, datetime(2026, 1, 1, tzinfo=UTC), False)  # noqa: FBT003


def _bombs(megabytes: float, vocabulary: Vocabulary) -> None:
    """CPU seconds of reading each: in this process, and in the child that tries a suspicious page first."""
    spent: dict[str, float] = {}
    for name, bomb in BOMBS.items():
        page = _page(bomb(int(megabytes * 1_000_000)).encode("utf-8", "surrogatepass"))
        start, before = process_time(), _child_s()
        problem = read(page, vocabulary).problem
        ours, child = process_time() - start, _child_s() - before
        spent[name] = ours + child
        print(f"{ours:6.2f} s + {child:5.2f} s in a child  {name}: {problem}")
    worst = max(spent, key=lambda name: spent[name])
    print(f"{len(spent)} bombs, the worst {spent[worst]:.2f} s: {worst}")


def _child_s() -> float:
    """Processor time of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--bombs", type=float, default=0, metavar="MEGABYTES")
    megabytes = parser.parse_args().bombs
    lists = [
        yaml.load((LISTS / f"{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
        for name in ("licence_formats", "seals", "shop_words")
    ]
    vocabulary = Vocabulary.from_lists(*lists)
    if megabytes:
        _bombs(megabytes, vocabulary)
        return
    for name, source in (("shop", _shop(60)), ("dense", _dense(950))):
        body = source.encode()
        page = _page(body)

        def walk(source: str = source) -> None:
            markup = Pass("https://shop.example/")
            markup.run(source)
            markup.finish()

        def loop(source: str = source) -> None:
            for token in turbohtml.tokenize(source):
                if token.tag is None:
                    token.data
                else:
                    token.attrs

        parse = _milliseconds(lambda source=source: turbohtml.parse(source))
        result = read(page, vocabulary)
        print(
            f"{name}: {len(body) // 1000} KB, {len(result.blocks)} blocks, {len(result.links)} links, {len(result.offers)} offers"
        )
        print(f"  parse {parse:.2f} ms = 1")
        for label, job in (
            ("bare token loop", loop),
            ("pre-scan", lambda source=source: prescan(source)),
            ("markup pass", walk),
            ("read", lambda page=page: read(page, vocabulary)),
        ):
            cost = _milliseconds(job)
            print(f"  {label} {cost:.2f} ms = {cost / parse:.2f}")


if __name__ == "__main__":
    main()

"""A harder made-up web: honest and rogue shops share more than they do in `networks_web`.

Three things that bring an honest shop near an operator: one web agency works for both and leaves its pixel, build and
address on all; rogue shops sell by an honest wholesaler's list and under an honest shop's terms; and an operator copies
one pharmacy whole, telephone and licence number and pixel, on several shops that differ in where they take orders.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from bench.networks_web import Shop

_HIRING = 0.3  # operators that hire an agency, for a quarter of their shops
_BORROWING = 0.15  # rogue shops with an honest shop's prices, and as many with its texts
_COPIED = 10  # pharmacies that an operator copies whole
_COPIES = 6


def harden(shops: Sequence[Shop], seed: int) -> None:
    """Change the rogue shops of a web so that they come nearer to the honest ones, which stay as they are."""
    rng = random.Random(f"hard {seed}")  # noqa: S311 - made-up shops
    fair = [shop for shop in shops if shop.honest]
    rogue: dict[str, list[Shop]] = defaultdict(list)
    for shop in shops:
        if not shop.honest:
            rogue[shop.operator].append(shop)
    agencies = [shop for shop in fair if shop.credit and shop.build.startswith("agency")]
    for operator in sorted(rogue):
        if agencies and rng.random() < _HIRING:
            client = rng.choice(agencies)
            for shop in rng.sample(rogue[operator], len(rogue[operator]) // 4):
                shop.credit, shop.build = client.credit, client.build
                shop.ids += [one for one in client.ids if one[0] == "gtm"]
        for shop in rogue[operator]:
            if rng.random() < _BORROWING:
                shop.prices = list(rng.choice(fair).prices)
            if rng.random() < _BORROWING:
                shop.texts = list(rng.choice(fair).texts)
    for original in rng.sample(fair, min(_COPIED, len(fair))):
        copier = rng.choice(sorted(rogue))
        for shop in rng.sample(rogue[copier], min(_COPIES, len(rogue[copier]))):
            shop.phones, shop.mails, shop.licence = original.phones[:1], original.mails[:1], original.licence
            shop.ids, shop.build = list(original.ids), original.build
            shop.prices, shop.texts = list(original.prices), list(original.texts)

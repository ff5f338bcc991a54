"""Who is behind the shops: how often right, how often wrong, what it costs, and what it finds among texts of real ones.

    .venv/bin/python -m bench.networks                   # precision and recall over a made-up web, read from pages
    .venv/bin/python -m bench.networks --seeds 1 2 3     # the least over several made-up webs, and over harder ones
    .venv/bin/python -m bench.networks --sizes 1000 10000 50000  # time and memory, each size in a process of its own
    .venv/bin/python -m bench.networks --folders FOLDER…  # labelled sites in the form of docs/accuracy.md

The made-up web is `bench/networks_web.py`: 1,000 shops of 30 operators who own several telephones, accounts and ids,
take new ones over time, and show a random part of them on each shop; 500 honest shops that share themes, wholesalers'
price lists, texts, agencies and a franchise's telephone, half of them named by a register; one rogue shop of twenty
shows the licence number, telephone and e-mail of one of them.  `bench/networks_hard.py` brings the two nearer.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from bench.labelled import SELLERS, capture_in, labels_in
from bench.networks_hard import harden
from bench.networks_web import WHEN, Shop, capture_of, make_web, traits_of
from pharmcheck.model import Category
from pharmcheck.networks import Holdings, Known, find_networks, known_things, site_traits
from pharmcheck.reading import read
from pharmcheck.ruleset import Ruleset, load_ruleset
from pharmcheck.settings import load_settings
from pharmcheck.store import Networks, Store
from pharmcheck.store.tables_networks import network_sites
from pharmcheck.store.tables_networks import site_traits as traits_table
from pharmcheck.store.writing import put_new

_SEED = 20261128
_SHOWN = (0.65, 0.75, 0.85)
_ONE_BY_ONE = 25  # sites that are added to a full store


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--seeds", type=int, nargs="+", default=[])
    parser.add_argument("--shown", type=float, nargs="+", default=_SHOWN, help="how much of each kind a shop shows")
    parser.add_argument("--sizes", type=int, nargs="+", default=[])
    parser.add_argument("--folders", type=Path, nargs="+", default=[])
    parser.add_argument("--one-size", type=int, help=argparse.SUPPRESS)  # what a process of its own is told
    asked = parser.parse_args()
    if asked.one_size:
        print(json.dumps(_measure(asked.one_size, asked.seed)))
    elif asked.sizes:
        _print_sizes(asked.sizes, asked.seed)
    elif asked.folders:
        _print_folders(asked.folders, load_ruleset())
    elif asked.seeds:
        _print_seeds(asked.seeds, asked.shown, load_ruleset())
    else:
        _print_quality(asked.seed, asked.shown, load_ruleset())


# ------------------------------------------------------------------------------------------------ quality


def _print_quality(seed: int, shares: Sequence[float], ruleset: Ruleset) -> None:
    known = known_things(ruleset)
    print("| shown of each kind | registers | precision | recall | honest joined to rogue | to each other | networks |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    spent: list[float] = []
    for shown in shares:
        web = _Web(seed, shown, ruleset, spent)
        for loaded in (True, False):
            found = web.networks(known, loaded=loaded)
            right, of_found, of_all, beside_rogue, beside_honest = web.rates(found)
            print(f"| {shown:.0%} | {'loaded' if loaded else 'none'} | {right / max(of_found, 1):.4f} | "
                  f"{right / of_all:.3f} | {beside_rogue} | {beside_honest} | {len(found)} |")  # fmt: skip
    print(f"\nTraits of a site, beyond reading it: median {1000 * statistics.median(spent):.1f} ms.")


def _print_seeds(seeds: Sequence[int], shares: Sequence[float], ruleset: Ruleset) -> None:
    """The least and the median of each: what a single seed says may be luck."""
    known = known_things(ruleset)
    print("| web | shown of each kind | registers | precision, least | recall, least | median | most | "
          "honest joined to rogue, in all | to each other, in all |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for hard, shown in ((hard, shown) for hard in (False, True) for shown in shares):
        webs = [_Web(seed, shown, ruleset, [], hard=hard) for seed in seeds]
        for loaded in (True, False):
            rates = [web.rates(web.networks(known, loaded=loaded)) for web in webs]
            precise = f"{min(right / max(of_found, 1) for right, of_found, *_ in rates):.4f}"
            recalls = [right / of_all for right, _, of_all, *_ in rates]
            print(f"| {'harder' if hard else 'plain'} | {shown:.0%} | {'loaded' if loaded else 'none'} | {precise} | "
                  f"{min(recalls):.3f} | {statistics.median(recalls):.3f} | {max(recalls):.3f} | "
                  f"{sum(each[3] for each in rates)} | {sum(each[4] for each in rates)} |", flush=True)  # fmt: skip


class _Web:
    """A made-up web, read."""

    def __init__(self, seed: int, shown: float, ruleset: Ruleset, spent: list[float], *, hard: bool = False) -> None:
        self._shops = make_web(seed, operators=30, rogue=1000, honest=500, shown=shown)
        if hard:
            harden(self._shops, seed)
        known = known_things(ruleset)
        self._seen = {shop.domain: _read(shop, ruleset, known, spent) for shop in self._shops}

    def networks(self, known: Known, *, loaded: bool) -> list[Sequence[str]]:
        """Sites of each network, with the registers or without."""
        counts = Counter(key for keys in self._seen.values() for key in keys)
        void = frozenset(key for shop in self._shops if shop.registered and loaded for key in self._seen[shop.domain])
        return [network.sites for network in find_networks(Holdings(self._seen, counts, void), known).networks]

    def rates(self, found: Iterable[Sequence[str]]) -> tuple[int, int, int, int, int]:
        return _rates(found, self._shops)


def _read(shop: Shop, ruleset: Ruleset, known: Known, spent: list[float]) -> list[str]:
    capture = capture_of(shop)
    readings = [read(page, ruleset.vocabulary) for page in capture.pages]
    begun = time.process_time()
    traits = site_traits(capture, readings, known)
    spent.append(time.process_time() - begun)
    return [trait.key for trait in traits]


def _rates(found: Iterable[Sequence[str]], shops: Sequence[Shop]) -> tuple[int, int, int, int, int]:
    """Pairs rightly joined, joined, to be joined; honest shops joined to rogue ones, and to each other."""
    by_domain = {shop.domain: shop for shop in shops}
    right = pairs = beside_rogue = beside_honest = 0
    for sites in found:
        owners = Counter(by_domain[site].operator for site in sites)
        right += sum(_pairs(count) for count in owners.values())
        pairs += _pairs(len(sites))
        honest = sum(by_domain[site].honest for site in sites)
        beside_rogue += honest if honest < len(sites) else 0
        beside_honest += honest if honest == len(sites) else 0
    all_pairs = sum(_pairs(count) for count in Counter(shop.operator for shop in shops).values())
    return right, pairs, all_pairs, beside_rogue, beside_honest


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


# ------------------------------------------------------------------------------------------------ sizes


def _print_sizes(sizes: Sequence[int], seed: int) -> None:
    rows = []
    for size in sizes:
        command = [sys.executable, "-m", "bench.networks", "--one-size", str(size), "--seed", str(seed)]
        rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))  # noqa: S603
    print(
        "| sites | precision | recall | everything, CPU s | peak memory, MB | database, MB "
        "| note one, CPU ms | join one, CPU ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row['sites']:,} | {row['precision']} | {row['recall']} | {row['all_s']:.1f} | {row['peak_mb']:.0f} "
            f"| {row['database_mb']:.0f} | {row['note_ms']:.1f} | {row['join_ms']:.0f} |"
        )
    for small, large in pairwise(rows):
        grows = math.log(large["sites"] / small["sites"])
        print(
            f"From {small['sites']:,} to {large['sites']:,} sites: time grows with the power "
            f"{math.log(large['all_s'] / small['all_s']) / grows:.2f}, memory above an empty process with "
            f"{math.log(large['own_mb'] / small['own_mb']) / grows:.2f}, joining one site with "
            f"{math.log(large['join_ms'] / small['join_ms']) / grows:.2f}."
        )


def _measure(size: int, seed: int) -> dict[str, float | str]:
    """Fill a store, put everything together, then add sites one by one."""
    known = known_things(load_ruleset())
    rogue = size * 2 // 3
    shops = make_web(seed, operators=max(1, rogue // 33), rogue=rogue, honest=size - rogue)
    before, new = shops[:-_ONE_BY_ONE], shops[-_ONE_BY_ONE:]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder))
        with Store.open(settings) as store:
            _fill(store, before)
            networks = Networks(store)
            empty = _peak_mb()
            begun = time.process_time()
            networks.build(known, WHEN, everything=True)
            all_s, peak = time.process_time() - begun, _peak_mb()
            noted, joined = [], []
            for number, shop in enumerate(new):
                now, traits = WHEN + timedelta(minutes=number), traits_of(shop)
                begun = time.process_time()
                networks.note(shop.domain, _category(shop), traits, now)
                noted.append(time.process_time() - begun)
                networks.build(known, now)
                joined.append(time.process_time() - begun - noted[-1])
            found = _kept(store)
            networks.build(known, WHEN, everything=True)
            if found != _kept(store):
                raise SystemExit("Site by site gave something else than everything at once.")
        database = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    right, of_found, of_all, *_ = _rates(found.values(), shops)
    precision, recall = f"{right / max(of_found, 1):.4f}", f"{right / of_all:.3f}"
    return {
        "sites": size, "precision": precision, "recall": recall, "all_s": all_s, "peak_mb": peak,
        "own_mb": max(peak - empty, 0.1), "database_mb": database, "note_ms": 1000 * statistics.median(noted),
        "join_ms": 1000 * statistics.median(joined),
    }  # fmt: skip


def _fill(store: Store, shops: Iterable[Shop]) -> None:
    """As many checks would have left it, in one go."""
    with store.transaction(writes=True) as connection:
        for shop in shops:
            site = {"domain": shop.domain, "category": _category(shop).value, "registered": shop.registered,
                    "first_seen": WHEN, "seen_at": WHEN, "revision": 0, "waiting": True}  # fmt: skip
            put_new(connection, network_sites, [site])
            rows = [
                {"domain": shop.domain, "trait": trait.key, "shown": trait.shown, "page_url": trait.page_url,
                 "page_sha256": trait.page_sha256, "first_seen": WHEN, "last_seen": WHEN}
                for trait in traits_of(shop)
            ]  # fmt: skip
            put_new(connection, traits_table, rows)


def _kept(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    with store.transaction() as connection:
        for row in connection.execute(network_sites.select().order_by(network_sites.c.domain)):
            if row.network:
                found[row.network].append(row.domain)
    return found


def _category(shop: Shop) -> Category:
    return Category.VERIFIED if shop.registered else Category.UNVERIFIED if shop.honest else Category.DANGER


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


# ------------------------------------------------------------------------------------------------ real texts


def _print_folders(folders: Sequence[Path], ruleset: Ruleset) -> None:
    """Aggregates alone: texts of real sites are not ours to publish."""
    known = known_things(ruleset)
    seen: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    operators: dict[str, set[str]] = defaultdict(set)
    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        data = labels_in(path)
        capture = capture_in(path, data)
        readings = [read(page, ruleset.vocabulary) for page in capture.pages]
        domain = capture.address.registrable_domain
        seen[domain].update(trait.key for trait in site_traits(capture, readings, known))
        labels[domain].add(data["label"])
        operators[domain].add(data["operator"])
    counts = Counter(key for keys in seen.values() for key in keys)
    found = find_networks(Holdings({site: sorted(keys) for site, keys in seen.items()}, counts), known).networks
    _print_found(seen, labels, operators, counts, [network.sites for network in found], known)


def _print_found(
    seen: Mapping[str, set[str]], labels: Mapping[str, set[str]], operators: Mapping[str, set[str]],
    counts: Mapping[str, int], found: Sequence[Sequence[str]], known: Known,
) -> None:  # fmt: skip
    sellers = [site for site in seen if labels[site] & set(SELLERS)]
    telling = [site for site in sellers if any(known.kinds[key.partition(":")[0]].seller for key in seen[site])]
    kin = [(one, other) for one in seen for other in seen if one < other and operators[one] & operators[other]]
    alike = [pair for pair in kin if seen[pair[0]] & seen[pair[1]]]
    joined = {(one, other) for sites in found for one in sites for other in sites if one < other}
    print(f"{len(seen)} sites, {len(sellers)} of them sellers; {len(telling)} show something of a seller's.")
    print(f"Pairs of one family by label: {len(kin)}; that share anything: {len(alike)}.")
    print(f"Networks: {len(found)}; pairs joined: {len(joined)}, of one family {len(joined & set(kin))}, "
          f"wrongly {len(joined - set(kin))}.")  # fmt: skip
    shared = Counter(key.partition(":")[0] for key, count in counts.items() if count > 1)
    print("Things that more than one site shows, by kind:", ", ".join(f"{k} {n}" for k, n in sorted(shared.items())))


if __name__ == "__main__":
    main()

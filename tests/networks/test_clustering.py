"""Which sites are taken for one hand's, and which are not although they share something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bench.networks_web import capture_of, make_web
from pharmcheck.networks import Holdings, Known, find_networks, site_traits
from pharmcheck.networks.blocks import blocks_of
from pharmcheck.reading import read
from pharmcheck.ruleset import Ruleset

Shown = Mapping[str, set[str]]


def parts(shown: Shown, known: Known, void: frozenset[str] = frozenset(), strangers: int = 0) -> list[str]:
    """The networks, each as its sites in a row; `strangers` more sites elsewhere show every thing too."""
    counts = Counter(key for keys in shown.values() for key in keys)
    counts.update(dict.fromkeys(list(counts), strangers))
    held = Holdings({site: tuple(keys) for site, keys in shown.items()}, counts, void)
    return sorted("".join(network.sites) for network in find_networks(held, known).networks)


def test_two_things_of_different_sources_tie_and_one_does_not(known: Known) -> None:
    """A telephone alone may be a franchise's; a telephone and a pixel are one hand's."""
    both = {"phone:1", "tracking:1"}

    assert parts({"a": both, "b": both, "c": {"phone:1"}, "d": {"tracking:1"}}, known) == ["ab"]


def test_where_the_money_goes_ties_alone(known: Known) -> None:
    """Nobody sends his customers' money to a stranger."""
    assert parts({"a": {"checkout:x.com"}, "b": {"checkout:x.com"}}, known) == ["ab"]


def test_the_work_of_one_web_agency_ties_nobody(known: Known) -> None:
    """Pixel, build, texts, certificate: all that comes with the work, and nothing of the seller's."""
    work = {"tracking:1", "template:1", "words:1", "tls_key:1", "prices:1", "mail_beside:agency.com"}

    assert parts({"a": work, "b": work, "c": work}, known) == []


def test_what_many_show_tells_less_until_it_tells_nothing(known: Known) -> None:
    """The same two things tie two sites of a few, and not two of hundreds."""
    both = {"phone:1", "tracking:1"}
    shown = {"a": both, "b": both}

    assert parts(shown, known, strangers=6) == ["ab"]
    assert parts(shown, known, strangers=400) == []
    assert parts({"a": {"checkout:x.com"}, "b": {"checkout:x.com"}}, known, strangers=1000) == []


def test_what_a_registered_site_shows_ties_nobody(known: Known) -> None:
    """It is that pharmacy's, or its provider's; whoever shows it too has copied it."""
    both = {"phone:1", "tracking:1"}

    assert parts({"a": both, "b": both, "registered": both}, known, frozenset(both)) == []


def test_an_original_and_its_copies_are_no_network(known: Known) -> None:
    """Where the licence number is the same, all that a copy takes along is one thing; the copier's own is not."""
    copied = {"licence:gb:1", "phone:1", "email:a", "words:1", "template:1", "tracking:1"}

    assert parts({"a": copied, "b": copied, "c": copied}, known) == []
    assert parts({"a": copied, "b": copied | {"handle:t"}, "c": copied | {"handle:t"}}, known) == ["bc"]


def test_no_single_site_holds_two_networks_together(known: Known) -> None:
    """Seven sites of one hand, six of another, and one that took something from both: it goes with the larger."""
    one, other = {"phone:1", "tracking:1"}, {"phone:2", "tracking:2"}
    shown = dict.fromkeys("abcdefg", one) | dict.fromkeys("tuvwxy", other) | {"m": one | other}

    assert parts(shown, known) == ["abcdefgm", "tuvwxy"]


def test_a_site_that_hangs_by_one_tie_stays_only_if_a_copy_would_not_have_it(known: Known) -> None:
    """Telephone and address can be copied from one shop of many; a chat handle brings orders to its owner."""
    one = {"phone:1", "tracking:1"}
    shop = one | {"email:z", "handle:z", "phone:z"}
    shown = dict.fromkeys("abc", one)

    assert parts({**shown, "d": shop, "e": {"email:z", "phone:z"}}, known) == ["abcd"]
    assert parts({**shown, "d": shop, "e": {"handle:z", "phone:z"}}, known) == ["abcde"]


def test_two_sites_alone_are_a_network_only_if_the_one_is_no_copy_of_the_other(known: Known) -> None:
    """A pixel comes along with copied pages, and is put on others on purpose."""
    both = {"phone:1", "tracking:1"}

    assert parts({"a": both, "b": both}, known) == ["ab"]
    assert parts({"a": both | {"words:1"}, "b": both | {"words:1"}}, known) == []
    assert parts({"a": {"phone:1", "email:1"}, "b": {"phone:1", "email:1"}}, known) == []


def test_a_made_up_web_is_told_apart(ruleset: Ruleset, known: Known) -> None:
    """Read from pages: operators who rotate what they show, among honest shops on stock themes.  bench.networks has
    the figures.
    """
    shops = make_web(7, operators=3, rogue=60, honest=40)
    shown = {}
    for shop in shops:
        capture = capture_of(shop)
        readings = [read(page, ruleset.vocabulary) for page in capture.pages]
        shown[shop.domain] = [trait.key for trait in site_traits(capture, readings, known)]
    counts = Counter(key for keys in shown.values() for key in keys)
    void = frozenset(key for shop in shops if shop.registered for key in shown[shop.domain])
    found = find_networks(Holdings(shown, counts, void), known).networks

    owner = {shop.domain: shop.operator for shop in shops}
    assert all(len({owner[site] for site in network.sites}) == 1 for network in found)
    assert sum(len(network.sites) for network in found) >= 48
    assert len(found) <= 5


_keys = st.sampled_from(
    [f"{kind}:{value}" for kind in ("phone", "tracking", "licence", "handle", "words", "checkout") for value in "12"]
)
_webs = st.dictionaries(st.sampled_from("abcdefghij"), st.frozensets(_keys, max_size=7), min_size=2)


@given(_webs, st.randoms(use_true_random=False))
def test_neither_the_order_of_sites_nor_of_traits_matters(
    known: Known, web: dict[str, frozenset[str]], random: object
) -> None:
    """And no site is in two networks."""
    shuffled = list(web.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = {site: set(keys) for site, keys in shuffled}
    found = parts({site: set(keys) for site, keys in web.items()}, known)

    assert found == parts(turned, known)
    assert len("".join(found)) == len(set("".join(found)))


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda edge: edge[0] < edge[1])))
def test_a_block_of_three_or_more_survives_the_loss_of_any_site(edges: set[tuple[int, int]]) -> None:
    """Every edge is in one block, and blocks share at most one site."""
    near: dict[str, list[str]] = {}
    for one, other in sorted(edges):
        near.setdefault(str(one), []).append(str(other))
        near.setdefault(str(other), []).append(str(one))
    blocks = blocks_of(near)

    assert all(sum({str(one), str(other)} <= block for block in blocks) == 1 for one, other in edges)
    assert all(len(one & other) <= 1 for one in blocks for other in blocks if one is not other)
    for block in blocks:
        for lost in block if len(block) > 2 else ():
            left, seen = block - {lost}, set()
            queue = [min(left)]
            while queue:
                site = queue.pop()
                seen.add(site)
                queue += [other for other in near[site] if other in left - seen]
            assert seen == left

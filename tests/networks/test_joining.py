"""Sites that no tie puts in a network: who comes in by what several of its sites show, and who does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pharmcheck.networks import Holdings, Known, find_networks

CORE = {  # five shops of one hand, which rotates what it shows; each is tied to each by the pixel and a telephone
    "a": {"phone:1", "tracking:1", "email:1"},
    "b": {"phone:1", "tracking:1", "email:1", "prices:1"},
    "c": {"phone:1", "tracking:1", "prices:1", "template:1"},
    "d": {"phone:1", "tracking:1", "template:1", "account:1"},
    "e": {"phone:1", "tracking:1", "account:1"},
}


def found(shown: Mapping[str, set[str]], known: Known) -> dict[str, str]:
    """Each network's sites in a row, with those that joined in another."""
    counts = Counter(key for keys in shown.values() for key in keys)
    held = Holdings({site: tuple(keys) for site, keys in shown.items()}, counts)
    return {"".join(one.sites): "".join(one.joined) for one in find_networks(held, known).networks}


def test_what_several_sites_of_a_network_show_adds_up(known: Known) -> None:
    """An address of two of its shops, the build of two others: with no single one of them that is enough."""
    assert found({**CORE, "x": {"email:1", "template:1"}}, known) == {"abcdex": "x"}
    assert found({"a": CORE["a"], "d": CORE["d"], "x": {"email:1", "template:1"}}, known) == {"ad": ""}


def test_a_copy_of_one_site_does_not_join(known: Known) -> None:
    """Whatever a single site of the network shows whole may have been copied from it, or it from there."""
    assert found({**CORE, "x": {"email:1", "prices:1"}}, known) == {"abcde": ""}
    assert found({**CORE, "x": {"email:1", "prices:1", "template:1"}}, known) == {"abcdex": "x"}


def test_the_work_of_an_agency_brings_nobody_in_and_prices_beside_it_do(known: Known) -> None:
    """Pixel, build and chat may be an agency's, whose clients we know from one network only."""
    assert found({**CORE, "x": {"account:1", "template:1"}}, known) == {"abcde": ""}
    assert found({**CORE, "x": {"account:1", "template:1", "prices:1"}}, known) == {"abcdex": "x"}


def test_what_others_show_as_well_is_not_the_networks_own(known: Known) -> None:
    """A telephone of a franchise, a build that strangers have too."""
    strangers = {site: {"email:1"} if site in "stu" else {"template:1"} for site in "stuvw"}
    x = {"email:1", "template:1"}

    assert found({**CORE, **strangers, "x": x}, known) == {"abcde": ""}
    assert found({**CORE, "x": x}, known) == {"abcdex": "x"}


def test_nobody_comes_in_through_one_who_came_in(known: Known) -> None:
    """What only joined sites show says nothing."""
    x = {"email:1", "template:1", "phone:9", "handle:9"}

    assert found({**CORE, "x": x, "y": {"phone:9", "prices:1"}}, known) == {"abcdex": "x"}


def test_a_pharmacy_that_an_operator_copied_whole_is_not_of_his_network(known: Known) -> None:
    """Six copies of it, which differ from it in where they take orders; nothing but copied things ties it to them."""
    copied = {"phone:1", "email:1", "tracking:1", "account:1", "template:1", "words:1", "prices:1"}
    copies = {name: copied | {"handle:1"} for name in "abcdef"}

    assert found({**copies, "x": copied}, known) == {"abcdef": ""}
    assert found(dict.fromkeys("abcdef", copied), known) == {"abcdef": ""}  # with nobody who is more than a copy

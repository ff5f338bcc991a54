"""The encoder in Python and the decoder in JavaScript agree: on the shared vectors, on random sets, on what is refused.

Run by node where there is one, else by the Chromium that the other tests use.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import sync_playwright

from pharmcheck.api.verdicts import etag_of
from pharmcheck.classlists.files import Edition, base_content, change_content, slots_of
from pharmcheck.classlists.golomb import best_remainder_bits, decode, encode
from pharmcheck.classlists.keys import key_of, slot_of
from pharmcheck.classlists.ranges import prefix_of
from pharmcheck.classlists.signing import public_text, signed
from pharmcheck.errors import UsageError

pytestmark = pytest.mark.xdist_group("extension")
ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "extension" / "vectors.json").read_text("utf-8"))
EDITION = Edition(1795858200, datetime(2026, 11, 28, 9, 30, tzinfo=UTC), 1000, 3)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
Ask = Callable[[list[Any]], list[Any]]


def by_node(questions: list[Any]) -> list[Any]:
    script = ROOT / "tests" / "extension" / "agree.mjs"
    command = [str(shutil.which("node")), "--no-warnings", str(script)]
    ran = subprocess.run(command, input=json.dumps(questions).encode(), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    found: list[Any] = json.loads(ran.stdout)
    return found


def by_chromium(questions: list[Any], chromium: Path) -> list[Any]:
    def serve(route: Any) -> None:
        if route.request.url.endswith("/"):
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            file = ROOT / route.request.url.partition("127.0.0.1:9/")[2]
            route.fulfill(body=file.read_text("utf-8"), content_type="text/javascript")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://127.0.0.1:9/")  # nobody listens there: every answer is ours; loopback may use WebCrypto
        script = "asked => import('/tests/extension/agree.mjs').then(({answers}) => answers(asked))"
        found: list[Any] = page.evaluate(script, questions)
        browser.close()
    return found


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Ask:
    if shutil.which("node"):
        return by_node
    chromium = request.getfixturevalue("chromium")
    return lambda questions: by_chromium(questions, chromium)


def test_the_shared_vectors_hold_in_javascript(ask: Ask) -> None:
    """The same file that holds the encoder."""
    coding = [("decode", {"coded": case["coded"], "count": len(case["values"]), "bits": case["remainder_bits"]})
              for case in VECTORS["golomb"]]  # fmt: skip
    names = [("key", {"salt": VECTORS["salt"], "name": case["name"], "counts": [int(one) for one in case["slots"]]})
             for case in VECTORS["names"]]  # fmt: skip
    hosts = [("asked", {"host": case["host"]}) for case in VECTORS["asked"]]
    found = ask([*coding, *names, *hosts])

    assert found[: len(coding)] == [case["values"] for case in VECTORS["golomb"]]
    said = found[len(coding) : len(coding) + len(names)]
    assert said == [[case["key"], list(case["slots"].values())] for case in VECTORS["names"]]
    assert found[-len(hosts) :] == [case["asked"] for case in VECTORS["asked"]]


def test_random_sets_come_through(ask: Ask) -> None:
    """Of no, one, few and many numbers, from dense to sparse, each with its best remainder."""
    sets = []
    for seed, size in enumerate((0, 1, 2, 3, 17, 100, 1000, 5000, 20_000)):
        chance = random.Random(seed)  # noqa: S311 - the same sets each time
        spans = (size + 1, 100 * (size + 1), 2**20 * (size + 1), (size + 1) << 24)
        sets += [sorted(chance.sample(range(most), size)) for most in spans]
    bits = [best_remainder_bits(values) for values in sets]
    asked = [("decode", {"coded": encode(values, one).hex(), "count": len(values), "bits": one})
             for values, one in zip(sets, bits, strict=True)]  # fmt: skip

    assert ask(asked) == sets


def test_of_arbitrary_bits_both_readers_make_the_same(ask: Ask) -> None:
    """Two thousand made-up lists: both read the same numbers, or both refuse; neither hangs or reads beyond the end."""
    chance = random.Random(2026)  # noqa: S311 - the same bits each time
    asked, ours = [], []
    for _ in range(2000):
        # Few ones make long lists, many make long distances.
        dense = chance.choice((0.02, 0.3, 0.5, 0.9, 1.0))
        coded = bytes(
            sum((chance.random() < dense) << place for place in range(8)) for _ in range(chance.randrange(24))
        )
        count, bits = chance.choice((0, 1, 2, 7, 40, 193, -1, 0.5)), chance.choice((0, 1, 3, 8, 31, 40, 41, -1))
        asked.append(("decode", {"coded": coded.hex(), "count": count, "bits": bits}))
        try:
            ours.append(decode(coded, count, bits))
        except UsageError:
            ours.append({"refused": "RangeError"})

    assert ask(asked) == ours
    assert 200 < sum(isinstance(one, list) and bool(one) for one in ours) < 1800


def test_signed_lists_answer_alike(ask: Ask) -> None:
    """Names of a base, added since, taken away since, and strangers, in random lists."""
    asked, expected = [], []
    for seed, size in enumerate((0, 1, 5, 300, 3000)):
        chance = random.Random(seed)  # noqa: S311 - the same lists each time
        names = [f"{chance.randrange(10**9)}.example" for _ in range(size)]
        salt = chance.randbytes(16)
        slots = set(slots_of(salt, names))
        added, removed = [f"added-{n}.example" for n in range(5)], names[:3]
        content = base_content("danger", EDITION, salt, len(names), sorted(slots))
        change = change_content("danger", EDITION, EDITION.version, salt, added, removed)
        tried = [*names[:50], *added, *(f"stranger-{n}.example.org" for n in range(200))]
        question = {
            "base": signed(KEY, content).hex(), "change": signed(KEY, change).hex(), "name": "danger",
            "key": public_text(KEY), "asked": tried,
        }  # fmt: skip
        asked.append(("stand", question))
        expected.append([
            name not in removed and (name in added or slot_of(key_of(salt, name), len(names)) in slots)
            for name in tried
        ])  # fmt: skip

    assert ask(asked) == expected


def test_what_is_not_right_is_refused(ask: Ask) -> None:
    """Every byte is under the signature; a key that is none opens nothing; a broken code ends in a refusal."""
    base = signed(KEY, base_content("danger", EDITION, bytes(16), 1, slots_of(bytes(16), ["a.example"])))
    change = signed(KEY, change_content("danger", EDITION, EDITION.version, bytes(16), ["b.example"], []))
    other = signed(Ed25519PrivateKey.generate(), base[:-64])
    good = {"base": base.hex(), "change": change.hex(), "name": "danger", "key": public_text(KEY),
            "asked": ["a.example", "b.example", "c.example"]}  # fmt: skip
    spoilt = [(base[:at] + bytes([base[at] ^ 1]) + base[at + 1 :]).hex() for at in range(0, len(base), 7)]
    found = ask([
        ("stand", good),
        ("stand", {**good, "base": other.hex()}),
        ("stand", {**good, "name": "verified"}),
        ("stand", {**good, "base": change.hex()}),
        ("stand", {**good, "key": "AAAA"}),
        ("stand", {**good, "base": ""}),
        ("stand", {**good, "base": signed(KEY, b"{}\n").hex()}),
        ("decode", {"coded": "ffff", "count": 1, "bits": 3}),
        ("decode", {"coded": "00", "count": 3, "bits": 4}),
        ("decode", {"coded": "00", "count": -1, "bits": 4}),
        *(("stand", {**good, "base": one}) for one in spoilt),
    ])  # fmt: skip

    assert found[0] == [True, True, False]
    refused = [one["refused"] for one in found[1:]]
    assert refused[:9] == [
        "signature", "mismatch", "mismatch", "key", "signature", "format", "RangeError", "RangeError", "RangeError",
    ]  # fmt: skip
    assert set(refused[9:]) == {"signature"}


def test_a_prefix_never_points_at_a_small_crowd(ask: Ask) -> None:
    """The prefix is the one that a name is filed under, and shorter than a list asks for when few are listed."""
    names = [f"{n}.example" for n in range(20)]
    cases = [(name, bits, 100 << bits) for name in names for bits in (0, 1, 9, 16)]
    found = ask([("range", {"name": name, "bits": bits, "listed": listed}) for name, bits, listed in cases])
    assert [one["prefix"] for one in found] == [prefix_of(name, bits) for name, bits, _ in cases]

    greedy = [(24, 10**9), (16, 1000), (9, 0), (-1, 10**6), ("x", 10**6), (9, None)]
    found = ask([("range", {"name": "a.example", "bits": bits, "listed": listed}) for bits, listed in greedy])
    assert [len(one["prefix"]) for one in found] == [16, 3, 3, 3, 3, 3]
    assert [one["prefix"] for one in found[2:]] == ["all"] * 4


def test_hosts_addresses_and_times(ask: Ask) -> None:
    """What is a site, what is a service, when to ask again, and how old is old."""
    urls = {
        "https://www.Shop.Example:8443/a?b#c": "www.shop.example", "http://münchen.example/": "xn--mnchen-3ya.example",
        "http://shop.example./": "shop.example", "http://[2001:db8::1]/": "2001:db8::1", "http://0x7f.1/": "127.0.0.1",
        "about:blank": None, "chrome://settings": None, "file:///etc/hosts": None, "": None, "data:text/html,x": None,
    }  # fmt: skip
    services = {
        "https://lists.example.org/path?x": "https://lists.example.org", "http://127.0.0.1:8000": "http://127.0.0.1:8000",
        "http://lists.example.org": None, "ftp://a.example": None, "https://u@a.example": None, "lists": None,
    }  # fmt: skip
    waits = {
        (0, 0): 360,
        (0, 1): 420,
        (1, 0): 15,
        (1, 1): 30,
        (3, 0.5): 90,
        (7, 0.0): 960,
        (8, 0.0): 1440,
        (99, 1): 1440,
    }
    day = timedelta(days=1) // timedelta(milliseconds=1)
    ages = {
        (0, 7 * day): [False, False],
        (0, 7 * day + 1): [True, False],
        (day + 1, 0): [False, True],
        (day, 0): [False] * 2,
    }
    found = ask([
        *(("host", {"url": url}) for url in urls), *(("service", {"text": text}) for text in services),
        *(("delay", {"failures": failures, "random": chance}) for failures, chance in waits),
        *(("age", {"made": made, "now": now}) for made, now in ages),
        ("tag", {"whole": b"some list".hex()}),
    ])  # fmt: skip

    assert found[:-1] == [*urls.values(), *services.values(), *waits.values(), *ages.values()]
    assert found[-1] == etag_of(b"some list")

"""Lists for browsers: how large, how quick in the browser, how often wrong, and how large a crowd hides a question.

    .venv/bin/python -m bench.lists [--names 100000 1000000] [--strangers 10000000] [--chromium PATH]

Names are made up and random.  Decoding and look-up run in the Chromium by the extension's own modules; false matches
are counted by the code that builds lists, which `tests/extension/test_agreement.py` holds to those modules.
"""

from __future__ import annotations

import argparse
import base64
import bisect
import hashlib
import json
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page, Route, sync_playwright

from bench.rates import Share
from pharmcheck.classlists.files import Edition, base_content, change_content, slots_of
from pharmcheck.classlists.keys import slot_of
from pharmcheck.classlists.ranges import Entry, bits_for, buckets, prefix_of
from pharmcheck.classlists.signing import public_text, signed

ROOT = Path(__file__).parents[1]
_MADE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
_CHANGES = 500
_ROUNDS = 7
_LOOKUPS = 1000
_SCRIPT = """async ({base, change, key, rounds, lookups}) => {
  const { openFile, readKey, stands } = await import("/extension/source/listfile.js");
  const { decode } = await import("/extension/source/golomb.js");
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const [whole, small, opened] = [bytes(base), bytes(change), await readKey(key)];
  const line = whole.indexOf(10);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(0, line)));
  const times = { decode: [], open: [], keep: [], load: [], lookup: [] };
  const timed = async (name, what) => {
    const from = performance.now();
    const found = await what();
    times[name].push(performance.now() - from);
    return found;
  };
  const database = await new Promise((done) => {
    const request = indexedDB.open("bench", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("lists");
    request.onsuccess = () => done(request.result);
  });
  const ask = (mode, question) => new Promise((done) => {
    const request = question(database.transaction("lists", mode).objectStore("lists"));
    request.onsuccess = () => done(request.result);
  });
  let list;
  for (let round = 0; round < rounds; round += 1) {
    await timed("decode", () => decode(whole.subarray(line + 1, -64), header.coded, header.remainder_bits));
    list = await timed("open", async () => ({
      base: await openFile(whole, opened, "base", "danger"),
      change: await openFile(small, opened, "change", "danger"),
    }));
    await timed("keep", () => ask("readwrite", (store) => store.put(list, "danger")));
    list = await timed("load", () => ask("readonly", (store) => store.get("danger")));
    await timed("lookup", async () => {
      for (let n = 0; n < lookups; n += 1) await stands(list, `stranger-${round}-${n}.example.org`);
    });
  }
  return times;
}"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--names", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--strangers", type=int, default=10_000_000)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    given = parser.parse_args()
    print(f"{'names':>10} {'base':>11} {'bits/name':>9} {'change of 500':>13} {'encode':>8}")
    made = {}
    for count in given.names:
        started = time.perf_counter()
        names = [f"{number:x}.example" for number in range(count)]
        slots = slots_of(_salt(count), names)
        whole, small = _files(count, slots)
        made[count] = (slots, whole, small)
        spent = time.perf_counter() - started
        print(f"{count:>10,} {len(whole):>11,} {8 * len(whole) / count:>9.2f} {len(small):>13,} {spent:>6.1f} s")
    _false_matches(made, given.strangers)
    _crowds(given.names)
    if given.chromium:
        _in_the_browser(made, given.chromium)
    else:
        print("\nNo Chromium: nothing was timed in a browser.")
    return 0


def _salt(count: int) -> bytes:
    return hashlib.sha256(str(count).encode()).digest()[:16]


def _files(count: int, slots: Sequence[int]) -> tuple[bytes, bytes]:
    key, edition = _key(), Edition(1, _MADE, count, 0)
    base = base_content("danger", edition, _salt(count), count, slots)
    added = [f"added-{number}.example" for number in range(_CHANGES)]
    return signed(key, base), signed(key, change_content("danger", edition, 1, _salt(count), added, []))


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(32))


def _false_matches(made: dict[int, Any], strangers: int) -> None:
    print(f"\nfalse matches among {strangers:,} random names (2^-24 each: {strangers / 2**24:.2f} expected)")
    for count, (slots, _, _) in made.items():
        start, held, hits = hashlib.sha256(_salt(count)), set(slots), 0
        for number in range(strangers):
            digest = start.copy()
            digest.update(b"%x.stranger.example" % number)
            hits += slot_of(int.from_bytes(digest.digest()[:8], "big"), count) in held
        print(f"{count:>10,} names: {Share(hits, strangers).part} of {strangers:,}")


def _crowds(counts: Sequence[int]) -> None:
    print("\ncrowd of a question by prefix: listed names that share it")
    print(f"{'names':>10} {'bits':>4} {'buckets':>8} {'least':>6} {'median':>6} {'most':>6} {'bytes of an answer':>18}")
    for count in counts:
        names = [f"{number:x}.example" for number in range(count)]
        bits = bits_for(names)
        sizes = sorted(Counter(prefix_of(name, bits) for name in names).values())
        entry = Entry("danger", "rx_without_prescription", ("RX001", "PAY003", "ID004"), date(2026, 11, 28))
        _, answer = next(buckets(dict.fromkeys(names, entry), bits, 1))
        middle = statistics.median(sizes)
        print(f"{count:>10,} {bits:>4} {len(sizes):>8,} {sizes[0]:>6} {middle:>6.0f} {sizes[-1]:>6} {len(answer):>18,}")
        assert bisect.bisect_left(sizes, 100) == 0  # noqa: S101 - the promise


def _in_the_browser(made: dict[int, Any], chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        print(f"\nin Chromium {browser.version}, medians of {_ROUNDS}, in ms")
        print(f"{'names':>10} {'decode':>8} {'verify+decode':>13} {'keep':>7} {'load':>7} {'look-up, µs':>11}")
        for count, (_, whole, small) in made.items():
            page = browser.new_page()
            page.route("**/*", _serve)
            page.goto("http://127.0.0.1:9/")  # every answer is ours; loopback may use WebCrypto
            times = _measure(page, whole, small)
            middle = {name: statistics.median(found) for name, found in times.items()}
            print(
                f"{count:>10,} {middle['decode']:>8.1f} {middle['open']:>13.1f} {middle['keep']:>7.1f}"
                f" {middle['load']:>7.1f} {1000 * middle['lookup'] / _LOOKUPS:>11.1f}"
            )
            page.close()
        browser.close()


def _measure(page: Page, whole: bytes, small: bytes) -> dict[str, list[float]]:
    given = {
        "base": base64.b64encode(whole).decode(),
        "change": base64.b64encode(small).decode(),
        "key": public_text(_key()),
        "rounds": _ROUNDS,
        "lookups": _LOOKUPS,
    }
    found: dict[str, list[float]] = json.loads(json.dumps(page.evaluate(_SCRIPT, given)))
    return found


def _serve(route: Route) -> None:
    path = route.request.url.partition("127.0.0.1:9/")[2]
    if path:
        route.fulfill(body=(ROOT / path).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


if __name__ == "__main__":
    raise SystemExit(main())

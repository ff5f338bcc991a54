"""Writes vectors.json: what the encoder in Python says, for the decoder in JavaScript to agree with."""

from __future__ import annotations

import json
import random
from pathlib import Path

from pharmcheck.classlists.golomb import best_remainder_bits, encode
from pharmcheck.classlists.keys import key_of, names_asked, range_hash, slot_of

OUT = Path(__file__).parent / "vectors.json"
SALT = bytes(range(16))
NAMES = ("example.com", "pillswift.example", "xn--mnchen-3ya.example", "shop.github.io", "192.0.2.7", "2001:db8::1")
HOSTS = ("example.com", "www.shop.example.co.uk", "localhost", "192.0.2.7", "2001:db8::1", "a.b.c.d.e.f.example.org")
COUNTS = (1, 100_000, 1_000_000, 400_000_000)


def main() -> None:
    """Write the file; the same on every machine."""
    chance = random.Random(20261128)  # noqa: S311 - test data, the same each time
    sets = {
        "nothing": [],
        "zero": [0],
        "one far away": [2**44 - 1],
        "neighbours": list(range(7)),
        "a few": [3, 4, 1000, 1001, 2**20, 2**20 + 1],
        "a hundred of a million": sorted(chance.sample(range(2**44), 100)),
    }
    golomb = []
    for what, values in sets.items():
        for bits in sorted({best_remainder_bits(values), 3 if max(values, default=0) < 2**21 else 40}):
            coded = encode(values, bits).hex()
            golomb.append({"what": f"{what}, {bits} bits", "values": values, "remainder_bits": bits, "coded": coded})
    names = []
    for name in NAMES:
        key = key_of(SALT, name)
        slots = {str(count): slot_of(key, count) for count in COUNTS}
        names.append({"name": name, "key": f"{key:016x}", "slots": slots, "range_hash": range_hash(name).hex()})
    asked = [{"host": host, "asked": names_asked(host)} for host in HOSTS]
    whole = {"salt": SALT.hex(), "golomb": golomb, "names": names, "asked": asked}
    OUT.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""One target under the fuzzer: `python -m bench.fuzz.run TARGET CORPUS [options of libFuzzer]`."""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

import atheris


def main() -> None:
    """Fuzz until told to stop; ends the process."""
    target, corpus = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=["pharmcheck", "warcio", "bench.fuzz.targets"]):
        module = importlib.import_module(f"bench.fuzz.targets.{target}")
    for seed in module.SEEDS:
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:]], module.once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

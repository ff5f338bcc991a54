"""How often the address and the words of a link tell what the page is for: accuracy by language.

    .venv/bin/python -m bench.planning FOLDER [--show dev]

The folder holds `dev/` and `holdout/` with files of tab-separated lines: language, address (from the host's root),
words of the link, role.  Tables of real links stay outside the repository.  `--show` lists what was missed, for a
set that may be looked at; the holdout is for running only.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from pharmcheck.capture import page_role

_HOST = "https://pharmacy.com"


def read_cases(folder: Path) -> list[tuple[str, str, str, str]]:
    """(language, URL, words, role) of every line."""
    lines = [line for file in sorted(folder.glob("*.tsv")) for line in file.read_text("utf-8").splitlines()]
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(language, _HOST + path, words, role) for language, path, words, role in rows]


def measure(name: str, folder: Path, *, show: bool) -> None:
    """Print right/all by language: with words and address, by the address alone, by the words alone."""
    cases = read_cases(folder)
    total, right, by_address, by_words = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    started = time.process_time()
    for language, url, words, role in cases:
        for key in (language, "all"):
            found = page_role(url, words)
            total[key] += 1
            right[key] += found == role
            by_address[key] += page_role(url) == role
            by_words[key] += page_role(f"{_HOST}/x1", words) == role
        if show and found != role:
            print(f"  {language} {url.removeprefix(_HOST)} “{words}”: {found}, should be {role}")
    spent = (time.process_time() - started) / max(1, 6 * len(cases)) * 1e6
    print(f"{name}: {len(cases)} links, {spent:.0f} microseconds each")
    for key in sorted(total, key=lambda language: (language == "all", language)):
        share = right[key] / total[key]
        print(
            f"  {key:4} {right[key]:4}/{total[key]:<4} {share:6.1%}   "
            f"address alone {by_address[key] / total[key]:6.1%}   words alone {by_words[key] / total[key]:6.1%}"
        )


def main() -> int:
    """Measure both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", choices=["dev"], help="list what was missed")
    options = parser.parse_args()
    for name in ("dev", "holdout"):
        if (options.folder / name).is_dir():
            measure(name, options.folder / name, show=options.show == name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

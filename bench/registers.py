"""Rows per second and memory of reading a register as large as they come.

    .venv/bin/python -m bench.registers [--rows N] [--pharmacies SHARE]

Writes a zip in the form of the NPPES bulk file, with made-up providers and all 330 columns, and reads it as an import
would.  In the real file about one row in ninety is a pharmacy; `--pharmacies 1.0` is the worst case.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from stdnum import luhn

from pharmcheck.registers import Record, RegisterKind, Source
from pharmcheck.registers.sources import importer_for

_PLACE = "Provider Business Practice Location Address"
_COLUMNS = (
    "NPI", "Entity Type Code", "Provider Organization Name (Legal Business Name)", "Provider Other Organization Name",
    "Provider First Line Business Practice Location Address", "Provider Second Line Business Practice Location Address",
    f"{_PLACE} City Name", f"{_PLACE} State Name", f"{_PLACE} Postal Code", f"{_PLACE} Telephone Number",
    "Provider Enumeration Date", "NPI Deactivation Date", "NPI Reactivation Date",
)  # fmt: skip
_SERIES = (
    *(f"Healthcare Provider Taxonomy Code_{n}" for n in range(1, 16)),
    *(f"Provider License Number_{n}" for n in range(1, 16)),
    *(f"Provider License Number State Code_{n}" for n in range(1, 16)),
    *(f"Other Provider Identifier_{n}" for n in range(1, 51)),
    *(f"Other Provider Identifier Issuer_{n}" for n in range(1, 51)),
)
_WIDTH = 330
_STATES = "AL AZ CA CO FL GA IL KY MA NY OH TX".split()
_STREETS = "Invented Street", "Made-up Avenue", "Sample Road"


def main() -> int:
    """Write the file, read it in a process of its own, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pharmacies", type=float, default=0.05)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        return _read(options.read, options.rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nppes.zip"
        size = write_sample(path, options.rows, options.pharmacies)
        print(f"{options.rows:,} rows, {size / 1e6:,.0f} MB unpacked, {path.stat().st_size / 1e6:,.0f} MB packed")
        arguments = ["--rows", str(options.rows), "--read", str(path)]
        return subprocess.run([sys.executable, "-m", "bench.registers", *arguments], check=False).returncode  # noqa: S603 - ourselves


def write_sample(path: Path, rows: int, share: float) -> int:
    """A zip in the form of the NPPES bulk file; how many bytes it has unpacked."""
    size = 0
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("npidata_pfile_20050523-20261108.csv", "w", force_zip64=True) as member,
    ):
        for line in _lines(rows, share):
            size += member.write(line.encode())
    return size


def _lines(rows: int, share: float) -> Iterator[str]:
    chance = random.Random(7)  # noqa: S311 - sample data
    names = [*_COLUMNS, *_SERIES]
    names += [f"Another Column_{n}" for n in range(_WIDTH - len(names))]
    yield ",".join(f'"{name}"' for name in names) + "\r\n"
    at = {name: n for n, name in enumerate(names)}
    for number in range(rows):
        cells = [""] * _WIDTH
        base = str(100_000_000 + number)
        pharmacy, state = chance.random() < share, chance.choice(_STATES)
        given = {
            "NPI": base + luhn.calc_check_digit(f"80840{base}"),
            "Entity Type Code": "2" if pharmacy else chance.choice("12"),
            "Provider Organization Name (Legal Business Name)": f"Sample Provider {number}",
            "Provider First Line Business Practice Location Address": f"{number % 900} {chance.choice(_STREETS)}",
            f"{_PLACE} City Name": "SAMPLETON",
            f"{_PLACE} State Name": state,
            f"{_PLACE} Postal Code": f"{chance.randrange(10**9):09}",
            f"{_PLACE} Telephone Number": f"555{chance.randrange(2_000_000, 9_999_999)}",
            "Provider Enumeration Date": "05/23/2011",
            "Healthcare Provider Taxonomy Code_1": "3336C0003X" if pharmacy else "207Q00000X",
            "Provider License Number_1": f"PHY{chance.randrange(100_000)}",
            "Provider License Number State Code_1": state,
        }
        for name, value in given.items():
            cells[at[name]] = value
        yield ",".join(f'"{cell}"' for cell in cells) + "\r\n"


def _read(path: Path, rows: int) -> int:
    source = Source(
        "nppes_us", RegisterKind.REGISTER, "US", "Sample of NPPES", timedelta(days=31), None, None, "nppes_us"
    )
    before = _peak()
    start = time.perf_counter()
    with path.open("rb") as file:
        found = sum(isinstance(entry, Record) for entry in importer_for(source).read(file, as_of=None))
    seconds = time.perf_counter() - start
    print(f"{found:,} pharmacies in {seconds:.1f} s: {rows / seconds:,.0f} rows/s, {found / seconds:,.0f} records/s")
    print(f"peak memory {_peak():.0f} MB, {_peak() - before:.0f} MB of it for reading")
    return 0


def _peak() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    raise SystemExit(main())

"""`pharmcheck lists`: make the lists that browsers carry, and the key that signs them."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pharmcheck.errors import UsageError

lists = typer.Typer(help="Make the signed lists that browser extensions carry.", no_args_is_help=True,
                    rich_markup_mode=None, add_completion=False)  # fmt: skip

_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts, lists and the key are kept.")
_KEY = typer.Option(None, metavar="FILE", help="The signing key; without it, the one in the data folder.")
_KEY_FILE = "classlists-key.pem"


@lists.command()
def build(
    *,
    popular: Path | None = typer.Option(
        None, metavar="FILE", help="Names that many people visit, one a line (or rank,name): no list may accuse them."
    ),
    cleared: list[str] = typer.Option(
        [], "--cleared", metavar="NAME", help="List this held-back name: a person has looked. Repeatable."
    ),
    base: bool = typer.Option(False, "--base", help="Make new base lists, even when a change file would do."),
    key: Path | None = _KEY,
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Make today's lists from the stored verdicts, check them, sign them, and put them where `serve` finds them."""
    from datetime import UTC, datetime

    from rich.table import Table

    from pharmcheck.classlists import Shelf, Wish
    from pharmcheck.classlists import build as build_lists
    from pharmcheck.classlists.signing import load_key
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import console, plain, say
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    wish = Wish(
        load_key(key or settings.data_dir / _KEY_FILE),
        popular=_names(popular) if popular else (),
        cleared=frozenset(cleared),
        new_bases=base,
    )
    with Store.open(settings) as store:
        built = build_lists(store, Shelf(settings.data_dir), wish, datetime.now(UTC))
    table = Table("list", "names", "base, bytes", "change, bytes", box=None)
    for name, count in built.counts.items():
        table.add_row(name, f"{count:,}", f"{built.bytes[f'{name}.base']:,}", f"{built.bytes[f'{name}.change']:,}")
    console(sys.stdout).print(table)
    say(f"Version {built.version}; {1 << built.range_bits} bucket(s) for the look-up by prefix.")
    if built.salts_thrown:
        say(f"{built.salts_thrown} salt(s) were thrown away: a name that is not listed would have seemed to be.")
    for name in built.held_back:
        say(f"Held back: {plain(name)}. Many people rely on it; when a person has looked, add --cleared {plain(name)}.")


@lists.command("key")
def make(key: Path | None = _KEY, data_dir: Path | None = _DATA_DIR) -> None:
    """Make the signing key when there is none, and show its public half, which extensions are given."""
    from pharmcheck.classlists.signing import load_key, make_key, public_text
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say, write_line

    place = key or options.settings_for(data_dir).data_dir / _KEY_FILE
    made = not place.exists()
    write_line(public_text(make_key(place) if made else load_key(place)))
    if made:
        say(f"Made {place}. Keep a copy in a safe place: extensions refuse lists signed by another key.")


def _names(file: Path) -> frozenset[str]:
    """The names in an operator's file: as plain lines, or with a rank before them as Tranco and Umbrella have it."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{file} cannot be read as a text file of names.") from None
    names = (line.rpartition(",")[2].strip().lower().rstrip(".") for line in lines if not line.startswith("#"))
    found = frozenset(name for name in names if name and name.isascii() and "." in name and len(name) <= 253)  # noqa: PLR2004 - RFC 1035
    if not found:
        raise UsageError(f"{file} holds no names; write one a line.")
    return found

"""A network as a picture: its sites on the left, what they share on the right, a line where a site shows a thing.

Two columns that can be read, instead of a cloud that cannot.  Places follow from the order of names and numbers alone:
the same network is the same picture.  The page says all of it in words below.
"""

from __future__ import annotations

from dataclasses import dataclass

from pharmcheck.address.defanging import defang
from pharmcheck.explain import SIGNS
from pharmcheck.store.network_views import Detail, Thing

MOST_SITES, MOST_THINGS = 40, 24  # that a picture can hold; the rest is counted under it
_WIDTH, _ROW, _TOP = 960, 26, 20
_LEFT, _RIGHT = 380, 580  # where lines begin and end
_CHARS = 40  # of a label
_SIGNS = {category.value: sign for category, sign in SIGNS.items()}


@dataclass(frozen=True, slots=True)
class Label:
    """A site or a thing at its place."""

    text: str
    y: int
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    left: int
    right: int
    sites: tuple[Label, ...]
    things: tuple[Label, ...]
    lines: tuple[tuple[int, int, bool], ...]  # from height to height; whether the site was shown danger
    title: str
    words: str  # the whole picture in a sentence or two, for those who do not see it
    sites_left_out: int
    things_left_out: int


def draw(detail: Detail) -> Picture:
    """Lay a network out."""
    members = detail.members[:MOST_SITES]
    place = {member.domain: at for at, member in enumerate(members)}
    drawn = [thing for thing in detail.things if sum(where.domain in place for where in thing.on) > 1][:MOST_THINGS]
    drawn.sort(key=lambda thing: (_middle(thing, place), thing.trait))  # beside the sites that show it: fewer crossings
    rows = max(len(members), len(drawn), 1)
    site_y = {member.domain: _at(at, len(members), rows) for at, member in enumerate(members)}
    dangerous = {member.domain for member in members if member.category == "danger"}
    lines = [
        (site_y[where.domain], _at(at, len(drawn), rows), where.domain in dangerous)
        for at, thing in enumerate(drawn)
        for where in thing.on
        if where.domain in site_y
    ]
    most = max(detail.things, key=lambda thing: len(thing.on), default=None)
    words = f"{detail.summary.sites} sites, {detail.summary.danger} of them at danger."
    if most is not None:
        words += f" {len(most.on)} of them show the same {most.name}, {most.shown}."
    return Picture(
        _WIDTH,
        2 * _TOP + rows * _ROW,
        _LEFT,
        _RIGHT,
        tuple(
            Label(
                f"{_SIGNS.get(member.category, '?')} {_short(defang(member.domain, member.domain))}",
                site_y[member.domain],
                member.domain in dangerous,
            )
            for member in members
        ),
        tuple(
            Label(_short(f"{thing.name}: {thing.shown}"), _at(at, len(drawn), rows)) for at, thing in enumerate(drawn)
        ),
        tuple(lines),
        f"Network {detail.summary.id}: sites and what they share",
        words,
        len(detail.members) - len(members),
        len(detail.things) - len(drawn),
    )


def _at(number: int, count: int, rows: int) -> int:
    """The height of a row, spread over the whole picture."""
    return _TOP + (2 * number + 1) * rows * _ROW // (2 * count)


def _middle(thing: Thing, place: dict[str, int]) -> float:
    places = [place[where.domain] for where in thing.on if where.domain in place]
    return sum(places) / len(places)


def _short(text: str) -> str:
    return text if len(text) <= _CHARS else f"{text[: _CHARS - 1]}…"

"""A network as a picture: its sites on the left, what they share on the right, a line where a site shows a thing.

Two columns that can be read, instead of a cloud that cannot.  Places follow from the order of names and numbers alone:
the same network is the same picture.  The page says all of it in words below.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from pharmcheck.address.defanging import defang
from pharmcheck.explain import SIGNS
from pharmcheck.store.network_traits import SKETCHED
from pharmcheck.store.network_views import Detail, Member, Thing

MOST_SITES, MOST_THINGS = 40, 12  # that a picture can hold; the rest is counted under it
_WIDTH, _TOP = 680, 16
_SITE_ROW, _THING_ROW = 26, 40  # heights; a thing has two lines
_LEFT, _RIGHT = 220, 370  # where lines begin and end
_CHARS_LEFT, _CHARS_RIGHT = 23, 31  # of a label; a letter takes up to nine of the width
_SWEEPS = 4
_SIGNS = {category.value: sign for category, sign in SIGNS.items()}


@dataclass(frozen=True, slots=True)
class Label:
    """A site or a thing at its place."""

    text: str
    y: int
    danger: bool = False
    kind: str = ""


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
    worst = detail.members[:MOST_SITES]
    drawn = _telling(detail.things, {member.domain for member in worst})[:MOST_THINGS]
    members, drawn = _untangled(worst, drawn)
    tall = max(len(members) * _SITE_ROW, len(drawn) * _THING_ROW, _THING_ROW)
    site_y = {member.domain: _at(at, len(members), tall) for at, member in enumerate(members)}
    dangerous = {member.domain for member in members if member.category == "danger"}
    lines = [
        (site_y[where.domain], _at(at, len(drawn), tall), where.domain in dangerous)
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
        2 * _TOP + tall,
        _LEFT,
        _RIGHT,
        tuple(
            Label(
                f"{_SIGNS.get(member.category, '?')} {_short(defang(member.domain, member.domain), _CHARS_LEFT)}",
                site_y[member.domain],
                member.domain in dangerous,
            )
            for member in members
        ),
        tuple(
            Label(_short(thing.shown, _CHARS_RIGHT), _at(at, len(drawn), tall), kind=thing.name)
            for at, thing in enumerate(drawn)
        ),
        tuple(lines),
        f"Network {detail.summary.id}: sites and what they share",
        words,
        len(detail.members) - len(members),
        len(detail.things) - len(drawn),
    )


def _at(number: int, count: int, tall: int) -> int:
    """The height of a row, spread over the whole picture."""
    return _TOP + (2 * number + 1) * tall // (2 * count)


def _telling(things: Sequence[Thing], sites: Container[str]) -> list[Thing]:
    """What at least two of the drawn sites show: the seller's own before builds, texts and prices."""
    shared = [thing for thing in things if sum(where.domain in sites for where in thing.on) > 1]
    return sorted(shared, key=lambda thing: (thing.kind in SKETCHED, -len(thing.on), thing.trait))


def _untangled(members: Sequence[Member], things: Sequence[Thing]) -> tuple[list[Member], list[Thing]]:
    """Both columns in turn beside the middle of what their lines lead to: fewer lines cross."""
    members, things = list(members), list(things)
    shows: dict[str, set[str]] = {member.domain: set() for member in members}
    for thing in things:
        for where in thing.on:
            shows.get(where.domain, set()).add(thing.trait)
    for _ in range(_SWEEPS):
        row = {member.domain: float(at) for at, member in enumerate(members)}
        things.sort(key=lambda thing: _middle([row[where.domain] for where in thing.on if where.domain in row]))
        place = {thing.trait: float(at) for at, thing in enumerate(things)}
        members.sort(key=lambda member: _middle([place[trait] for trait in sorted(shows[member.domain])]))
    return members, things


def _middle(places: Sequence[float]) -> float:
    return sum(places) / len(places) if places else 0.0


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

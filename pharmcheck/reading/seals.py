"""Trust marks: pictures, badges and links that claim somebody's approval, and where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pharmcheck.address import at_or_below, host_of
from pharmcheck.model import BlockKind, Link, Seal
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.opened import Image
from pharmcheck.reading.vocabulary import SealMark, Vocabulary

MAX_SEALS = 60
_ALT = 200
_SIGN = 40  # a badge of words alone, linked nowhere
_BADGE = 80  # longer text is prose: naming an issuer is no mark


def find_seals(
    lines: Lines, images: Sequence[Image], links: Sequence[Link], vocabulary: Vocabulary
) -> tuple[Seal, ...]:
    """Marks by picture, by link and by short badge text.  Prose that names an issuer is none."""
    found: dict[tuple[str, str | None, str], Seal] = {}

    def take(mark: SealMark, text: str, url: str | None) -> None:
        target = url if url and url.startswith(("http:", "https:")) else None
        seal = Seal(mark.id, text[:200], target, target is not None and _leads_to(target, mark.hosts))
        if len(found) < MAX_SEALS:
            found.setdefault((seal.issuer, seal.url, seal.text), seal)

    for image in _likely(images, vocabulary):
        for mark in _by_picture(image, vocabulary):
            take(mark, image.alt, image.url)
    hits = lines.hits(vocabulary.seal_words)
    by_link = {link.block: link for link in links if link.block >= 0} if hits else {}
    for i in hits:
        block = lines.blocks[i]
        if (
            block.kind in (BlockKind.ALT, BlockKind.TITLE, BlockKind.META, BlockKind.HEADING)
            or len(block.text) > _BADGE
        ):
            continue
        link = by_link.get(i)
        if link is None and len(block.text) > _SIGN:
            continue
        for match in vocabulary.seal_word.finditer(block.text):
            for mark in vocabulary.seals_by_word.get(match.group(1).lower(), ()):
                take(mark, block.text, link.url if link else None)
    for link in links:
        for mark in _by_target(link.url, vocabulary) if link.image else ():
            take(mark, link.text, link.url)
    linked = {seal.issuer for seal in found.values() if seal.url}
    # The same mark as picture and as link: the one that leads somewhere is the mark.
    return tuple(seal for seal in found.values() if seal.url or seal.issuer not in linked)


def _likely(images: Sequence[Image], vocabulary: Vocabulary) -> list[Image]:
    """Images whose file name or alternative text has a word of some mark: one look at all of them."""
    # Whole addresses say more than the file names that count; images share most of their words with each other.
    sources = "\n".join({image.src for image in images}).encode()
    alts = "\n".join({image.alt for image in images}).encode()
    if not vocabulary.seal_files.search(sources) and not vocabulary.seal_words.search(alts):
        return []
    return list(images)


def _by_picture(image: Image, vocabulary: Vocabulary) -> list[SealMark]:
    marks: dict[str, SealMark] = {}
    name = _file(image.src)
    if name:
        marks.update((mark.id, mark) for mark in vocabulary.seals if any(part in name for part in mark.src))
    if image.alt and len(image.alt) <= _ALT:
        for match in vocabulary.seal_word.finditer(image.alt):
            marks.update((mark.id, mark) for mark in vocabulary.seals_by_word.get(match.group(1).lower(), ()))
    return list(marks.values())


def _by_target(url: str, vocabulary: Vocabulary) -> tuple[SealMark, ...]:
    """A link into an issuer's register, unless it is a mere source in prose (its words then say nothing of a mark)."""
    if not url.startswith(("http:", "https:")):
        return ()
    host = _host(url)
    while host:
        if host in vocabulary.seals_by_host:
            return vocabulary.seals_by_host[host]
        host = host.partition(".")[2]
    return ()


def _file(url: str) -> str:
    """The file part of an image address, folded; host names would match too much."""
    return url.rpartition("/")[2].partition("?")[0].lower()


def _leads_to(url: str, hosts: Sequence[str]) -> bool:
    host = _host(url)
    return any(at_or_below(host, known) for known in hosts)


@lru_cache(maxsize=2048)
def _host(url: str) -> str:
    return host_of(url).rstrip(".")

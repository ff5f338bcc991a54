"""Trust marks: pictures, badges and links that claim somebody's approval, and where they lead.

What a mark is worth is not decided here: a page does not know whose site it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pharmcheck.model import BlockKind, Link, Seal, SealWay
from pharmcheck.reading.issuers import SealMark, bare_host
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.opened import Image, Picture
from pharmcheck.reading.vocabulary import Vocabulary

MAX_SEALS = 60
_ALT = 200
_SIGN = 40  # a badge of words alone, linked nowhere
_BADGE = 80  # longer text is prose: naming an issuer is no mark
_LOUD = (BlockKind.ALT, BlockKind.TITLE, BlockKind.META, BlockKind.HEADING)


def find_seals(
    lines: Lines,
    images: Sequence[Image],
    hidden: Sequence[Picture],
    links: Sequence[Link],
    credentials: Sequence[tuple[str, str]],
    vocabulary: Vocabulary,
    page_url: str,
) -> tuple[Seal, ...]:
    """Marks by picture, by link, by short badge text and by schema.org credential.  Prose that names one is none."""
    found: dict[tuple[str, str | None, str], Seal] = {}
    here = page_url.partition("#")[0]

    def take(mark: SealMark, text: str, url: str | None, image: str = "", way: SealWay = SealWay.LINK) -> None:
        leads = url if url and url.startswith(("http:", "https:")) and url.partition("#")[0] != here else None
        seal = Seal(mark.id, text[:200], leads, image, way)
        if len(found) < MAX_SEALS:
            found.setdefault((seal.issuer, seal.url, seal.text), seal)

    for picture in (*hidden, *(Picture(*image) for image in _likely(images, vocabulary))):
        for mark in _by_picture(picture, vocabulary):
            take(mark, picture.alt, picture.url, picture.src, picture.way)
    for text, badge in _badges(lines, links, vocabulary):
        for mark in _by_words(text, vocabulary):
            take(mark, text, badge.url if badge else None, badge.image if badge else "")
    for link in links:
        for mark in vocabulary.issuers.by_host.get(bare_host(link.url), ()) if link.image else ():
            take(mark, link.text, link.url, link.image)
    for name, url in credentials:
        for mark in _by_words(name, vocabulary) or vocabulary.issuers.by_host.get(bare_host(url), ()):
            take(mark, name, url, way=SealWay.CREDENTIAL)
    linked = {seal.issuer for seal in found.values() if seal.url}
    # The same mark as picture and as link: the one that leads somewhere is the mark.
    return tuple(seal for seal in found.values() if seal.url or seal.issuer not in linked)


def _badges(lines: Lines, links: Sequence[Link], vocabulary: Vocabulary) -> Iterator[tuple[str, Link | None]]:
    """Short texts that name a mark, with the link that they are."""
    hits = lines.hits(vocabulary.seal_words)
    by_link = {link.block: link for link in links if link.block >= 0} if hits else {}
    for i in hits:
        block, link = lines.blocks[i], by_link.get(i)
        if block.kind not in _LOUD and len(block.text) <= (_SIGN if link is None else _BADGE):
            yield block.text, link


def _likely(images: Sequence[Image], vocabulary: Vocabulary) -> Sequence[Image]:
    """Images whose address or alternative text has a word of some mark: one look at all of them."""
    # Whole addresses say more than the file names that count; images share most of their words with each other.
    sources = "\n".join({image.src for image in images}).encode()
    alts = "\n".join({image.alt for image in images}).encode()
    if not vocabulary.seal_files.search(sources) and not vocabulary.seal_words.search(alts):
        return ()
    return images


def _by_picture(picture: Picture, vocabulary: Vocabulary) -> list[SealMark]:
    """The marks that a picture is, or a script writes."""
    name, host = _file(picture.src), bare_host(picture.src)
    marks = {
        mark.id: mark
        for mark in vocabulary.issuers.marks.values()
        if (host in mark.scripts if picture.way is SealWay.SCRIPT else host in mark.images or _named(name, mark))
    }
    if picture.alt and len(picture.alt) <= _ALT:
        marks |= {mark.id: mark for mark in _by_words(picture.alt, vocabulary)}
    return list(marks.values())


def _by_words(text: str, vocabulary: Vocabulary) -> list[SealMark]:
    words = (match.group(1).lower() for match in vocabulary.seal_word.finditer(text))
    return [mark for word in words for mark in vocabulary.seals_by_word.get(word, ())]


def _named(file: str, mark: SealMark) -> bool:
    return bool(file) and any(part in file for part in mark.src)


def _file(url: str) -> str:
    """The file part of an image address, folded; host names would match too much."""
    return url.rpartition("/")[2].partition("?")[0].lower()

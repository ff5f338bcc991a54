"""Marks that are no plain picture in a plain link: pop-ups, image maps, backgrounds, scripts of the issuer.

A second pass over the page's tags, made only where one of these and some mark's name occur at all.  Pictures that
a style sheet sets by class are not found: which element they belong to only a browser knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from turbohtml import Token, TokenType, tokenize

from pharmcheck.address import host_of
from pharmcheck.model import SealWay
from pharmcheck.reading.opened import Picture
from pharmcheck.reading.patterns import compile_text
from pharmcheck.reading.text import clean
from pharmcheck.reading.urls import Urls
from pharmcheck.reading.vocabulary import Vocabulary

MAX_MARKS = 200
_MAX_CODE = 2_000  # characters of one onclick or style
_START = TokenType.START_TAG
_TRIGGERS = ("open(", "open (", "location.href", "location=", "location =", "<area", "<AREA", "url(")
_LEADING = frozenset("a area img map script template".split())  # of other elements only a script or style may matter
_OPENS = compile_text(r"""\bopen\s*\(\s*['"]([^'"]{1,1000})['"]|\blocation(?:\.href)?\s*=\s*['"]([^'"]{1,1000})['"]""")
_BACKGROUND = compile_text(r"""(?i)background[^;]{0,80}?url\(\s*['"]?([^'")\s]{1,1000})""")
_RAW = frozenset("script style title noscript textarea iframe noframes xmp".split())
_VOID = frozenset("img input br hr area base link meta source".split())


def hidden_marks(source: str, urls: Urls, vocabulary: Vocabulary) -> list[Picture]:
    """Images with where they lead, for all the ways that `markup` does not follow; scripts of issuers as images."""
    written = [host for host in vocabulary.seal_scripts if host in source]
    if not written:
        if not any(trigger in source for trigger in _TRIGGERS):
            return []
        data = source.encode("utf-8", "replace")  # a stray byte of the page is half a character here
        if not vocabulary.seal_files.search(data) and not vocabulary.seal_words.search(data):
            return []
    walk = _Walk(urls, frozenset(vocabulary.seal_scripts))
    for token in tokenize(source):
        if token.tag is not None:
            walk.meet(token.tag, token)
            if len(walk.found) >= MAX_MARKS:
                break
    walk.resolve_maps()
    return walk.found


@dataclass(slots=True)
class _Way:
    """An open element that leads somewhere, and how many of its kind are open inside."""

    tag: str
    url: str | None
    how: SealWay
    depth: int = 1


@dataclass(slots=True)
class _Walk:
    urls: Urls
    scripts: frozenset[str]
    found: list[Picture] = field(default_factory=list)
    way: _Way | None = None
    templates: int = 0
    map_name: str = ""
    maps: dict[str, list[Picture]] = field(default_factory=dict)
    pictures: list[tuple[str, str, str]] = field(default_factory=list)  # map, src, alt

    def meet(self, tag: str, token: Token) -> None:
        if tag == "template":  # not shown
            self.templates = max(0, self.templates + (1 if token.type is _START else -1))
        if self.templates:
            return
        if token.type is not _START:
            self._close(tag)
            return
        if tag == "script":
            self._script(token)
        elif tag == "map":
            self.map_name = token.attr("name") or token.attr("id") or ""
        elif tag == "area":
            url, how = self._target(token)
            self._area(Picture("", clean(token.attr("alt") or "", 200), url, how))
        elif tag in _LEADING or token.attr("onclick") or (self.way is not None and tag not in _RAW):
            self._element(tag, token)

    def _close(self, tag: str) -> None:
        if self.way is not None and self.way.tag == tag:
            self.way.depth -= 1
            if self.way.depth <= 0:
                self.way = None

    def _script(self, token: Token) -> None:
        src = token.attr("src")
        if src and host_of(url := self.urls.absolute(src)).removeprefix("www.") in self.scripts:
            self.found.append(Picture(url, "", url, SealWay.SCRIPT))

    def _area(self, area: Picture) -> None:
        areas = self.maps.setdefault(self.map_name, [])
        if area.url and len(self.maps) + len(areas) <= MAX_MARKS:
            areas.append(area)

    def _element(self, tag: str, token: Token) -> None:
        if self.way is not None and self.way.tag == tag:
            if tag == "a":  # links do not nest
                self.way = None
            else:
                self.way.depth += 1
        url, how = self._target(token)
        own = _Way(tag, url, how) if url else None
        if own is not None and tag not in _VOID and (self.way is None or how is SealWay.POP_UP or tag == "a"):
            self.way = own
        way = own or self.way
        label = clean(token.attr("alt") or token.attr("title") or token.attr("aria-label") or "", 200)
        if tag == "img":
            src = self.urls.absolute(token.attr("src") or token.attr("data-src") or "")
            if (name := (token.attr("usemap") or "").lstrip("#")) and len(self.pictures) < MAX_MARKS:
                self.pictures.append((name, src, label))
            if way is not None and way.how is SealWay.POP_UP:
                self.found.append(Picture(src, label, way.url, way.how))
        elif way is not None and (drawn := _BACKGROUND.search((token.attr("style") or "")[:_MAX_CODE])):
            self.found.append(Picture(self.urls.absolute(drawn.group(1)), label, way.url, way.how))

    def _target(self, token: Token) -> tuple[str | None, SealWay]:
        """Where an element leads: its own script before its address."""
        href = token.attr("href") or ""
        for code in (token.attr("onclick") or "", href if href[:11].lower() == "javascript:" else ""):
            if opened := _OPENS.search(code[:_MAX_CODE]):
                return self.urls.absolute(opened.group(1) or opened.group(2)), SealWay.POP_UP
        return (self.urls.absolute(href), SealWay.LINK) if href else (None, SealWay.LINK)

    def resolve_maps(self) -> None:
        """A picture leads where the areas of its map lead, and an area says by its words what it is."""
        for name, src, alt in self.pictures:
            for area in self.maps.get(name, ())[: MAX_MARKS - len(self.found)]:
                self.found.append(Picture(src, area.alt or alt, area.url, area.way))

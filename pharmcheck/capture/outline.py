"""What the planner needs of a page, in one pass: its links, where it refreshes to, how much it says.  Pure.

Cheap and tolerant, for deciding where to look next; what a page *says* is the business of `pharmcheck.reading`.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from turbohtml import Token, TokenType, tokenize

from pharmcheck.address import resolve_link
from pharmcheck.errors import AddressError

_MOST_SOURCE = 1 << 20  # bytes looked at from the start, and as many from the end
_FIRST_LINKS, _LAST_LINKS = 1000, 500  # those that matter stand in the head and the foot, never between thousands
_MOST_WORDS = 200  # characters of a link's words
_ENOUGH_TEXT = 10_000  # characters; nobody asks for more than "is there any?"
_MOST_NOTES = 4000  # characters of <noscript>
_LONGEST_REFRESH_S = 5  # a later refresh is a page that renews itself, not a way to another

_START = TokenType.START_TAG
_TEXT = TokenType.TEXT
# Elements whose content the tokenizer hands over as one text, so that their end is always found.
_UNSEEN = frozenset("script style title noscript textarea iframe noframes xmp".split())
_HEAD = frozenset("base link meta".split())
_LINKING = {"area": "href", "frame": "src"}  # image maps and framesets: shops of twenty years ago, still open
_FRAMEWORK = frozenset("ng-app ng-version data-reactroot data-server-rendered".split())
_MOST_MOUNTS = 1000
_SAMPLE = 1 << 16  # characters
_beyond_ascii = "\x7f".__lt__
_CHARSET = re.compile(
    rb"charset\s{0,9}=\s{0,9}[\"']?(windows-125[0-8]|iso-8859-(?:[1-9]|1[0-6])|koi8-[ru])\b", re.IGNORECASE
)
# WHATWG, "shared declarative refresh steps": seconds, a separator, perhaps `url=`, perhaps quotes.
_REFRESH = re.compile(
    r"\s*(?:(\d{1,9})(?:\.[\d.]*)?|\.[\d.]*)(?:\s*[;,]|\s)\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL
)


@dataclass(slots=True)
class Outline:
    """One page, for planning: see `outline`."""

    base: str
    links: list[tuple[str, str]] = field(default_factory=list)  # canonical URL and words, in order
    refresh: str | None = None  # where it sends the visitor within seconds; never the page itself
    text_chars: int = 0  # visible characters, counted up to ten thousand
    scripts: int = 0  # that would run; data in script elements is not counted
    mounts: set[str] = field(default_factory=set)  # ids and tags of elements that scripts may fill, folded
    icon: str | None = None  # canonical URL; "" for one that cannot be fetched
    notes: str = ""  # what <noscript> says, as source


def outline(body: bytes, base_url: str, *, admitted_hosts: Iterable[str] = (), enough: int = sys.maxsize) -> Outline:
    """One pass over `body`, the page at `base_url` (canonical): total, and linear in at most two mebibytes.

    Links that the strict reader of addresses refuses are left out.  `admitted_hosts` as in `resolve_link`.  A page with
    `enough` visible characters is looked at no further, and its links, which cost the most, are left out too.
    """
    walk = _Walk(base_url, frozenset(admitted_hosts))
    page = walk.page
    first: list[tuple[str, str]] = []
    last: deque[tuple[str, str]] = deque(maxlen=_LAST_LINKS)
    known: set[tuple[str, str]] = set()
    for link in walk.links(_source(body)):
        if page.text_chars >= enough:
            break
        if link not in known:
            known.add(link)
            (first if len(first) < _FIRST_LINKS else last).append(link)
    if page.text_chars >= enough:
        return page
    for href, words in [*first, *last]:
        if (url := walk.resolved(href)) is not None:
            page.links.append((url, words))
    return page


class _Walk:
    """One pass over one page."""

    def __init__(self, page_url: str, admitted: frozenset[str]) -> None:
        self.page = Outline(page_url)
        self._page_url, self._admitted = page_url, admitted
        self._based = False
        self._hidden = ""  # the open element whose text nobody sees
        self._href: str | None = None  # of the open link
        self._words = ""

    def links(self, source: str) -> Iterator[tuple[str, str]]:
        """Each link as written, with its words; the rest goes to `page` on the way."""
        for token in tokenize(source):
            tag = token.tag
            if tag is None:
                if token.type is _TEXT:
                    self._read(token.data or "")
            elif tag == "a":
                if self._href is not None:
                    yield self._href, " ".join(self._words.split())
                self._href, self._words = (token.attr("href") or None) if token.type is _START else None, ""
            elif token.type is not _START:
                if tag == self._hidden:
                    self._hidden = ""
            elif tag in _LINKING:
                if target := token.attr(_LINKING[tag]):
                    yield target, " ".join((token.attr("alt") or token.attr("title") or "")[:_MOST_WORDS].split())
            else:
                self._open(tag, token)
        if self._href is not None:
            yield self._href, " ".join(self._words.split())

    def resolved(self, href: str, base: str | None = None) -> str | None:
        """The canonical URL of a link as written; None for one that the strict reader refuses."""
        for cut in "\t\r\n":  # as browsers do
            if cut in href:
                href = href.replace(cut, "")
        try:
            return resolve_link(base or self.page.base, href, admitted_hosts=self._admitted)
        except AddressError:
            return None

    def _read(self, text: str) -> None:
        page = self.page
        if self._hidden:
            if self._hidden == "noscript" and len(page.notes) < _MOST_NOTES:
                page.notes += text[:_MOST_NOTES]
            return
        if page.text_chars < _ENOUGH_TEXT:
            page.text_chars += len(" ".join(text[:_ENOUGH_TEXT].split()))
        self._say(text)

    def _say(self, text: str | None) -> None:
        if text and self._href is not None and len(self._words) < _MOST_WORDS:
            self._words += " " + text[:_MOST_WORDS]

    def _open(self, tag: str, token: Token) -> None:
        page = self.page
        if tag in _UNSEEN:
            self._hidden = tag
            page.scripts += tag == "script" and _runs(token)
        elif tag == "img":
            self._say(token.attr("alt"))
        elif tag in _HEAD:
            self._open_in_head(tag, token)
        elif len(page.mounts) < _MOST_MOUNTS:
            if "-" in tag:
                page.mounts.add(tag[:40])
            for name, value in token.attrs or ():
                if name == "id" and value:
                    page.mounts.add(value[:40].lower())
                elif name in _FRAMEWORK:
                    page.mounts.add(name)

    def _open_in_head(self, tag: str, token: Token) -> None:
        page = self.page
        if tag == "base":
            if not self._based and (target := token.attr("href")):
                self._based, page.base = True, self.resolved(target, self._page_url) or self._page_url
        elif tag == "link":
            if page.icon is None and "icon" in (token.attr("rel") or "").lower().split():
                page.icon = self.resolved(token.attr("href") or "") or ""
        elif page.refresh is None and (token.attr("http-equiv") or "").strip().lower() == "refresh":
            page.refresh = self._refresh(token.attr("content") or "")

    def _refresh(self, content: str) -> str | None:
        match = _REFRESH.match(content[:5000])
        if match is None or int(match[1] or 0) > _LONGEST_REFRESH_S:
            return None
        target = match[2]
        if target[:1] in {'"', "'"}:
            target = target[1:].partition(target[0])[0]
        url = self.resolved(target) if target.strip() else None
        return None if url == self._page_url else url


def _runs(token: Token) -> bool:
    """Whether a script element is code: JSON-LD and templates are data."""
    kind = (token.attr("type") or "").strip().lower()
    return not kind or kind in {"module", "text/babel", "text/jsx"} or kind.endswith(("javascript", "ecmascript"))


def _source(body: bytes) -> str:
    """The two ends of a page as text.  Wrong letters cost a link's words, never the link."""
    if len(body) > 2 * _MOST_SOURCE:
        body = body[:_MOST_SOURCE] + b" " + body[-_MOST_SOURCE:]
    text = body.decode("utf-8", "replace")
    sample = text[:_SAMPLE]
    broken = sample.count("\ufffd")
    if not broken or 2 * broken <= sum(map(_beyond_ascii, sample)):  # one bad letter does not spoil a UTF-8 page
        return text
    declared = _CHARSET.search(body, 0, 4096)
    return body.decode(declared[1].decode().lower() if declared else "cp1252", "replace")

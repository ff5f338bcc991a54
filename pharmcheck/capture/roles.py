"""What a page is for, from its address and the words of the link to it.  Pure; content refines it elsewhere.

The words are data: `role_words.yaml`, in ten languages and a few more.  The address speaks first, because link words
are short and often playful.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

import yaml

from pharmcheck.model import PageRole

# Two letters that open a path or a host name to say in which language or for which country a page is written.
LOCALES = frozenset(
    "en de fr es it nl pl pt cs sv da no nb fi hu ro ru sk sl hr bg el et lv lt uk tr he ar ja zh ko ca us gb ie au nz "
    "at ch be lu br mx cz se dk gr".split()
)
_LOCALE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")
_HOME_FILE = re.compile(r"(?:index|home|homepage|default|start|startseite|accueil|inicio|main)(?:\.[a-z]{2,5})?")
_EXTENSION = re.compile(r"\.(?:x?html?|php\d?|aspx?|jsp|cfm|do)$")
_WORD = re.compile(r"[^\W_]+")
_WORD_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z])")  # AboutUs
# Names of single products: buy-x, x-kaufen, x-p-12, 12-x.html, pzn-01234567 (German, eight digits, once seven).
_PRODUCT_NAME = re.compile(
    r"(?:^|-)(?:buy|order|kaufen|bestellen|acheter|comprar|acquistare|kopen|kup|koupit|kop)-[a-z]|"
    r"-p-?\d+$|^p-?\d{2,}|-kaufen$|pzn-?\d{7,8}|-\d{8}$|^\d+-[a-z0-9-]{3,}\.html$"
)
# What names a thing in a query; a value of another parameter (`q=`, `ref=`, `utm_…=`) is talk.
_NAMING = re.compile(
    r"(?:route|main_page|page|pagename|p|content|section|view|site|seite|cms|topic|mod|module|option|a)"
)
_PRODUCT_ID = re.compile(r"(?:products?|products?_?id|id_product|pid|prod|item|item_?id|sku|pzn|artikel|artnr)")
_FOLD = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_MOST_LABEL = 6  # words; a longer line that mentions a role's word is no label
_MOST_CHARS = 300  # of link words and path: a link of a whole paragraph names no page
_MOST_NAMES = 6  # path segments and parameters that may name a page
_SHORTEST_RUN = 4  # letters: "onas" is a word of addresses, "ta" of "t & a" is not


def page_role(url: str, words: str = "") -> PageRole:
    """The role of the page at `url` (canonical), to which a link with `words` leads.  Total."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return PageRole.OTHER
    names = path_names(parts.path)
    segments = [_EXTENSION.sub("", name) for name in names]
    if not parts.query and (not segments or (len(segments) == 1 and _HOME_FILE.fullmatch(segments[0].lower()))):
        return PageRole.HOME
    role = _by_path(segments) or _by_query(parts.query)
    if role is None and names and _PRODUCT_NAME.search(names[-1].lower()):
        role = PageRole.PRODUCT
    if role is PageRole.CATEGORY and parts.query:  # shop_content.php?coID=2: the script of a shop, not its shelf
        role = _by_words(words) or role
    return role or _by_words(words) or PageRole.OTHER


def path_names(path: str) -> list[str]:
    """The parts of a path that name something, decoded, without the language or country it opens with."""
    names = [part for part in unquote(path[:_MOST_CHARS]).split("/") if part]
    while names and locale_of(names[0]):
        del names[0]
    return names


def locale_of(name: str) -> str:
    """The language or country that a path segment or host label stands for, such as `de-at`; "" for none."""
    match = _LOCALE.fullmatch(name.lower())
    return match[0] if match and match[1] in LOCALES else ""


def fold(text: str) -> str:
    """Lower case, without accents, words between single blanks; "contact-us" and "Contact Us" become equal."""
    text = text[:_MOST_CHARS].lower()
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.translate(_FOLD))
        text = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(_WORD.findall(text))


def _by_path(segments: list[str]) -> PageRole | None:
    """The last part names the page, unless a directory above it says what stands below."""
    table = _table()
    last = len(segments) - 1
    for at in range(last - 1, -1, -1):
        directory = segments[at].lower()
        if role := table.directories.get(directory):
            if len(directory) > 2:  # noqa: PLR2004 - /p/ and /c/ hold products or any page, by the taste of the software
                return role
            named = _by_words(_WORD_EDGE.sub(" ", segments[last]))
            return role if named is None or named in {PageRole.CATEGORY, PageRole.ARTICLE} else named
    for place, name in enumerate(segments[: -_MOST_NAMES - 1 : -1]):
        if role := _by_words(_WORD_EDGE.sub(" ", name)):
            return PageRole.PRODUCT if role is PageRole.CATEGORY and place > 0 else role  # /shop/aspirin-75
    return None


def _by_query(query: str) -> PageRole | None:
    table = _table()
    for parameter in query[:_MOST_CHARS].split("&")[:_MOST_NAMES]:
        name, _, value = parameter.partition("=")
        name = name.lower()
        if not value:
            value, name = name, "page"  # ?contact
        if _PRODUCT_ID.fullmatch(name):
            return PageRole.PRODUCT
        if _NAMING.fullmatch(name):
            for piece in reversed(unquote_plus(value).split("/")):
                if role := _by_words(piece) or table.directories.get(piece.lower()):
                    return role
    return None


def _by_words(text: str) -> PageRole | None:
    words = fold(text).split()
    if not words or len(words) > _MOST_LABEL:
        return None
    table = _table()
    best = table.labels.get(" ".join(words), len(table.roles))
    for first, word in enumerate(words):
        if word in table.openers:
            phrase = ""
            for further in words[first:]:
                phrase = f"{phrase} {further}" if phrase else further
                best = min(best, table.phrases.get(phrase, best))
        if word.startswith(table.stems):
            best = min(best, *(rank for stem, rank in table.stem_ranks.items() if word.startswith(stem)))
    return table.roles[best] if best < len(table.roles) else None


class _Table(NamedTuple):
    """`role_words.yaml`, folded.  Ranks are places in `roles`: the lower one wins."""

    roles: tuple[PageRole, ...]
    labels: dict[str, int]
    phrases: dict[str, int]
    openers: frozenset[str]  # first words of phrases
    stems: tuple[str, ...]
    stem_ranks: dict[str, int]
    directories: dict[str, PageRole]


@lru_cache(maxsize=1)
def _table() -> _Table:
    source = resources.files("pharmcheck.capture").joinpath("role_words.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data: dict[str, Any] = yaml.load(source, Loader=loader)  # noqa: S506 - makes plain text only
    labels: dict[str, int] = {}
    phrases: dict[str, int] = {}
    stems: dict[str, int] = {}
    for rank, entry in enumerate(data["words"]):
        languages = (texts for language, texts in entry.items() if language != "role")
        for written in (phrase.strip() for texts in languages for phrase in texts.split(",")):
            target = labels if written.startswith("=") else stems if written.endswith("*") else phrases
            for phrase in _spellings(written.strip("=*")):
                target.setdefault(phrase, rank)
    directories = {
        word: PageRole(role) for role, words in reversed(data["directories"].items()) for word in words.split()
    }
    roles = tuple(PageRole(entry["role"]) for entry in data["words"])
    openers = frozenset(phrase.partition(" ")[0] for phrase in phrases)
    return _Table(roles, labels, phrases, openers, tuple(stems), stems, directories)


def _spellings(phrase: str) -> Iterator[str]:
    """As folded; with umlauts spelt out; and each run together, as in addresses."""
    spelt: Iterable[str] = {fold(phrase), fold(phrase.lower().translate(_SPELT_OUT))}
    for one in spelt:
        yield one
        if " " in one and len(one.replace(" ", "")) >= _SHORTEST_RUN:
            yield one.replace(" ", "")

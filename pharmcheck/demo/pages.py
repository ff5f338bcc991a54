"""A site's folder → the answers that its server gives.  Pure but for reading the folder once.

A page is a fragment with a head of its own (`title:`, `description:`, a blank line) that goes into the site's
`_layout.html`; `layout: none` in the head leaves it as it is.  Other files are served as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

SITES = Path(__file__).with_name("sites")

_LAYOUT = "_layout.html"
_COPY = "_copy_of"
"""A clone's folder holds this file alone: the name of the site that it copies, then lines `old words = new words`."""
_MISSING = "/404"
_TYPES = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
    }
)
# Pictures and style are the same on every site: they are looked at by people only, and only to be polite.
_SHARED = SITES / "_shared"
_ROBOTS = b"User-agent: *\nDisallow: /account\nDisallow: /search\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that one site serves, by path without final slash or `.html`."""

    host: str
    answers: Mapping[str, Answer]

    def answer(self, target: str) -> Answer:
        """The answer to a request target (path and query; the query changes nothing here)."""
        path = _key(target.partition("?")[0])
        if path in self.answers:
            return self.answers[path]
        shared = self.answers.get(f"/_shared{Path(path).suffix}")
        return shared or self.missing

    @property
    def missing(self) -> Answer:
        """The page for what is not there."""
        return self.answers[_MISSING]

    @property
    def pages(self) -> dict[str, str]:
        """The HTML pages by path, as text."""
        return {
            path: answer.body.decode()
            for path, answer in self.answers.items()
            if answer.content_type == _TYPES[".html"] and path != _MISSING
        }


def load_site(host: str, sites: Path = SITES) -> Site:
    """Read the folder of `host`."""
    folder = sites / host
    if (folder / _COPY).exists():
        copied, *changes = (folder / _COPY).read_text("utf-8").splitlines()
        return _clone(host, load_site(copied.strip(), sites), changes)
    layout_file = folder / _LAYOUT
    layout = layout_file.read_text("utf-8") if layout_file.exists() else "{{content}}"
    answers = {
        "/robots.txt": Answer(200, _TYPES[".txt"], _ROBOTS),
        _MISSING: _page(layout, 'title: Not found\n\n<h1>404</h1><p><a href="/">/</a></p>', _MISSING, 404),
        **{f"/_shared{file.suffix}": Answer(200, _TYPES[file.suffix], file.read_bytes()) for file in _files(_SHARED)},
    }
    for file in _files(folder):
        name = "/" + file.relative_to(folder).as_posix()
        if file.name == _LAYOUT:
            continue
        if file.suffix == ".html":
            path = _key(name)
            answers[path] = _page(layout, file.read_text("utf-8"), path, 404 if path == _MISSING else 200)
        else:
            answers[name] = Answer(200, _TYPES[file.suffix], file.read_bytes())
    return Site(host, MappingProxyType(answers))


def _clone(host: str, original: Site, changes: Sequence[str]) -> Site:
    """Every answer of a site under another name: what a clone of a real shop is.  A change is a line `old = new`."""
    words = {original.host: host, **dict(change.split(" = ", 1) for change in changes)}
    answers = {path: replace(answer, body=_reworded(answer.body, words)) for path, answer in original.answers.items()}
    return Site(host, MappingProxyType(answers))


def _reworded(body: bytes, words: Mapping[str, str]) -> bytes:
    for old, new in words.items():
        body = body.replace(old.encode(), new.encode())
    return body


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _page(layout: str, source: str, path: str, status: int) -> Answer:
    head, _, content = source.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    text = content if fields.get("layout") == "none" else layout.replace("{{content}}", content)
    for name in ("title", "description"):
        text = text.replace("{{" + name + "}}", fields.get(name, ""))
    return Answer(status, _TYPES[".html"], text.replace("{{path}}", path).encode())


def _key(path: str) -> str:
    name = path.strip("/").removesuffix(".html")
    return "/" + name.removesuffix("index").rstrip("/") if name.split("/")[-1] == "index" else f"/{name}"

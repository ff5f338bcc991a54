"""Forms: which fields ask for what, in the words a reader sees beside them."""

from __future__ import annotations

from collections.abc import Mapping

from turbohtml import Token, TokenType

from pharmcheck.model import BlockKind, Form, FormField
from pharmcheck.reading.builder import MAX_FORM_TEXT, Builder
from pharmcheck.reading.opened import OpenField, OpenForm
from pharmcheck.reading.text import clean

MAX_FORMS = 200
MAX_FIELDS = 200
MAX_LABELS = 1_000
_START = TokenType.START_TAG
_PRESSED = frozenset(("submit", "button", "reset", "image"))


def form(page: Builder, token: Token) -> None:
    """Open or close a form; a form within a form does not exist in HTML."""
    if page.parts:
        page.flush()
    if token.type is not _START:
        close_form(page)
    elif page.form is None:
        method = "post" if (token.attr("method") or "").strip().lower() == "post" else "get"
        page.form = OpenForm(page.absolute(token.attr("action") or page.base), method, len(page.blocks))


def close_form(page: Builder) -> None:
    """Turn the open form into a record."""
    opened, page.form = page.form, None
    if opened is None:
        return
    if len(page.forms) >= MAX_FORMS:
        page.trouble(f"more than {MAX_FORMS} forms")
        return
    words: list[str] = []
    room = MAX_FORM_TEXT
    for block in page.blocks[opened.first_block :]:
        if room <= 0:
            break
        words.append(block.text[:room])
        room -= len(block.text) + 1
    done = tuple(FormField(item.kind, item.name, _label(page, opened, item)) for item in opened.fields)
    page.forms.append(Form(opened.action, opened.method, done, " ".join(words)))


def _label(page: Builder, opened: OpenForm, item: OpenField) -> str:
    """The label's words, else placeholder or aria-label, else the words just before (after, for boxes to tick)."""
    said = page.labels.get(item.id, "") if item.id else ""
    if said or (item.label and not item.labelled):
        return said or item.label
    after = item.kind in ("checkbox", "radio")
    for index in (item.before, item.before - 1) if after else (item.before - 1, item.before):
        if opened.first_block <= index < len(page.blocks) and item.kind not in (*_PRESSED, "hidden"):
            return page.blocks[index].text[:300]
    return item.label


def label(page: Builder, token: Token) -> None:
    """A label: its words are a control's words, kept for the field it names."""
    if token.type is _START:
        if page.parts:
            page.flush()
        page.label_for = clean(token.attr("for") or "", 100)
        page.push("label", BlockKind.CONTROL, None)
        return
    before = len(page.blocks)
    if page.parts:
        page.flush()
    if page.label_for and len(page.blocks) > before and len(page.labels) < MAX_LABELS:
        page.labels[page.label_for] = page.blocks[-1].text[:300]
    page.label_for = None
    page.pop("label")


def input_(page: Builder, token: Token) -> None:
    """An input: submit values and placeholders are words a reader sees."""
    if token.type is not _START:
        return
    attrs = dict(token.attrs or ())
    kind = clean(attrs.get("type") or "text", 20).lower()
    if kind == "hidden":
        _field(page, kind, attrs, "")
        return
    if page.parts:
        page.flush()
    shown = attrs.get("value") if kind in _PRESSED else attrs.get("placeholder")
    words = clean(shown or attrs.get("alt") or "", 300)
    spoken = clean(attrs.get("aria-label") or attrs.get("title") or "", 300)
    _field(page, kind, attrs, words or spoken)
    if words:
        page.add(words, BlockKind.CONTROL, *page.position(token))


def textarea(page: Builder, attrs: Mapping[str, str | None], words: str, token: Token) -> None:
    """A textarea with its placeholder or its given words."""
    hint = clean(attrs.get("placeholder") or "", 300)
    _field(page, "textarea", attrs, hint or clean(attrs.get("aria-label") or "", 300))
    for shown in (hint, words):
        if shown:
            page.add(shown, BlockKind.CONTROL, *page.position(token))


def select(page: Builder, token: Token) -> None:
    """A select as a field; its options are blocks of their own."""
    if page.parts:
        page.flush()
    if token.type is not _START:
        page.pop("select")
        return
    if page.top() == "select":
        page.pop("select")
    attrs = dict(token.attrs or ())
    _field(page, "select", attrs, clean(attrs.get("aria-label") or "", 300))
    page.push("select", BlockKind.CONTROL, None)


def _field(page: Builder, kind: str, attrs: Mapping[str, str | None], words: str) -> None:
    opened = page.form
    if opened is None or len(opened.fields) >= MAX_FIELDS:
        return
    name, ident = clean(attrs.get("name") or "", 100), clean(attrs.get("id") or "", 100)
    opened.fields.append(OpenField(kind, name, ident, words, len(page.blocks), page.inside("label")))

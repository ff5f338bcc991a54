"""Forms: which fields ask for what, in the words a reader sees beside them."""

from __future__ import annotations

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
_WRITTEN = frozenset(("text", "search", "email", "url", "tel"))  # inputs that show their value


def form(page: Builder, token: Token) -> None:
    """Open or close a form; a form within a form does not exist in HTML."""
    if page.parts:
        page.flush()
    if token.type is not _START:
        close_form(page)
    elif page.form is None:
        method = "post" if (token.attr("method") or "").strip().lower() == "post" else "get"
        action = page.absolute(token.attr("action") or page.base) if len(page.forms) < MAX_FORMS else ""
        page.form = OpenForm(action, method, len(page.blocks))


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
    kind = clean(token.attr("type") or "text", 20).lower()
    if kind == "hidden":
        _field(page, kind, token, "")
        return
    if page.parts:
        page.flush()
    value = token.attr("value")
    shown = value if kind in _PRESSED else token.attr("placeholder")
    words = clean(shown or token.attr("alt") or "", 300)
    spoken = clean(token.attr("aria-label") or token.attr("title") or "", 300)
    _field(page, kind, token, words or spoken)
    if words:
        page.add(words, BlockKind.CONTROL, *page.position(token))
    if value and kind in _WRITTEN and (written := clean(value, 300)) and not written.isdigit():
        page.add(written, BlockKind.CONTROL, *page.position(token))


def textarea(page: Builder, token: Token, words: str, text: Token) -> None:
    """A textarea with its placeholder or its given words, which stand at `text`."""
    hint = clean(token.attr("placeholder") or "", 300)
    _field(page, "textarea", token, hint or clean(token.attr("aria-label") or "", 300))
    for shown in (hint, words):
        if shown:
            page.add(shown, BlockKind.CONTROL, *page.position(text))


def select(page: Builder, token: Token) -> None:
    """A select as a field; its options are blocks of their own."""
    if page.parts:
        page.flush()
    if token.type is not _START:
        page.pop("select")
        return
    if page.top() == "select":
        page.pop("select")
    _field(page, "select", token, clean(token.attr("aria-label") or "", 300))
    page.push("select", BlockKind.CONTROL, None)


def button(page: Builder, token: Token) -> None:
    """A button; one that shows only a picture speaks through its label."""
    _control(page, token, "button")
    if token.type is _START:
        page.unlabelled = (len(page.blocks), token)
    elif page.unlabelled is not None:
        count, start = page.unlabelled
        page.unlabelled = None
        if count == len(page.blocks):
            words = clean(start.attr("aria-label") or start.attr("title") or "", 200)
            if words:
                page.add(words, BlockKind.CONTROL, *page.position(start))


def option(page: Builder, token: Token) -> None:
    """A choice, which a browser shows by its label where it has one; in a list of suggestions by its value."""
    _control(page, token, "option")
    if token.type is _START:
        _choice(page, token, token.attr("label") or (token.attr("value") if page.inside("datalist") else None))


def optgroup(page: Builder, token: Token) -> None:
    """The name over a group of choices."""
    if page.parts:
        page.flush()
    if token.type is _START:
        _choice(page, token, token.attr("label"))


def _choice(page: Builder, token: Token, label: str | None) -> None:
    if label and (words := clean(label, 300)):
        page.add(words, BlockKind.CONTROL, *page.position(token))


def _control(page: Builder, token: Token, tag: str) -> None:
    """Open a box for the words of a control, closing one that was left open; or close it."""
    if page.parts:
        page.flush()
    if token.type is not _START:
        page.pop(tag)
        return
    if page.top() == tag:
        page.pop(tag)
    page.push(tag, BlockKind.CONTROL, None)


def _field(page: Builder, kind: str, token: Token, words: str) -> None:
    opened = page.form
    if opened is None or len(opened.fields) >= MAX_FIELDS:
        return
    name, ident = clean(token.attr("name") or "", 100), clean(token.attr("id") or "", 100)
    opened.fields.append(OpenField(kind, name, ident, words, len(page.blocks), page.inside("label")))

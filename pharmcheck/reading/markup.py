"""One linear pass over the tokens of a page.

The WHATWG tokenizer (turbohtml, in C) never slows down on hostile input and needs no tree, so there
is no depth to blow and nothing to scan first.  Text is found wherever a browser shows it: at any
depth, after `</html>`, in unclosed elements, in `noscript`, `srcdoc`, CDATA of pictures, shadow
templates and sentences of a style sheet.  What a browser does not show (script, template, comment) is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from turbohtml import Token, TokenType, tokenize

from pharmcheck.model import BlockKind, Region
from pharmcheck.reading import fields, head, pictures, sheets
from pharmcheck.reading.builder import MAX_SCRIPTS, Builder
from pharmcheck.reading.regions import LANDMARKS, Hints
from pharmcheck.reading.text import MAX_TEXT, clean

MAX_JSON_LD = 500_000  # characters of one script
_MAX_NESTED = 4  # raw text within raw text that is read as markup again …
_MAX_NESTED_RUNS = 200  # … and how often on one page
_MAX_NESTED_TAGS = 20_000  # on one page: entities write tags that the pre-scan does not count
_START, _END, _TEXT, _COMMENT = TokenType.START_TAG, TokenType.END_TAG, TokenType.TEXT, TokenType.COMMENT
Handler = Callable[["Pass", Token], None]


@dataclass(slots=True, eq=False)
class Pass(Builder):
    """The pass: the state, and what each tag does to it."""

    hints: Hints = field(default_factory=Hints)
    runs: int = 0
    nested_tags: int = 0

    def run(self, source: str) -> None:
        """Read one piece of markup to its end."""
        tokens = self.tokens = tokenize(source)
        handler_of, parts = _HANDLERS.get, self.parts
        for token in tokens:
            tag = token.tag
            if tag is not None:
                handler = handler_of(tag)
                if handler is _break:
                    if parts:
                        self.flush()
                elif handler is not None:
                    handler(self, token)
            elif token.type is _TEXT:
                data = token.data or ""
                if not data.isspace():
                    if self.soft:
                        self.go_on(data)
                    self.first = self.first or token
                    parts.append(data)
                elif parts:
                    parts.append(" ")
            elif self.foreign:
                self.cdata(token)
        if parts:
            self.flush()

    def cdata(self, token: Token) -> None:
        """In a picture `<![CDATA[` holds text, which the tokenizer takes for a comment."""
        data = token.data or ""
        if token.type is _COMMENT and data.startswith("[CDATA["):
            self.first = self.first or token
            self.parts.append(data[7:].removesuffix("]]"))

    def finish(self) -> None:
        """Close what the page left open."""
        self.close_link()
        if self.parts:
            self.flush()
        fields.close_form(self)
        last = len(self.blocks) - 1
        if self.links and max([link.block for link in self.links]) > last:  # the words of one cleaned away to nothing
            self.links = [link._replace(block=-1) if link.block > last else link for link in self.links]

    def raw(self) -> tuple[str, Token | None]:
        """The raw text that follows a script, title and the like; consumes it."""
        token = next(self.tokens, None)
        if token is None or token.type is not _TEXT:
            return "", None
        return token.data or "", token

    def again(self, source: str, token: Token | None, region: Region | None, fixed: tuple[int, int] | None) -> None:
        """Read raw text as markup: the inside of noscript, srcdoc and the like."""
        self.nested_tags += source.count("<")
        if not source:
            return
        if self.nested >= _MAX_NESTED or self.runs >= _MAX_NESTED_RUNS or self.nested_tags > _MAX_NESTED_TAGS:
            self.trouble("markup nested in raw text too deeply")
            self.parts.append(source)
            self.first = self.first or token
            return
        saved = self.tokens, self.line0, self.col0, self.fixed
        if token is not None and self.fixed is None:
            line, self.col0 = self.position(token)
            self.line0 = line - 1
        self.fixed = fixed or self.fixed
        self.nested += 1
        self.runs += 1
        if region is not None:
            self.push("#again", BlockKind.TEXT, region)
        self.run(source)
        self.pop("#again")
        self.nested -= 1
        self.tokens, self.line0, self.col0, self.fixed = saved


def _break(page: Pass, _token: Token) -> None:
    """A block boundary and nothing else; the loop does it without calling."""
    if page.parts:
        page.flush()


def _line(page: Pass, _token: Token) -> None:
    """A line break ends a block, unless the next words go on with the sentence."""
    page.soft = bool(page.parts)


def _space(page: Pass, _token: Token) -> None:
    """Words beside words, as in the small print over a ruby."""
    if page.parts:
        page.parts.append(" ")


def _div(page: Pass, token: Token) -> None:
    if page.parts:
        page.flush()
    if token.type is _START:
        page.open_div(page.hints.region(token))
    else:
        page.close_div()


def _anchor(page: Pass, token: Token) -> None:
    if token.type is _END:
        page.close_link()
        return
    # One attribute at a time: the list of all, most of which nobody needs, costs the most.
    href = token.attr("href") or token.attr("xlink:href")
    if href is not None and href.endswith("/cdn-cgi/l/email-protection"):  # Cloudflare: the address stands beside
        href += f"#{token.attr('data-cfemail') or ''}"
    classes = token.attr("class")
    styled = (classes is not None and page.hints.is_button(classes)) or token.attr("role") == "button"
    if href is None and not styled:
        page.close_link()
    else:
        page.open_link(token, href or "", styled=styled)


def _landmark(page: Pass, token: Token) -> None:
    _break(page, token)
    tag = token.tag or ""
    if token.type is _END:
        page.pop(tag)
        return
    region = LANDMARKS[tag]
    if tag in ("header", "footer") and page.region is Region.ARTICLE:
        region = Region.ARTICLE  # an article's own head and foot
    page.push(tag, BlockKind.TEXT, region)


def _box(tag: str, kind: BlockKind, *closes: str) -> Handler:
    """An element that changes what its text is.  Opening it closes an open one of `closes` on top; one that
    closes nothing is a container, whose names may say where on the page it is.
    """

    def handle(page: Pass, token: Token) -> None:
        if page.parts:
            page.flush()
        if token.type is _END:
            page.pop(tag)
        elif closes:
            stack = page.stack
            if stack and stack[-1][0] in closes:
                page.pop(stack[-1][0])
            page.push(tag, kind, None)
        else:
            page.push(tag, kind, page.hints.region(token))

    return handle


def _boxes(tags: tuple[str, ...], kind: BlockKind, *closes: str) -> dict[str, Handler]:
    return {tag: _box(tag, kind, *closes) for tag in tags}


def _row(page: Pass, token: Token) -> None:
    _break(page, token)
    page.end_row()
    if page.top() in ("td", "th"):
        page.pop(page.top())
    if token.type is _START:
        page.last_row += 1
        page.row = page.last_row
    else:
        page.row = 0


def _table(page: Pass, token: Token) -> None:
    _break(page, token)
    page.end_row()
    page.row = 0
    if token.type is _START:
        page.push("table", BlockKind.TEXT, None)
    else:
        page.pop("table")


def _raw_text(page: Pass, token: Token) -> None:
    """Script, style, title, noscript, iframe …: elements whose inside is not markup to the tokenizer."""
    if token.type is not _START:
        return
    tag = token.tag or ""
    if tag not in ("script", "style"):
        _break(page, token)
    if tag == "iframe":
        page.again(token.attr("srcdoc") or "", None, None, page.position(token))
    data, text = page.raw()
    if page.foreign and token.self_closing:  # in a picture `<title/>` is closed, to the tokenizer it is not
        page.again(data, text, None, None)
    elif tag == "script":
        page.scripts += 1
        page.script_bytes += len(data)
        if "ld+json" in (token.attr("type") or "").lower() and len(page.json_ld) < MAX_SCRIPTS:
            page.json_ld.append(data[:MAX_JSON_LD])
    elif tag == "title":
        head.title(page, clean(data, MAX_TEXT), text)
    elif tag in ("noscript", "noframes", "noembed"):
        page.again(data, text, Region.NOSCRIPT, None)
    elif tag == "textarea":
        fields.textarea(page, token, clean(data), text or token)
    elif tag == "style" and text is not None:
        sheets.sentences(page, data, text)


def _foreign(page: Pass, token: Token) -> None:
    if token.type is _END:
        page.foreign = max(page.foreign - 1, 0)
    elif not token.self_closing:
        page.foreign += 1


def _template(page: Pass, token: Token) -> None:
    """Skip a template to its end, unless it is a shadow root: those are shown."""
    _break(page, token)
    if token.type is _END or token.attr("shadowrootmode") in ("open", "closed"):
        return
    depth = 1
    for inner in page.tokens:
        if inner.tag == "template":
            depth += 1 if inner.type is _START else -1
            if not depth:
                return


_BREAKS = (
    "p hr dd dt dl address figure figcaption fieldset legend details summary dialog pre center tbody thead tfoot "
    "caption hgroup search xmp listing plaintext body head frameset dir menu picture video audio"
)
_ITEM, _CELL, _HEADING = BlockKind.ITEM, BlockKind.CELL, BlockKind.HEADING
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(_BREAKS.split(), _break),
    **dict.fromkeys(LANDMARKS, _landmark),
    **_boxes(_HEADINGS, _HEADING, *_HEADINGS),
    **dict.fromkeys(("script", "style", "title", "noscript", "noframes", "noembed", "iframe", "textarea"), _raw_text),
    **dict.fromkeys(("svg", "math"), _foreign),
    **_boxes(("ul", "ol", "section", "datalist"), BlockKind.TEXT),
    **dict.fromkeys(("rt", "rp"), _space),
    "br": _line,
    "area": pictures.area,
    **_boxes(("td", "th"), _CELL, "td", "th"),
    "li": _box("li", _ITEM, "li"),
    "blockquote": _box("blockquote", BlockKind.QUOTE),
    "button": fields.button,
    "select": fields.select,
    "option": fields.option,
    "optgroup": fields.optgroup,
    "label": fields.label,
    "form": fields.form,
    "input": fields.input_,
    "div": _div,
    "a": _anchor,
    "img": pictures.image,
    "tr": _row,
    "table": _table,
    "meta": head.meta,
    "html": head.root,
    "base": head.base,
    "template": _template,
}
# Tags that end a block, for those who read the source again; any other tag may stand inside a sentence.
SPLITS = frozenset(_HANDLERS).difference("a img svg math meta base script style input br rt rp".split())

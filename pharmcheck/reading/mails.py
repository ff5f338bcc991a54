"""E-mail addresses: in links, in plain words, written round a robot, and veiled by a content network.

What the tokenizer decodes (`&#64;`, `&commat;`) needs no care here; what style sheets turn round is not read.
"name at shop dot com" counts only with both words: "meet us at home" is a sentence.
"""

# ruff: noqa: E501 - a pattern in one line can be read beside an address

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from pharmcheck.model import Email, Link
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import compile_lines, compile_text, latin
from pharmcheck.reading.text import clean

MAX_EMAILS = 50
_MAX_BLOCKS = 500  # looked into; more is a flood
VEILED = "/cdn-cgi/l/email-protection#"  # Cloudflare's link, the veiled address behind it
_LABEL = r"[A-Za-z0-9À-ÖØ-öø-ÿ-]{1,63}"
_EMAIL = rf"([A-Za-z0-9._%+'-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,4}})"
_AT_WORDS = (
    "at|ät|æt|a|ad|et|arroba|chez|arobase|@|ma[łl]pa|zavin[áa][čc]|snabel-?a|chiocciola|apenstaartje|klammeraffe|affe"
)
_DOT_WORDS = r"dot|punkt|point|punto|punt|kropka|te[čc]ka|ponto|\."
_NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]{1,40}"
_PART = r"[A-Za-z0-9-]{2,60}"
_DOT = rf"(?: ?[(\[{{<] ?(?i:{_DOT_WORDS}) ?[)\]}}>] ?|\.| (?i:dot|punkt|kropka|te[čc]ka) )"
_MASKED = (
    rf"({_NAME} ?[(\[{{<|*_] ?(?i:{_AT_WORDS}) ?[)\]}}>|*_] ?{_PART}(?:{_DOT}{_PART}){{0,3}}{_DOT}[A-Za-z]{{2,12}}\b|"
    rf"{_NAME} @ {_PART}(?:\.{_PART}){{0,3}}\.[A-Za-z]{{2,12}}\b|"
    rf"{_NAME} (?i:at) {_PART}(?: (?i:dot) {_PART}){{0,3}} (?i:dot) [A-Za-z]{{2,12}}\b)"
)
_email_bytes = compile_lines(_EMAIL)
_email = compile_text(_EMAIL)
_masked_bytes = compile_lines(latin(_MASKED))
_masked = compile_text(latin(_MASKED))
PATTERNS = (_email_bytes, _masked_bytes)  # what every page is asked
_at = compile_text(rf"(?i)^({_NAME}?)(?: ?[(\[{{<|*_] ?(?:{_AT_WORDS}) ?[)\]}}>|*_] ?| at | @ )(.+)$")
_dot = compile_text(rf"(?i) ?[(\[{{<] ?(?:{_DOT_WORDS}) ?[)\]}}>] ?| (?:dot|punkt|kropka|te[čc]ka) ")
_FILES = frozenset(("png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "ico", "avif"))
# Words before " at " that are a sentence and no name.
_NO_NAME = frozenset(
    ("us", "is", "are", "be", "me", "you", "look", "find", "found", "visit", "available", "store", "shop", "only", "online", "buy", "order", "based", "here", "back", "out")
)  # fmt: skip


def find_mails(lines: Lines, links: list[Link]) -> tuple[Email, ...]:
    """The addresses of a page in lower case, each once."""
    found: dict[str, Email] = {}
    for said, block in _said(lines, links):
        address = said.strip(".-'%").lower()
        ending = address.rpartition(".")[2]
        if ending not in _FILES and not ending.isdigit():
            found.setdefault(address, Email(address, block))
        if len(found) >= MAX_EMAILS:
            break
    return tuple(found.values())


def _said(lines: Lines, links: list[Link]) -> Iterator[tuple[str, int]]:
    for link in links:
        if link.url.startswith("mailto:"):
            yield from _plain(clean(unquote(link.url[7:]), 200), link.block)
        elif VEILED in link.url:
            yield from _plain(_unveiled(link.url.rpartition("#")[2]), link.block)
    for i in lines.hits(_email_bytes)[:_MAX_BLOCKS]:
        yield from _plain(lines.blocks[i].text, i)
    for i in lines.hits(_masked_bytes)[:_MAX_BLOCKS]:
        for match in _masked.finditer(lines.blocks[i].text):
            address = _unmasked(match.group(1))
            if address:
                yield address, i


def _plain(text: str, block: int) -> Iterator[tuple[str, int]]:
    return ((match.group(1), block) for match in _email.finditer(text))


def _unmasked(text: str) -> str | None:
    """The address that was written round a robot."""
    match = _at.search(text)
    if match is None or match.group(1).lower() in _NO_NAME:
        return None
    return f"{match.group(1)}@{_dot.sub('.', match.group(2))}"


def _unveiled(veiled: str) -> str:
    """Cloudflare's veil over an e-mail address: every byte XORed with the first."""
    try:
        key, *rest = bytes.fromhex(veiled[:200])
    except ValueError:
        return ""
    return clean(bytes(byte ^ key for byte in rest).decode("utf-8", "replace"), 200)

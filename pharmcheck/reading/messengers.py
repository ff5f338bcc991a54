"""Names and numbers at messaging services: in links that open a chat, and in words such as "Telegram: @name".

Buttons that share a page and invitations to groups name nobody.
"""

# ruff: noqa: E501 - a pattern in one line can be read beside a handle

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from pharmcheck.model import Link
from pharmcheck.model.reading import Handle
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import compile_lines, compile_text
from pharmcheck.reading.phones import e164
from pharmcheck.reading.text import clean

MAX_HANDLES = 30
_MAX_BLOCKS = 200  # looked into; more is a flood
_MAX_LINKS = 100  # looked at; a page opens one chat or ten
_link = compile_text(
    r"(?i)^(?:https?://(?:www\.)?(?:"
    r"(?P<whatsapp>(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?(?:[^#]*&)?phone=)(?:%2B|\+)?[\d -]{7,20})|"
    r"(?P<telegram>(?:t|telegram)\.me/(?:\+?[A-Za-z0-9_]{4,40}))|"
    r"(?P<signal>signal\.me/#(?:p/)(?:%2B|\+)?\d{7,16})|"
    r"(?P<threema>threema\.id/[A-Z0-9*]{8})|"
    r"(?P<line>(?:line\.me/(?:R/)?(?:ti/p/|oaMessage/)|page\.line\.me/|lin\.ee/)[~@%A-Za-z0-9._-]{3,40})|"
    r"(?P<zalo>zalo\.me/(?:\+?84|0)\d{8,10})|"
    r"(?P<kakao>(?:open|pf)\.kakao\.com/(?:o/|me/)?[A-Za-z0-9_]{4,40})|"
    r"(?P<wechat>u\.wechat\.com/[A-Za-z0-9_-]{4,60}))|"
    r"(?P<whatsapp2>whatsapp://send/?\?(?:[^#]*&)?phone=(?:%2B|\+)?\d{7,16})|"
    r"(?P<telegram2>tg://resolve\?domain=[A-Za-z0-9_]{4,40})|"
    r"(?P<viber>viber://(?:chat|add|contact)/?\?number=(?:%2B|\+| )?\d{7,16})|"
    r"(?P<skype>skype:[A-Za-z0-9][A-Za-z0-9._:,-]{3,50})|"
    r"(?P<wechat2>weixin://[a-z/?=]*[A-Za-z0-9_-]{4,60}))"
)
_value = compile_text(r"[/=:~@]%?(?:2B)?[~@+ ]?([^/=:~@?&#]+)$")
_link_hint = compile_lines(
    r"(?i)^((?:https?://(?:www\.)?(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com|t\.me|telegram\.me|signal\.me|threema\.id|line\.me|page\.line\.me|lin\.ee|zalo\.me|open\.kakao\.com|pf\.kakao\.com|u\.wechat\.com)/|whatsapp:|tg:|viber:|skype:|weixin:).*)$"
)
_NOBODY = frozenset(("share", "joinchat", "addstickers", "proxy", "iv", "socks", "login", "url", "msg", "send"))
_SERVICES = r"whats ?app|telegram|signal|we ?chat|weixin|viber|skype|threema|wickr(?: ?me)?|session|kik|gadu-gadu|gg"
_ASKS = r"(?: ?(?:id|user ?name|user|name|handle|no\.?|number|nummer|num[ée]ro|n[uú]mero|me|us|us at|us on|nr|contact|kontakt|chat))?"
_NATIVE = {
    "WhatsApp": "واتس ?اب|واتساب|وتساب|ват?сапп?|вотсапп?|вацап|왓츠앱|ワッツアップ|וואטסאפ|ווטסאפ|व्हाट्सएप",
    "Telegram": "تيليجرام|تيلجرام|تلغرام|تيليغرام|تلگرام|телеграмм?|텔레그램|テレグラム|טלגרם|电报|電報",
}
"""How people of other scripts write the names of the services."""
_native = {name: compile_text(f"(?i)(?:{words})") for name, words in _NATIVE.items()}
_words_bytes = compile_lines(
    rf"(?i)(\b(?:{_SERVICES})\b[^\n]{{0,30}}[@:+=\d–-]|\d ?[(–-][^\n\d]{{0,25}}(?:whats ?app|viber|telegram|signal)\b|"
    rf"(?:{'|'.join(_NATIVE.values())})[^\n]{{0,30}}[@:+=\d–-]|\d[^\n\d]{{0,25}}(?:{'|'.join(_NATIVE.values())})|"
    r"\bline ?(?:id\b|@|[:：] ?@)|ไลน์|라인 ?(?:id|아이디)|賴 ?id|\bzalo\b|\bwa ?[:.]? ?[+01]|kakao|카톡|카카오톡)"
)
_eastern = compile_text(
    r"(?i)(?:(?P<line>\bline ?id ?[:：=]?|\bline ?[:：]? ?@|ไลน์ ?(?:ไอดี)? ?(?:line)? ?(?:id)? ?[:：]?|(?:라인|賴) ?(?:id|아이디) ?[:：]?)|"
    r"(?P<kakao>(?:kakao ?(?:talk)?|카톡|카카오톡) ?(?:id|아이디|상담|문의)? ?[:：]))"
    r" ?@?(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]{2,40})"
)
"""Where the east of Asia chats; "line" is a word of English and counts with "ID" or "@" only."""
_eastern_number = compile_text(
    r"(?i)(?:\b(?P<zalo>zalo)\b[^\d+\n]{0,20}(?:\+?84|0)[\d .]{8,13}\d|\bwa ?[:.]? ?(?:\+?62|08|\+?60|01)[\d .-]{7,13}\d)"
)
_name = compile_text(
    rf"(?i)\b(?P<service>telegram|signal|we ?chat|skype|threema|wickr(?: ?me)?|session|kik|gadu-gadu|gg)\b{_ASKS} ?(?:[:=–-] ?@?| ?\(?@)(?P<name>[A-Za-z0-9][A-Za-z0-9_.*-]{{2,63}})"
)
_number = compile_text(
    r"(?i)\b(?P<service>whats ?app|telegram|signal|we ?chat|viber)\b[^\d+@\n]{0,25}(?P<number>\+?\(?\d[\d ().\-–/]{6,20}\d)"
)
_number_first = compile_text(
    r"(?i)(?P<number>\+?\(?\d[\d ().\-–/]{6,20}\d) ?[(–-] ?[\pL /&]{0,25}(?P<service>whats ?app|viber|telegram|signal)\b"
)
_KINDS = {"weixin": "wechat", "wickrme": "wickr", "gg": "gadu-gadu"}
_NO_NAMES = frozenset(("and", "the", "for", "our", "your", "you", "are", "with", "http", "https", "www", "click", "contact", "chat", "not", "available", "email", "phone", "tel", "whatsapp", "viber", "skype", "telegram", "signal", "wickr", "wechat", "join", "channel", "group"))  # fmt: skip
_SHORTEST_ID = 5  # a Gadu-Gadu number is digits alone
PATTERNS = (_words_bytes,)  # what every page is asked


def find_handles(lines: Lines, links: list[Link], regions: tuple[str, ...]) -> tuple[Handle, ...]:
    """The handles of a page, each once; a number without its country is one of `regions`."""
    found: dict[tuple[str, str], Handle] = {}
    for handle in (*_linked(links), *_written(lines, regions)):
        found.setdefault((handle.kind, handle.value.lower()), handle)
        if len(found) >= MAX_HANDLES:
            break
    return tuple(found.values())


def _linked(links: list[Link]) -> Iterator[Handle]:
    urls = "\n".join([link.url for link in links]).encode("utf-8", "replace")
    for n, hit in enumerate(_link_hint.finditer(urls)):
        if n >= _MAX_LINKS:
            break
        url = hit.group(1).decode("utf-8", "replace")
        match = _link.search(url)
        if match is None:
            continue
        kind = next(name for name, words in match.groupdict().items() if words).rstrip("2")
        value = _value.search(match.group(0))
        name = clean(unquote(value.group(1)) if value else "", 64).strip("+ ")
        digits = "".join(char for char in name if char.isdigit())
        if kind in ("whatsapp", "signal", "viber"):
            parsed = e164(f"+{digits}", ())
            name = parsed[0] if parsed else f"+{digits}"
        if name and name.lower() not in _NOBODY:
            yield Handle(kind, name, next((link.block for link in links if link.url == url), -1))


def _written(lines: Lines, regions: tuple[str, ...]) -> Iterator[Handle]:
    for i in lines.hits(_words_bytes)[:_MAX_BLOCKS]:
        text = _in_latin(lines.blocks[i].text)
        for match in (*_number.finditer(text), *_number_first.finditer(text)):
            parsed = e164(match.group("number").strip(), regions)
            if parsed:
                yield Handle(_kind(match.group("service")), parsed[0], i)
        for match in _eastern.finditer(text):
            yield Handle("line" if match.group("line") else "kakao", match.group("name").strip(".-"), i)
        for match in _eastern_number.finditer(text):
            digits = "".join(char for char in match.group() if char in "+0123456789")
            if match.group("zalo"):
                yield Handle("zalo", digits.lstrip("+"), i)
            elif parsed := e164(digits, ("ID", "MY")):
                yield Handle("whatsapp", parsed[0], i)
        for match in _name.finditer(text):
            kind, name = _kind(match.group("service")), match.group("name").strip(".-")
            if kind == "gadu-gadu" and not (name.isdigit() and len(name) >= _SHORTEST_ID):
                continue
            if kind in ("signal", "session") and not any(char.isdigit() for char in name):
                continue  # "signal: strong" is a sentence
            if name.lower() not in _NO_NAMES and (kind == "gadu-gadu" or not name.isdigit()):
                yield Handle(kind, name, i)


def _in_latin(text: str) -> str:
    """The text with the names of services as they call themselves, and a dash between a number and the name behind it."""
    if text.isascii():
        return text
    for name, pattern in _native.items():
        text = pattern.sub(f"- {name} ", text)
    return text


def _kind(service: str) -> str:
    name = service.lower().replace(" ", "")
    return _KINDS.get(name, name)

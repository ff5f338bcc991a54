"""Undoes what people and programs do to addresses: defanging, slips of the keyboard, marks nobody can see.

Each step is one pattern with an example; what they make of a text is shown beside what stood there, never instead.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_DOTS = r"\s?(?:\[\.\]|\(\.\)|\{\.\}|[\[({]\s?dot\s?[\])}]|\\\.|\^\.|\[\.(?=\w)|(?<=\w)\.\])\s?"
_STEPS = (
    # htt[p]://x.com, hXXps://x.com, h**p://x.com
    (re.compile(r"\b(?:h(?:xx|\*\*)p|ht\[?t\]?\[p\]|h\[tt\]p)(s?)(?=\s?[\[({:;/])", re.IGNORECASE), r"http\1"),
    # htp://x.com, htttp://x.com, ttp://x.com
    (re.compile(r"\b(?:htp|htpp|htttp|hhttp|hhtp|ttp|hptt|hpt)(s?)(?=\s?[:;]\s?/)", re.IGNORECASE), r"http\1"),
    # http[:]//x.com, http[://]x.com, http:///x.com, http:/x.com, https;//x.com, http: //x.com, http:\\x.com
    (re.compile(r"\bhttp(s?)\s?[\[({]?[:;][\])}]?\s?[\[({]?[/\\]{1,4}[\])}]?\s?", re.IGNORECASE), r"http\1://"),
    # http//x.com
    (re.compile(r"\bhttp(s?)//+", re.IGNORECASE), r"http\1://"),
    # http://https://x.com
    (re.compile(r"\b(?:https?://)+(?=https?://)", re.IGNORECASE), ""),
    # x[.]com, x(.)com, x{.}com, x[dot]com, x\.com, x^.com, x[.com
    (re.compile(_DOTS, re.IGNORECASE), "."),
    # x dot com
    (re.compile(r"(?<=\w)\s+dot\s+(?=\w)", re.IGNORECASE), "."),
    # 8,8,8,8
    (re.compile(r"(?<![\d.,])(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})(?![\d,])"), r"\1.\2.\3.\4"),
    # www,x,com and www.x,com
    (re.compile(r"\bwww[.,]([\w-]{1,63}),([a-z]{2,12})\b", re.IGNORECASE), r"www.\1.\2"),
    # x .com, www. x.com
    (re.compile(r"(?<=[\w-])\s+\.(?=[a-z]{2,12}\b)", re.IGNORECASE), "."),
    (re.compile(r"\bwww\.\s+(?=\w)", re.IGNORECASE), "www."),
    # https://a.comhttps://b.com
    (re.compile(r"(?<=[a-z0-9])(?=https?://)", re.IGNORECASE), " "),
)  # fmt: skip
_STOPS = str.maketrans({"\u3002": ".", "\uff61": ".", "\uff0e": "."})


def mend(text: str) -> str:
    """`text` with everything undone that hides an address."""
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_STOPS)
    for pattern, plain in _STEPS:
        text = pattern.sub(plain, text)
    return text

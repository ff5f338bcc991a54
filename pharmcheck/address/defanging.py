"""Addresses written so that nobody can click them, for places where people read about dangerous sites."""

from __future__ import annotations

import re

_URL = re.compile(r"\bhttp(s?)://([^\s/?#<>\"'“”‘’]*)", re.IGNORECASE)


def defang(text: str, *hosts: str) -> str:
    """`text` with its web addresses, and every mention of `hosts`, written so that nobody can click them."""
    if "://" in text:
        text = _URL.sub(lambda match: f"hxxp{match[1]}://{_with_brackets(match[2])}", text)
    folded = text.lower()
    for host in sorted({host for host in hosts if "." in host and host.lower() in folded}, key=len, reverse=True):
        text = re.sub(re.escape(host), lambda match: _with_brackets(match[0]), text, flags=re.IGNORECASE)
    return text


def _with_brackets(host: str) -> str:
    return host.replace("[.]", ".").replace(".", "[.]")

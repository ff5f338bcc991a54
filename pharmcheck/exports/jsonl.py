"""A list as JSON lines, whole and as it is; characters that would act on a terminal stand as escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_ACTIVE = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def json_lines(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The file, a row at a time."""
    for item in items:
        yield harmless(json.dumps(item, ensure_ascii=False, separators=(",", ":"), allow_nan=False)).encode() + b"\n"


def harmless(text: str) -> str:
    """The same JSON, with characters that would act on a terminal as escapes."""
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

"""What kind of file some bytes begin, for those kinds that people hand in by mistake."""

from __future__ import annotations

_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save it as .xlsx or as CSV"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{", "a JSON document"),
    (b"[{", "a JSON document"),
    (b"SQLite format 3", "a database"),
)
JSON = "a JSON document"


def kind_of(head: bytes) -> str | None:
    """The kind, in words for a refusal; None for text and all else."""
    return next((kind for magic, kind in _KINDS if head.startswith(magic)), None)

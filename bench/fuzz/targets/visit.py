"""The description of a visit in an archive that claims to be ours, and judging what it describes."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime

from pharmcheck.address import parse_address
from pharmcheck.capture import write_warc
from pharmcheck.capture.records import from_json, to_json
from pharmcheck.errors import ArchiveError
from pharmcheck.model import Attempt, Capture, FetchOutcome, Hop, Page, PageRole, TlsFacts

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_BODY = b"<p>Viagra 100 mg $2.50 no prescription needed"
_URL = "https://shop.example.com/"
CAPTURE = Capture(
    parse_address(_URL),
    (Attempt(_URL, PageRole.HOME, FetchOutcome.FETCHED, "read", (Hop(_URL, 200, "192.0.2.1", ("192.0.2.1",), "0" * 64),), 10),),
    (Page(_URL, PageRole.HOME, 200, (("content-type", "text/html"),), _BODY, hashlib.sha256(_BODY).hexdigest(), _WHEN, truncated=False),),
    (TlsFacts("shop.example.com", verified=True, problem=None, protocol="TLSv1.3", subject_names=("shop.example.com",),
              issuer="Test", not_before=_WHEN, not_after=_WHEN, certificate_sha256="0" * 64),),
    _WHEN,
    _WHEN,
)  # fmt: skip

SEEDS = [json.dumps(to_json(CAPTURE, ["1"]), separators=(",", ":")).encode()]


def once(data: bytes) -> None:
    """A capture that can be written again, or a sentence."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(value, dict):
        return
    try:
        capture = from_json(value, {"1": _BODY})
    except ArchiveError:
        return
    write_warc([capture], io.BytesIO())

"""Who makes packages here, by the settings: the operator's name, the key and the authority where there are any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pharmcheck.capture import NotAnswered, Policy, enquire, take_picture
from pharmcheck.classlists.signing import load_key
from pharmcheck.errors import TimestampError, UsageError
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.making import Maker
from pharmcheck.evidence.timestamps import MOST_BYTES
from pharmcheck.settings import Settings

KEY_FILE = "evidence-key.pem"
_QUERY = "application/timestamp-query"


def maker_of(settings: Settings, policy: Policy, *, key: Path | None = None, timestamp: bool = True) -> Maker:
    """Whoever makes packages by these settings.  Raises UsageError for a key that cannot be used.

    Without `key`, the one in the data folder signs when it is there.
    """
    file = key or settings.data_dir / KEY_FILE
    signing = load_key(file) if key is not None or file.exists() else None
    if settings.timestamp_url is None or not timestamp:
        return Maker(settings.operator, signing)
    url = str(settings.timestamp_url)

    def authority(query: bytes) -> bytes:
        try:
            return asyncio.run(enquire(url, query, _QUERY, policy, most_bytes=MOST_BYTES))
        except NotAnswered as error:
            raise TimestampError(f"The timestamp authority gave no timestamp. {error}") from error

    return Maker(settings.operator, signing, authority, urlsplit(url).netloc)


def pictures_of(
    cases: Sequence[Case], policy: Policy, clock: Callable[[], datetime]
) -> dict[str, tuple[datetime, bytes]]:
    """How the sites of `cases` look now, by check; those that cannot be shown have none.

    Nobody goes to a site for the sake of an archive that somebody handed in.  Raises UsageError without a browser.
    """
    found = {}
    for case in cases:
        if case.received:
            continue
        try:
            png = asyncio.run(take_picture(case.capture.address.url, policy, now=clock))
        except ValueError as error:
            raise UsageError(str(error)) from None
        if png is not None:
            found[case.check_id] = (clock(), png)
    return found

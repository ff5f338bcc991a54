"""Who makes packages here, by the settings: the operator's name, the key and the authority where there are any."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from pharmcheck.capture import NotAnswered, Policy, post
from pharmcheck.classlists.signing import load_key
from pharmcheck.errors import TimestampError
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
            return asyncio.run(post(url, query, _QUERY, policy, most_bytes=MOST_BYTES))
        except NotAnswered as error:
            raise TimestampError(f"The timestamp authority gave no timestamp. {error}") from error

    return Maker(settings.operator, signing, authority, urlsplit(url).netloc)

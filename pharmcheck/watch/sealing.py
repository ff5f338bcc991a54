"""Keeps secrets of receivers so that a copy of the database signs nothing.

They are encrypted (Fernet: AES and HMAC) by a key in a file of the data folder, readable for its owner only, made with
the first secret.  Whoever has both has the secrets; a dump, a backup or a query of the database alone does not.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from pharmcheck.errors import UsageError

_FILE = "webhook.key"


class Seal:
    """The key of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def close(self, secret: str) -> str:
        """A secret as it may be kept.  Raises UsageError."""
        with suppress(FileExistsError):
            self._make()
        return self._key().encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """A secret that was kept.  Raises UsageError when this is not the key that it was closed with."""
        try:
            return self._key().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UsageError(f"{_FILE} is not the key that the secrets of receivers were kept with.") from None

    def _make(self) -> None:
        """A key, whole or not at all: others may start at the same moment.  Raises FileExistsError and UsageError."""
        if self._file.exists():
            raise FileExistsError
        mine = self._file.with_name(f"{_FILE}.{os.getpid()}.{id(self):x}")
        try:
            with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(Fernet.generate_key())
            try:
                os.link(mine, self._file)  # fails when another was quicker
            finally:
                mine.unlink()
        except FileExistsError:
            raise
        except OSError as error:
            raise UsageError(f"The key {self._file} cannot be written ({error.strerror}).") from error

    def _key(self) -> Fernet:
        try:
            return Fernet(self._file.read_bytes())
        except OSError as error:
            raise UsageError(f"The key {_FILE} in the data folder cannot be read ({error.strerror}).") from error
        except ValueError:
            raise UsageError(f"{_FILE} in the data folder is no key.") from None

"""Keeps what was seen and said: rows in a database, captures as files beside it.

SQLite in the data folder by default, another database by one setting.  The store never judges, and a look that
failed never replaces a verdict that stands.
"""

from pharmcheck.store.records import FailedLook, StoredCapture, StoredCheck, StoredVerdict, new_check_id
from pharmcheck.store.register_rows import Counts, LoadedRegister
from pharmcheck.store.registers import StoreRegisters
from pharmcheck.store.store import Store

__all__ = [
    "Counts",
    "FailedLook",
    "LoadedRegister",
    "Store",
    "StoreRegisters",
    "StoredCapture",
    "StoredCheck",
    "StoredVerdict",
    "new_check_id",
]

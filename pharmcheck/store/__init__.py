"""Keeps what was seen and said: rows in a database, captures as files beside it.

SQLite in the data folder by default, another database by one setting.  The store never judges, and a look that
failed never replaces a verdict that stands.
"""

from pharmcheck.store.archive import path_of as capture_path
from pharmcheck.store.batches import Batch, Batches
from pharmcheck.store.drafts import Drafts, NewBatch, NewItem
from pharmcheck.store.events import Event, Events
from pharmcheck.store.items import Item, Order, Rows
from pharmcheck.store.keys import Key, Keys, Scope
from pharmcheck.store.newest import newest_verdicts, registered_hosts
from pharmcheck.store.pruning import Pruned, Pruning
from pharmcheck.store.queue import CheckQueue, Job, NewCheck, QueueName, Reaped
from pharmcheck.store.rechecks import Rechecks
from pharmcheck.store.records import FailedLook, StoredCapture, StoredCheck, StoredVerdict, new_check_id, verdict_of
from pharmcheck.store.register_rows import Counts, LoadedRegister
from pharmcheck.store.registers import StoreRegisters
from pharmcheck.store.requests import Requests
from pharmcheck.store.store import Store
from pharmcheck.store.turns import release_dead

__all__ = [
    "Batch", "Batches", "CheckQueue", "Counts", "Drafts", "Event", "Events", "FailedLook", "Item", "Job", "Key", "Keys",
    "LoadedRegister", "NewBatch", "NewCheck", "NewItem", "Order", "Pruned", "Pruning", "QueueName", "Reaped",
    "Rechecks", "Requests", "Rows", "Scope", "Store", "StoreRegisters", "StoredCapture", "StoredCheck", "StoredVerdict",
    "capture_path", "new_check_id", "newest_verdicts", "registered_hosts", "release_dead", "verdict_of",
]  # fmt: skip

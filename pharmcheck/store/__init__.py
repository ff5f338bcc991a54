"""Keeps what was seen and said: rows in a database, captures as files beside it.

SQLite in the data folder by default, another database by one setting.  The store never judges, and a look that
failed never replaces a verdict that stands.
"""

from pharmcheck.store.appeals import Appeal, Appeals
from pharmcheck.store.archive import path_of as capture_path
from pharmcheck.store.batches import Batch, Batches
from pharmcheck.store.custody import Custody
from pharmcheck.store.deliveries import Deliveries, Delivery, DeliveryState, Letter, Tried
from pharmcheck.store.drafts import Drafts, NewBatch, NewItem
from pharmcheck.store.events import Event, Events
from pharmcheck.store.items import Item, Order, Rows
from pharmcheck.store.keys import Key, Keys, Scope
from pharmcheck.store.looks import Looks
from pharmcheck.store.network_views import NetworkViews
from pharmcheck.store.networks import Built, Networks
from pharmcheck.store.newest import newest_verdicts, registered_hosts
from pharmcheck.store.officers import WORKING_DAY, Officer, Officers, Role, at_one_desk, name_of
from pharmcheck.store.optouts import opted_out_sites
from pharmcheck.store.passwords import hash_password
from pharmcheck.store.pruning import Pruned, Pruning
from pharmcheck.store.queue import CheckQueue, Job, NewCheck, QueueName, Reaped
from pharmcheck.store.rechecks import Rechecks
from pharmcheck.store.records import FailedLook, StoredCapture, StoredCheck, StoredVerdict, new_check_id, verdict_of
from pharmcheck.store.register_rows import Counts, LoadedRegister
from pharmcheck.store.registers import StoreRegisters
from pharmcheck.store.requests import Requests
from pharmcheck.store.reviews import Reviews, ends
from pharmcheck.store.store import Store
from pharmcheck.store.targets import Target, Targets
from pharmcheck.store.turns import release_dead
from pharmcheck.store.waiting import Waiting, waiting
from pharmcheck.store.watched import Fresh, WatchedSites
from pharmcheck.store.watches import WatchChange, Watched, Watches
from pharmcheck.store.weighing import Weighing

__all__ = [
    "WORKING_DAY",
    "Appeal",
    "Appeals",
    "Batch",
    "Batches",
    "Built",
    "CheckQueue",
    "Counts",
    "Custody",
    "Deliveries",
    "Delivery",
    "DeliveryState",
    "Drafts",
    "Event",
    "Events",
    "FailedLook",
    "Fresh",
    "Item",
    "Job",
    "Key",
    "Keys",
    "Letter",
    "LoadedRegister",
    "Looks",
    "NetworkViews",
    "Networks",
    "NewBatch",
    "NewCheck",
    "NewItem",
    "Officer",
    "Officers",
    "Order",
    "Pruned",
    "Pruning",
    "QueueName",
    "Reaped",
    "Rechecks",
    "Requests",
    "Reviews",
    "Role",
    "Rows",
    "Scope",
    "Store",
    "StoreRegisters",
    "StoredCapture",
    "StoredCheck",
    "StoredVerdict",
    "Target",
    "Targets",
    "Tried",
    "Waiting",
    "WatchChange",
    "Watched",
    "WatchedSites",
    "Watches",
    "Weighing",
    "at_one_desk",
    "capture_path",
    "ends",
    "hash_password",
    "name_of",
    "new_check_id",
    "newest_verdicts",
    "opted_out_sites",
    "registered_hosts",
    "release_dead",
    "verdict_of",
    "waiting",
]  # fmt: skip

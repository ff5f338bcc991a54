"""Brings registers up to date: a file becomes the snapshot that answers, if it is plausible; a download becomes a file.

Whatever fails, the snapshot that answered before goes on answering.
"""

from pharmcheck.refresh.asking import Answer, Standing, lookup, standing
from pharmcheck.refresh.background import BackgroundSync
from pharmcheck.refresh.importing import Imported, import_file
from pharmcheck.refresh.live import LIVE, LiveAnswer, ask_live
from pharmcheck.refresh.syncing import Way, sync, syncs_by_itself

__all__ = [
    "LIVE",
    "Answer",
    "BackgroundSync",
    "Imported",
    "LiveAnswer",
    "Standing",
    "Way",
    "ask_live",
    "import_file",
    "lookup",
    "standing",
    "sync",
    "syncs_by_itself",
]

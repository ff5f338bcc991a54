"""Lists that are watched: what is done about them now and then, and how their owners are told.

Verdicts are weighed and become changes, sites that are due go in line, messages go out signed, all over rows of the
store: the service's own runner and workers elsewhere call the same functions.  Judges nothing, visits nobody.
"""

from pharmcheck.watch.messages import change_document
from pharmcheck.watch.noting import note_verdicts
from pharmcheck.watch.receivers import MOST_TARGETS, NewTarget, register_target
from pharmcheck.watch.sending import GATHERED, Sender, send_due
from pharmcheck.watch.signing import signature
from pharmcheck.watch.tending import EVERY_S, look_every_s, looks_at_once, put_due_in_line, tend

__all__ = [
    "EVERY_S", "GATHERED", "MOST_TARGETS", "NewTarget", "Sender", "change_document", "look_every_s", "looks_at_once",
    "note_verdicts", "put_due_in_line", "register_target", "send_due", "signature", "tend",
]  # fmt: skip

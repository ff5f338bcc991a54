"""The table of custody: what happened to each check, in the order in which it happened.

The database itself refuses to change a row, and to delete one while its check is there (migration 0010): a log goes
whole, with everything else about a site, or not at all.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from pharmcheck.store.columns import Code
from pharmcheck.store.tables import metadata

custody = Table(
    "custody",
    metadata,
    Column("check_id", Code(32), primary_key=True),  # no foreign key: the check goes first, then its log may
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),  # the entry as it is exported, ASCII
    Column("sha256", Code(64), nullable=False),  # of the line with its end; the next entry carries it
)

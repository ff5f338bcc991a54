"""How Alembic runs our migrations: on the connection it is given, inside the transaction that is already open.

`pharmcheck.store.opening` holds the lock and commits; nothing here connects, logs or reads an ini file.
"""

from __future__ import annotations

from alembic import context

from pharmcheck.store import tables_watch
from pharmcheck.store.tables import metadata

assert tables_watch.watches.metadata is metadata  # noqa: S101 - imported so that both files of tables are known

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, once the driver stops guessing where transactions begin
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()

"""What PostgreSQL needs to be told: how to connect, and what its failures mean to people.

The database may be on another machine, and restart, and be asked by many processes; SQLite is none of that.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pharmcheck.errors import StoreError

_CONNECTIONS = 5
_MORE_CONNECTIONS = 5
"""A process keeps five and opens five more for a moment.  A transaction takes milliseconds, so ten serve every thread
that Python's default pool has; a server's usual hundred are enough for ten such processes."""

_CONNECTING = {
    "connect_timeout": "5",  # seconds: a host that swallows packets is as good as down
    # A server whose machine vanished is noticed within a minute, not after the two hours of TCP.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
    "client_encoding": "utf8",  # whatever the caller's environment says
    "application_name": "pharmcheck",
}

_LIMITS = (
    "SET lock_timeout = '30s'",  # as long as SQLite's writers wait for each other
    "SET idle_in_transaction_session_timeout = '60s'",  # a frozen process must not hold its rows for ever
)

_SIGNS = (
    ("password authentication failed", "refuses our name or password; check PHARMCHECK_DATABASE_URL."),
    ("no password supplied", "asks for a password; put it into PHARMCHECK_DATABASE_URL, or into a password file."),
    ("pg_hba.conf", "does not let us in from here; check PHARMCHECK_DATABASE_URL, and pg_hba.conf on the server."),
    ("does not exist", "does not exist, or its user does not; check PHARMCHECK_DATABASE_URL, or make it first."),
    ("invalid connection option", "is named with an option that PostgreSQL has not; check PHARMCHECK_DATABASE_URL."),
    ("too many clients", "has no connection left for us; raise max_connections, or start fewer processes."),
    ("too many connections", "has no connection left for us; raise the limit of its user, or start fewer processes."),
    ("remaining connection slots", "has no connection left for us; raise max_connections, or start fewer processes."),
)
_COPY = "cannot be written: it is a copy that follows another server; name that one."
_CODES = (  # SQLSTATE, or its class
    ("28", "refuses our name or password; check PHARMCHECK_DATABASE_URL."),
    ("3D", "does not exist; check PHARMCHECK_DATABASE_URL, or make it first."),
    ("42501", "does not let us do that; its user must own the database, or may create tables in its schema."),
    ("25006", _COPY),
    ("0A000", _COPY),  # it refuses even to begin a transaction that writes
    ("53100", "has no room left on its disk."),
    ("53", "has no connection or memory left for us; raise its limits, or start fewer processes."),
    ("55P03", "is in use by another program; try again in a moment."),
    ("40", "is in use by another program; try again in a moment."),
    ("57", "went away in the middle; nothing of this step was kept.  Try again in a moment."),
    ("08", "went away in the middle; nothing of this step was kept.  Try again in a moment."),
)
_UNREACHABLE = "cannot be reached; check that PostgreSQL runs, and its host and port in PHARMCHECK_DATABASE_URL."


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine with our driver, whichever the address names, that finds its way back after a restart."""
    own = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg").update_query_dict(own),
        pool_pre_ping=True,  # a connection that a restart has cut is replaced before anybody uses it
        pool_size=_CONNECTIONS,
        max_overflow=_MORE_CONNECTIONS,
        pool_timeout=30,  # as long as SQLite's writers wait
    )
    sa.event.listen(engine, "connect", _prepare)
    return engine


def reading(engine: sa.Engine) -> sa.Engine:
    """The engine for transactions that only read: they see one moment of the database throughout, as in SQLite."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def refuse_other_encodings(connection: sa.Connection) -> None:
    """Raise StoreError for a database that cannot hold every script."""
    found = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if found != "UTF8":
        raise StoreError(f"The database holds text as {found}; make it with ENCODING 'UTF8' TEMPLATE template0.")


def explain(error: DBAPIError) -> str | None:
    """What a failure means, as the end of a sentence about the database; None for one that people cannot mend.

    The text of the driver is looked at and never repeated: it names hosts and users, and values of rows.
    """
    code = getattr(error.orig, "sqlstate", None)
    if code is None:
        # No session came about, or its line broke.  The server's words may be in its own language.
        for sign, meaning in _SIGNS:
            if sign in str(error.orig):
                return meaning
        if error.connection_invalidated:
            return dict(_CODES)["08"]
        return _UNREACHABLE if isinstance(error, OperationalError | InterfaceError) else None
    return next((meaning for start, meaning in _CODES if code.startswith(start)), None)


def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for setting in _LIMITS:
        cursor.execute(setting)
    cursor.close()
    connection.commit()

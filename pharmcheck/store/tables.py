"""The tables, in types that SQLite and PostgreSQL both have.

`migrations/` creates these tables; a test holds that both say the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)

from pharmcheck.store.columns import CleanText, Code, UtcDateTime

metadata = MetaData(
    naming_convention={  # PostgreSQL and Alembic need to call constraints by name
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


captures = Table(
    "captures",
    metadata,
    Column("id", Code(128), primary_key=True),
    Column("registrable_domain", CleanText, nullable=False, index=True),
    Column("host", CleanText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("warc_sha256", Code(64), nullable=False),  # of the file in the data folder
    Column("warc_bytes", BigInteger, nullable=False),
    Column("pruned_at", UtcDateTime, nullable=True),  # when the file was deleted to make room
    Index("ix_captures_order", "started_at", "id"),
    Index(  # what there is to delete, oldest first
        "ix_captures_kept",
        "finished_at",
        "id",
        sqlite_where=text("pruned_at IS NULL"),
        postgresql_where=text("pruned_at IS NULL"),
    ),
)

checks = Table(
    "checks",
    metadata,
    Column("id", Code(32), primary_key=True),  # 128 random bits, hex
    Column("input", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("host", CleanText, nullable=False),
    Column("display_host", CleanText, nullable=False),
    Column("registrable_domain", CleanText, nullable=False),
    Column("destination", Code(2), nullable=True),
    Column("state", Code(16), nullable=False),
    Column("error_code", Code(64), nullable=True),
    Column("batch_id", Code(64), nullable=True),
    Column("capture_id", Code(128), ForeignKey("captures.id"), nullable=True, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("valid_until", UtcDateTime, nullable=True),
    Column("queue", Code(16), nullable=False, server_default="interactive"),
    Column("owner", Code(64), nullable=True),  # id of an API key; nobody else is remembered
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_by", Code(64), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),  # a runner that dies gives the row back by silence
    Column("started_at", UtcDateTime, nullable=True),  # of the last attempt
    Column("turn", BigInteger, nullable=False, server_default="0"),  # see `CheckQueue.submit`: lists take turns
    Index("ix_checks_site", "registrable_domain", "host", "created_at"),
    Index("ix_checks_batch", "batch_id", "state"),
    Index("ix_checks_waiting", "state", "queue", "turn", "created_at", "id"),
)

check_events = Table(
    "check_events",
    metadata,
    Column("check_id", Code(32), ForeignKey("checks.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Code(16), nullable=False),
    Column("data", CleanText, nullable=False),  # one JSON object
    Column("at", UtcDateTime, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Code(32), primary_key=True),
    Column("owner", Code(64), nullable=False, index=True),
    Column("destination", Code(2), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("cancelled_at", UtcDateTime, nullable=True),
    Column("upload_sha256", Code(64), nullable=True),
    Column("name", CleanText, nullable=True),  # of the file, as people find it again
    Column("intake", CleanText, nullable=True),  # what was handed in, as JSON; unset while rows still come in
    Column("started_at", UtcDateTime, nullable=True),  # unset: a draft, which somebody still looks through
)

batch_items = Table(
    "batch_items",
    metadata,
    Column("batch_id", Code(32), ForeignKey("batches.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),  # from 1; a row of the file may be several of ours
    Column("input", CleanText, nullable=False),
    Column("check_id", Code(32), ForeignKey("checks.id"), nullable=True, index=True),  # shared by rows of one site
    Column("problem", CleanText, nullable=True),  # why there is no check, as a sentence
    Column("kind", Code(16), nullable=False, server_default="accepted"),  # `intake.Kind`
    Column("sheet", CleanText, nullable=True),
    Column("line", Integer, nullable=True),  # row of the file or its sheet, from 1
    Column("url", CleanText, nullable=True),  # what is visited
    Column("host", CleanText, nullable=True),
    Column("duplicate_of", Integer, nullable=True),  # `row` of the one whose check this one shares
    Column("note", CleanText, nullable=True),  # something to know about what is checked
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Code(16), primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("shown", Code(24), nullable=False),  # its first characters, for people to tell keys apart
    Column("sha256", Code(64), nullable=False, unique=True),  # of 178 random bits: no slow hash is needed
    Column("scopes", Code(128), nullable=False),  # separated by spaces
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("last_used_at", UtcDateTime, nullable=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Code(64), primary_key=True),  # SHA-256 of caller and Idempotency-Key
    Column("body_sha256", Code(64), nullable=False),
    Column("target", Code(64), nullable=False),  # what the first request made: its path
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("domain", Code(253), primary_key=True),  # registrable domain
    Column("since", UtcDateTime, nullable=False),
    Column("note", CleanText, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("check_id", Code(32), ForeignKey("checks.id"), primary_key=True),
    Column("capture_id", Code(128), ForeignKey("captures.id"), nullable=True, index=True),
    Column("registrable_domain", CleanText, nullable=False),
    Column("host", CleanText, nullable=False),
    Column("destination", Code(2), nullable=True),
    Column("category", Code(32), nullable=False),
    Column("reason_code", Code(64), nullable=False),
    Column("score", Integer, nullable=True),
    Column("complete", Boolean, nullable=False),  # false for could_not_check: a look that failed
    Column("ruleset", Code(64), nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),  # when we looked
    Column("judged_at", UtcDateTime, nullable=False),  # the `now` of the judgement; replay needs it
    Column("valid_until", UtcDateTime, nullable=False),
    Column("document", CleanText, nullable=False),  # the contract document, as served
    Column("record", CleanText, nullable=True),  # the verdict itself, for saying it in another language
    Column("needs_review", Boolean, nullable=False, server_default=false()),  # its rules want a person to look
    Index(
        "ix_verdicts_needs_review",
        "checked_at",
        sqlite_where=text("needs_review"),
        postgresql_where=text("needs_review"),
    ),
    Index("ix_verdicts_site", "registrable_domain", "host", "checked_at"),
    Index("ix_verdicts_latest", "registrable_domain", "host", "destination", "complete", "checked_at", "check_id"),
    Index("ix_verdicts_order", "checked_at", "check_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("check_id", Code(32), ForeignKey("checks.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("rule_id", Code(16), nullable=False, index=True),
    Column("rule_version", Integer, nullable=False),
    Column("outcome", Code(16), nullable=False),
    Column("direction", Code(8), nullable=False),
    Column("severity", Code(16), nullable=False),
    Column("category", Code(64), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("effect", Code(64), nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("facts", CleanText, nullable=False),  # JSON list of [name, value]
)

evidence = Table(
    "evidence",
    metadata,
    Column("check_id", Code(32), ForeignKey("checks.id"), primary_key=True),
    Column("finding", Integer, primary_key=True, autoincrement=False),  # `findings.position`
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Code(16), nullable=False),
    Column("quote", CleanText, nullable=False),
    Column("url", CleanText, nullable=True),
    Column("page_sha256", Code(64), nullable=True),
    Column("span_start", Integer, nullable=True),
    Column("span_end", Integer, nullable=True),
)

# Registers.  Rows of a snapshot are written once and belong to it; their keys begin with it, so that the rows of one
# lie together and go together.  Look-up is by key alone: "which of these snapshots has this host".

register_snapshots = Table(
    "register_snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Code(64), nullable=False, index=True),
    Column("state", Code(16), nullable=False),  # loading | active | replaced
    Column("kind", Code(32), nullable=False),
    Column("country", Code(2), nullable=True),
    Column("authority", CleanText, nullable=False),
    Column("page", CleanText, nullable=True),
    Column("as_of", Date, nullable=True),  # the source's own date
    Column("period_days", Integer, nullable=False),
    Column("marks_online_sale", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("schemes", CleanText, nullable=False),  # JSON list
    Column("sha256", Code(64), nullable=False),  # of the source's file
    Column("fetched_at", UtcDateTime, nullable=False),  # when we got that file
    Column("replaced_at", UtcDateTime, nullable=True),
    Column("records", Integer, nullable=False),
    Column("hosts", Integer, nullable=False),  # web addresses that can name a site
    Column("unbound", Integer, nullable=False),  # web addresses with a path: they name none
    Column("warnings", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Index(  # the switch from one snapshot to the next cannot leave two
        "ix_register_snapshots_active",
        "name",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)


def _of_snapshot(name: str, *columns: Column[Any]) -> Table:
    """A table of rows that belong to a snapshot; in SQLite the key is the table, with no second copy of it."""
    snapshot = Column("snapshot_id", Integer, ForeignKey("register_snapshots.id"), primary_key=True)
    return Table(name, metadata, snapshot, *columns, sqlite_with_rowid=False)


register_records = _of_snapshot(
    "register_records",
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),  # JSON of the record, ASCII
)

register_hosts = _of_snapshot(
    "register_hosts",
    Column("host", CleanText, primary_key=True),  # A-labels, without www.
    Column("position", Integer, primary_key=True, autoincrement=False),  # of the record
    Column("domain", CleanText, nullable=False),  # the host's registrable domain
)

register_identifiers = _of_snapshot(
    "register_identifiers",
    Column("number", CleanText, primary_key=True),
    Column("scheme", CleanText, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),  # of the record
)

register_warnings = _of_snapshot(
    "register_warnings",
    Column("domain", CleanText, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),  # JSON of the warning, ASCII
)

register_quarantine = _of_snapshot(
    "register_quarantine",
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
)

"""The tables of watched lists and of the messages about them, beside those of `tables`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, false

from pharmcheck.store.columns import CleanText, Code, UtcDateTime
from pharmcheck.store.tables import metadata

watches = Table(
    "watches",
    metadata,
    Column("batch_id", Code(32), ForeignKey("batches.id"), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime, nullable=True),
    Column("seen_until", UtcDateTime, nullable=False),  # verdicts up to then have been weighed
    Column("announced", Integer, nullable=False, server_default="0"),  # last number of `watch_changes` in a message
)

watched_sites = Table(
    "watched_sites",
    metadata,
    Column("batch_id", Code(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("registrable_domain", CleanText, nullable=False),
    Column("host", CleanText, nullable=False),
    Column("destination", Code(2), nullable=True),
    Column("due_at", UtcDateTime, nullable=False),  # when it is looked at again
    Column("seen_at", UtcDateTime, nullable=True),  # of the newest verdict that was weighed
    # What is known of it: the verdict that the next one is weighed against.  No foreign key, verdicts may be forgotten.
    Column("check_id", Code(32), nullable=True),
    Column("category", Code(32), nullable=True),  # as it is told
    Column("reason_code", Code(64), nullable=True),
    Column("machine_category", Code(32), nullable=True),  # of our rules, where a person judged otherwise
    Column("machine_reason", Code(64), nullable=True),
    Column("proofs", CleanText, nullable=True),  # JSON list
    Column("landed", CleanText, nullable=True),  # registrable domain on which the home page ended
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("missed", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(["batch_id", "row"], ["batch_items.batch_id", "batch_items.row"]),
    Index("ix_watched_sites_due", "due_at"),
    Index("ix_watched_sites_site", "registrable_domain", "host"),
)

watch_changes = Table(
    "watch_changes",
    metadata,
    Column("batch_id", Code(32), ForeignKey("batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps but for what was forgotten
    Column("registrable_domain", CleanText, nullable=False, index=True),
    Column("host", CleanText, nullable=False),
    Column("notices", Code(128), nullable=False),  # `digest.Notice`, separated by spaces
    Column("details", CleanText, nullable=False),  # JSON object
    Column("before_check", Code(32), nullable=True),
    Column("before_category", Code(32), nullable=True),
    Column("before_reason", Code(64), nullable=True),
    Column("after_check", Code(32), nullable=False),
    Column("after_category", Code(32), nullable=False),
    Column("after_reason", Code(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),  # when the site was looked at, or a person's word was noted
    Column("noted_at", UtcDateTime, nullable=False),
    Column("cause", Code(32), nullable=False, server_default="unknown"),  # `digest.Cause`
    # What our rules said, where a person judged otherwise.
    Column("before_machine_category", Code(32), nullable=True),
    Column("before_machine_reason", Code(64), nullable=True),
    Column("after_machine_category", Code(32), nullable=True),
    Column("after_machine_reason", Code(64), nullable=True),
)

webhook_targets = Table(
    "webhook_targets",
    metadata,
    Column("id", Code(32), primary_key=True),
    Column("batch_id", Code(32), ForeignKey("batches.id"), nullable=False, index=True),
    Column("url", CleanText, nullable=False),
    Column("sealed", CleanText, nullable=False),  # its secret, encrypted by a key that is not in the database
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime, nullable=True),
    Column("disabled_why", CleanText, nullable=True),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Code(40), primary_key=True),  # the webhook-id: the same however often it is sent
    Column("target_id", Code(32), ForeignKey("webhook_targets.id"), nullable=False, index=True),
    Column("batch_id", Code(32), ForeignKey("batches.id"), nullable=False),
    Column("first", Integer, nullable=False),  # `watch_changes` that it tells, by number
    Column("last", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", Code(16), nullable=False),  # `deliveries.DeliveryState`
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),  # ever
    Column("tries", Integer, nullable=False, server_default="0"),  # since it was made, or last sent again by hand
    Column("leased_by", Code(64), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Index("ix_webhook_deliveries_due", "state", "due_at"),
    Index("ix_webhook_deliveries_batch", "batch_id", "created_at"),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery_id", Code(40), ForeignKey("webhook_deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", Code(32), nullable=True),  # a FetchOutcome; unset while it goes on, or when its sender died
    Column("status", Integer, nullable=True),
    Column("fault", Code(16), nullable=True),
    Column("detail", CleanText, nullable=True),
    Column("elapsed_ms", Integer, nullable=True),
)

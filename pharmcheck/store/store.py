"""The store itself: one transaction a save, simple questions a read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from pharmcheck.capture import capture_id
from pharmcheck.custody import written_by
from pharmcheck.errors import StoreError
from pharmcheck.model import Capture, Check, CheckState, Judgement
from pharmcheck.registers import Entry, Quarantined, Snapshot
from pharmcheck.settings import Settings
from pharmcheck.store import archive, postgres, records
from pharmcheck.store.columns import as_place, same
from pharmcheck.store.custody import looked
from pharmcheck.store.opening import FAILURES, WRITES, explain_failure, open_engine
from pharmcheck.store.records import FailedLook, StoredCapture, StoredCheck, StoredVerdict
from pharmcheck.store.register_loading import Accept, quarantined_rows, replace_register
from pharmcheck.store.register_rows import LoadedRegister
from pharmcheck.store.registers import DomainsCache, StoreRegisters, loaded_registers
from pharmcheck.store.tables import captures, checks, evidence, findings, verdicts
from pharmcheck.store.watching import watch
from pharmcheck.store.writing import hold, put_new, put_one_new

_FILE = "pharmcheck.sqlite3"
_PAGE = 50  # records a page of an iterator


class Store:
    """Checks, verdicts and captures.  Open one per process, close it at the end; safe to use from threads."""

    def __init__(self, engine: sa.Engine, folder: Path, file: Path | None, operator: str = "") -> None:
        self.by = written_by(operator)  # who, as logs of custody say it
        self._engine = engine
        self._writing = engine.execution_options(**WRITES)
        self._reading = postgres.reading(engine) if engine.dialect.name == "postgresql" else engine
        self._folder = folder
        self._file = file
        self._watch = watch(engine)
        self._domains = DomainsCache()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Make what is missing (folder, database, tables), bring the tables up to date.  Raises StoreError."""
        folder = settings.data_dir
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # what somebody checks is nobody else's business
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(f"The data folder {folder} cannot be made ({reason}); choose another one.") from error
        if settings.database_url is not None:
            return cls(open_engine(settings.database_url.get_secret_value(), None), folder, None, settings.operator)
        file = folder / _FILE
        url = sa.URL.create("sqlite", database=str(file)).render_as_string()
        return cls(open_engine(url, file), folder, file, settings.operator)

    @staticmethod
    def exists(settings: Settings) -> bool:
        """Whether there is a store to open, so that opening makes nothing new."""
        return settings.database_url is not None or (settings.data_dir / _FILE).exists()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._watch.close()
        self._engine.dispose()

    # ------------------------------------------------------------------------------------------ writing

    def save(
        self,
        check: Check,
        capture: Capture | None = None,
        judgement: Judgement | None = None,
        document_json: str | None = None,
        *,
        destination: str | None = None,
    ) -> None:
        """Keep a check with all that belongs to it, in one transaction.

        Saving an id again that already has its verdict, or was called off, changes nothing: the first answer
        stands.  A check without a judgement is a look that failed; verdicts of earlier checks stay.  Raises StoreError.
        """
        if (judgement is None) != (document_json is None):
            raise ValueError("a judgement and its document come together")
        identifier = capture_id(capture) if capture is not None else None
        with self.transaction() as connection:
            if self._has_ended(connection, check.id):
                return
            known = connection.execute(sa.select(captures.c.id).where(captures.c.id == identifier)).first()
        rows = []
        if capture is not None and identifier is not None and known is None:
            # Before the row that names it, and outside the transaction: nobody waits for our disk.  A file whose
            # row is there stays untouched: other libraries may compress the same bytes to another sum.
            kept = archive.keep(self._folder, identifier, capture)
            rows = [records.capture_row(identifier, capture, kept.sha256, kept.size)]
        if judgement is not None:
            destination = judgement.verdict.destination
        with self.transaction(writes=True) as connection:
            put_new(connection, captures, rows)
            if not self._put_check(connection, records.check_row(check, destination, identifier)):
                return
            row = None
            if judgement is not None and document_json is not None:
                judged_at = check.decided_at or judgement.verdict.checked_at
                row = records.verdict_row(check.id, judgement.verdict, identifier, judged_at, document_json)
                found, proofs = records.finding_rows(check.id, judgement.findings)
                put_new(connection, verdicts, [row])
                put_new(connection, findings, found)
                put_new(connection, evidence, proofs)
            looked(connection, self.by, check.id, identifier, row)

    def _has_ended(self, connection: sa.Connection, check_id: str) -> bool:
        """Whether a check has its verdict, or was called off."""
        query = sa.select(checks.c.state).where(
            checks.c.id == check_id,
            (checks.c.state == CheckState.CANCELLED.value) | sa.exists().where(verdicts.c.check_id == checks.c.id),
        )
        return connection.execute(query).first() is not None

    def _put_check(self, connection: sa.Connection, row: dict[str, Any]) -> bool:
        """Make the row of a check, or hold it against others and bring it up to date; False if it has ended."""
        if put_one_new(connection, checks, row):
            return True
        hold(connection, row["id"])
        if self._has_ended(connection, row["id"]):
            return False
        connection.execute(sa.update(checks).where(checks.c.id == row["id"]).values(row))
        return True

    # ------------------------------------------------------------------------------------------ reading

    def latest(self, registrable_domain: str, host: str, destination: str | None) -> StoredVerdict | None:
        """The last complete verdict about a site; without one, the last look that failed.

        `later_failure` says that somebody looked again since and got no answer.  Whether the verdict is still
        valid is the caller's question: it knows the time and the rules.
        """
        about = (
            (verdicts.c.registrable_domain == registrable_domain)
            & (verdicts.c.host == host)
            & same(verdicts.c.destination, destination)
        )
        newest_first = (verdicts.c.complete.desc(), verdicts.c.checked_at.desc(), verdicts.c.check_id.desc())
        with self.transaction() as connection:
            row = connection.execute(sa.select(verdicts).where(about).order_by(*newest_first).limit(1)).first()
            if row is None:
                return None
            later = self._failure_since(connection, row) if row.complete else None
        return records.to_verdict(row, later)

    def _failure_since(self, connection: sa.Connection, row: sa.Row[Any]) -> FailedLook | None:
        at = sa.func.coalesce(
            verdicts.c.checked_at, checks.c.decided_at, checks.c.created_at, type_=checks.c.created_at.type
        )
        failed = connection.execute(
            sa.select(checks.c.id, at.label("at"), verdicts.c.reason_code, checks.c.error_code)
            .select_from(checks.outerjoin(verdicts, verdicts.c.check_id == checks.c.id))
            .where(
                checks.c.registrable_domain == row.registrable_domain,
                checks.c.host == row.host,
                same(checks.c.destination, row.destination),
                (checks.c.state == CheckState.FAILED.value) | verdicts.c.complete.is_(False),
                at > row.checked_at,
            )
            .order_by(at.desc(), checks.c.id)
            .limit(1)
        ).first()
        return (
            FailedLook(failed.id, failed.at, failed.reason_code or failed.error_code or "internal") if failed else None
        )

    def get_check(self, check_id: str) -> StoredCheck | None:
        """One check with its verdict, if it has one."""
        with self.transaction() as connection:
            row = connection.execute(sa.select(checks).where(checks.c.id == check_id)).first()
            given = connection.execute(sa.select(verdicts).where(verdicts.c.check_id == check_id)).first()
        return records.to_check(row, records.to_verdict(given) if given else None) if row else None

    def history(
        self, registrable_domain: str, host: str, before: tuple[datetime, str] | None, most: int
    ) -> list[StoredVerdict]:
        """Answers about a site, newest first, those before a time and id."""
        query = sa.select(verdicts).where(verdicts.c.registrable_domain == registrable_domain, verdicts.c.host == host)
        place = sa.tuple_(verdicts.c.checked_at, verdicts.c.check_id)
        if before is not None:
            query = query.where(place < as_place(place, *before))
        query = query.order_by(verdicts.c.checked_at.desc(), verdicts.c.check_id.desc()).limit(most)
        with self.transaction() as connection:
            return [records.to_verdict(row) for row in connection.execute(query)]

    def findings_of(self, check_id: str) -> list[dict[str, Any]]:
        """Every rule's answer in a check with its evidence, as plain data."""
        with self.transaction() as connection:
            found = connection.execute(
                sa.select(findings).where(findings.c.check_id == check_id).order_by(findings.c.position)
            ).all()
            proofs = connection.execute(
                sa.select(evidence)
                .where(evidence.c.check_id == check_id)
                .order_by(evidence.c.finding, evidence.c.position)
            ).all()
        return records.to_findings(found, proofs)

    def capture_digest(self, identifier: str) -> str | None:
        """SHA-256 of the archived file of a capture."""
        with self.transaction() as connection:
            query = sa.select(captures.c.warc_sha256).where(captures.c.id == identifier)
            return connection.execute(query).scalar()

    def captures(self) -> Iterator[StoredCapture]:
        """Every capture, oldest first, a page at a time: nothing is locked while the caller works."""
        for row in self._pages(captures, captures.c.started_at, captures.c.id):
            yield records.to_capture(row)

    def verdicts(self, capture: str | None = None) -> Iterator[StoredVerdict]:
        """Every verdict, oldest first, or those that rest on one capture."""
        only = sa.true() if capture is None else verdicts.c.capture_id == capture
        for row in self._pages(verdicts, verdicts.c.checked_at, verdicts.c.check_id, only):
            yield records.to_verdict(row)

    def load_capture(self, identifier: str) -> Capture:
        """A capture with its bytes, proven to be the ones stored.  Raises StoreError."""
        with self.transaction() as connection:
            row = connection.execute(sa.select(captures).where(captures.c.id == identifier)).first()
        if row is None:
            raise StoreError("There is no capture with that id.")
        if row.pruned_at is not None:
            raise StoreError(f"The capture {identifier} was deleted on {row.pruned_at:%Y-%m-%d} to make room.")
        return archive.load(self._folder, identifier, archive.ArchiveFile(row.warc_sha256, row.warc_bytes))

    # ---------------------------------------------------------------------------------------- registers

    def registers(self) -> StoreRegisters:
        """The registers as they are now, for one judgement: what is loaded meanwhile does not change its answers."""
        return StoreRegisters(self.transaction, self.loaded_registers(), self._domains)

    def loaded_registers(self) -> tuple[LoadedRegister, ...]:
        """Every register that answers, by name, with what it holds."""
        return loaded_registers(self.transaction)

    def quarantined_rows(self, register: LoadedRegister) -> tuple[Quarantined, ...]:
        """The first rows of a register that are never matched."""
        return quarantined_rows(self.transaction, register.id)

    def replace_register(
        self,
        snapshot: Snapshot,
        entries: Iterable[Entry],
        *,
        sha256: str,
        now: datetime,
        accept: Accept,
    ) -> LoadedRegister:
        """Load a register in place of the one that answers under its name; see `register_loading`."""
        return replace_register(self.transaction, snapshot, entries, sha256=sha256, now=now, accept=accept)

    def _pages(
        self,
        table: sa.Table,
        time: sa.Column[datetime],
        key: sa.Column[str],
        only: sa.ColumnElement[bool] | None = None,
    ) -> Iterator[sa.Row[Any]]:
        query = sa.select(table).order_by(time, key).limit(_PAGE)
        if only is not None:
            query = query.where(only)
        page_query = query
        while True:
            with self.transaction() as connection:
                page = connection.execute(page_query).all()
            yield from page
            if len(page) < _PAGE:
                return
            place = sa.tuple_(time, key)
            page_query = query.where(place > as_place(place, getattr(page[-1], time.name), getattr(page[-1], key.name)))

    async def change_mark(self) -> object:
        """Something that differs from an earlier call's whenever anybody has committed anything in between."""
        return await self._watch.mark()

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        """A transaction whose failures are StoreErrors.  For the other files of this room."""
        try:
            with (self._writing if writes else self._reading).begin() as connection:
                yield connection
        except FAILURES as error:
            raise explain_failure(error, self._file) from error

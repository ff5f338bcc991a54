"""A file becomes the snapshot that answers for its register, or a sentence says why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pharmcheck.errors import RegisterFileError
from pharmcheck.refresh.plausible import objections
from pharmcheck.registers import Entry, Importer, Snapshot, Source
from pharmcheck.registers.admitting import admit
from pharmcheck.store import Counts, LoadedRegister, Store

_TOLD_EVERY = 10_000  # entries


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    register: LoadedRegister
    changed: bool  # false: this very file was loaded already
    overruled: tuple[str, ...] = ()  # what spoke against it, and was overruled by force


def import_file(
    store: Store,
    source: Source,
    importer: Importer,
    file: Path,
    *,
    as_of: date | None,
    now: datetime,
    force: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Load `file` as the snapshot of `source`, a piece at a time.

    Loading the same file again changes nothing, unless forced.  Raises RegisterFileError and StoreError; then what
    was loaded before goes on answering.
    """
    snapshot = snapshot_of(source, as_of)
    known = {register.snapshot.name: register for register in store.loaded_registers()}.get(source.name)
    overruled: tuple[str, ...] = ()

    def accept(old: LoadedRegister | None, counts: Counts) -> None:
        nonlocal overruled
        overruled = objections(old, snapshot, counts, now.date())
        if overruled and not force:
            kept = "What is loaded stays" if old else "Nothing is loaded"
            reasons = "; ".join(overruled)
            raise RegisterFileError(
                f"{source.name}: the new file is not plausible: {reasons}. {kept}; --force loads it anyway."
            )

    try:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            if known is not None and not force and (known.sha256, known.snapshot) == (sha256, snapshot):
                return Imported(known, changed=False)
            stream.seek(0)
            entries = _counted(admit(importer.read(stream, as_of=as_of)), on_progress)
            register = store.replace_register(snapshot, entries, sha256=sha256, now=now, accept=accept)
    except OSError as error:
        raise RegisterFileError(f"The file {file} cannot be read: {error.strerror or error}.") from error
    return Imported(register, changed=True, overruled=overruled)


def snapshot_of(source: Source, as_of: date | None) -> Snapshot:
    """The snapshot that a file of this date makes."""
    return Snapshot(
        name=source.name,
        country=source.country,
        authority=source.authority,
        as_of=as_of,
        period=source.period,
        marks_online_sale=source.marks_online_sale,
        kind=source.kind,
        schemes=source.schemes,
        complete=source.complete,
        page=source.page,
    )


def _counted(entries: Iterable[Entry], on_progress: Callable[[int], None]) -> Iterator[Entry]:
    for number, entry in enumerate(entries, 1):
        if number % _TOLD_EVERY == 0:
            on_progress(number)
        yield entry

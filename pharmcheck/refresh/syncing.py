"""Fetch the file of a source and load it.  Nothing large and nothing that nobody has seen answer starts by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pharmcheck.address import read_url
from pharmcheck.capture import (
    DownloadLimits,
    DownloadState,
    Policy,
    Resolver,
    download,
    read_version,
    write_version,
)
from pharmcheck.errors import AddressError, RefreshError, RegisterFileError, UsageError
from pharmcheck.refresh.importing import Imported, import_file
from pharmcheck.registers import Importer, Source
from pharmcheck.store import Store

_SMALL, _LARGE = 200 << 20, 8 << 30  # bytes: the largest list of pharmacies that we know has 4 MB, NPPES 1 GB


def syncs_by_itself(source: Source) -> bool:
    """Whether a plain `sync` fetches it: small, and its address seen somewhere better than in somebody's memory."""
    return source.url is not None and not source.large and source.confidence != "unconfirmed"


@dataclass(frozen=True, slots=True)
class Way:
    """How files come here."""

    policy: Policy
    folder: Path  # keeps what is half there
    resolver: Resolver | None = None  # the machine's own


async def sync(
    store: Store,
    source: Source,
    importer: Importer,
    way: Way,
    *,
    as_of: date | None,
    now: Callable[[], datetime],
    force: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Bring one register up to date.

    The date of the file is `as_of`, else the one that its server gives.  Raises UsageError, RefreshError,
    RegisterFileError or StoreError; then what was loaded before goes on answering.
    """
    folder, policy = way.folder, way.policy
    target, note = folder / source.name, folder / f"{source.name}.json"
    known = next((held for held in store.loaded_registers() if held.snapshot.name == source.name), None)
    version = read_version(note, sha256=known.sha256) if known is not None and not force else None
    limits = DownloadLimits(_LARGE if source.large else _SMALL)
    url = _address_of(source, policy)
    try:
        got = await download(url, target, policy, limits, known=version, resolver=way.resolver)
    except BlockingIOError:
        raise RefreshError(f"{source.name}: another pharmcheck is downloading it.") from None
    except OSError as error:
        reason = error.strerror or error
        raise RefreshError(f"{source.name}: the file cannot be kept in {folder} ({reason}).") from error
    if got.state is DownloadState.UNCHANGED and known is not None:
        return Imported(known, changed=False)
    if got.state is not DownloadState.WHOLE or got.version is None:
        kept = " What is loaded stays." if known is not None else ""
        raise RefreshError(f"{source.name}: {got.detail}{kept}")
    dated = as_of or (got.changed_at.date() if got.changed_at else None)
    try:
        imported = import_file(
            store, source, importer, target, as_of=dated, now=now(), force=force, on_progress=on_progress
        )
    except RegisterFileError as error:
        raise RegisterFileError(f"{error} The downloaded file is kept as {target}.") from error
    write_version(note, got.version, sha256=imported.register.sha256)
    target.unlink()
    return imported


def _address_of(source: Source, policy: Policy) -> str:
    if source.url is None:
        where = f" Look for it at {source.page}, then" if source.page else " Get it from its publisher, then"
        raise UsageError(
            f"{source.name}: no address of a file is known.{where} run: pharmcheck registers import {source.name} FILE"
        )
    try:
        return read_url(source.url, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
    except AddressError as error:
        raise RefreshError(f"{source.name}: its address in the list of registers is wrong. {error}") from error

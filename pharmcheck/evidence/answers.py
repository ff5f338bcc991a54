"""What the registers answered while a site was judged, kept so that somebody without them comes to the same verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pharmcheck.errors import EvidenceError
from pharmcheck.registers import Record, RegisterKind, RegisterLookup, Snapshot, WarningEntry
from pharmcheck.store.register_rows import to_document, to_record, to_warning


class Recorder:
    """Asks registers and remembers what they said."""

    def __init__(self, registers: RegisterLookup) -> None:
        self._registers = registers
        self._naming: dict[str, Sequence[Record]] = {}
        self._numbered: dict[tuple[str, str], Sequence[Record]] = {}
        self._warnings: dict[tuple[str, str], Sequence[WarningEntry]] = {}
        self._domains: Sequence[str] = ()

    def snapshots(self) -> Sequence[Snapshot]:
        return self._registers.snapshots()

    def naming(self, host: str) -> Sequence[Record]:
        return self._naming.setdefault(host, self._registers.naming(host))

    def numbered(self, scheme: str, number: str) -> Sequence[Record]:
        return self._numbered.setdefault((scheme, number), self._registers.numbered(scheme, number))

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        return self._warnings.setdefault((host, domain), self._registers.warnings(host, domain))

    def named_domains(self) -> Sequence[str]:
        self._domains = self._registers.named_domains()
        return self._domains

    def said(self) -> dict[str, Any]:
        """Everything that was asked, with the answers, as plain values."""
        return {
            "snapshots": [_snapshot(one) for one in self.snapshots()],
            "naming": [{"host": host, "records": _told(found)} for host, found in sorted(self._naming.items())],
            "numbered": [
                {"scheme": scheme, "number": number, "records": _told(found)}
                for (scheme, number), found in sorted(self._numbered.items())
            ],
            "warnings": [
                {"host": host, "domain": domain, "entries": _told(found)}
                for (host, domain), found in sorted(self._warnings.items())
            ],
            "named_domains": list(self._domains),
        }


class Recorded:
    """Answers as they were given; to what was not asked then, nothing."""

    def __init__(self, said: dict[str, Any]) -> None:
        """Raises EvidenceError when these are no answers of ours."""
        try:
            self._snapshots = tuple(_to_snapshot(one) for one in said["snapshots"])
            self._naming = {one["host"]: _records(one["records"]) for one in said["naming"]}
            self._numbered = {(one["scheme"], one["number"]): _records(one["records"]) for one in said["numbered"]}
            self._warnings = {
                (one["host"], one["domain"]): tuple(
                    to_warning(json.dumps(entry["entry"]), entry["register"]) for entry in one["entries"]
                )
                for one in said["warnings"]
            }
            self._domains = tuple(map(str, said["named_domains"]))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise EvidenceError("The answers of the registers in the package cannot be read.") from error

    def snapshots(self) -> Sequence[Snapshot]:
        return self._snapshots

    def naming(self, host: str) -> Sequence[Record]:
        return self._naming.get(host, ())

    def numbered(self, scheme: str, number: str) -> Sequence[Record]:
        return self._numbered.get((scheme, number), ())

    def warnings(self, host: str, domain: str) -> Sequence[WarningEntry]:
        return self._warnings.get((host, domain), ())

    def named_domains(self) -> Sequence[str]:
        return self._domains


def _told(found: Iterable[Record | WarningEntry]) -> list[dict[str, Any]]:
    return [{"register": one.register, "entry": json.loads(to_document(one))} for one in found]


def _records(told: Iterable[dict[str, Any]]) -> tuple[Record, ...]:
    return tuple(to_record(json.dumps(one["entry"]), one["register"]) for one in told)


_PLAIN = "name country authority marks_online_sale complete page".split()


def _snapshot(one: Snapshot) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _PLAIN},
        "as_of": one.as_of.isoformat() if one.as_of else None,
        "period_days": one.period.days,
        "kind": one.kind.value,
        "schemes": list(one.schemes),
    }


def _to_snapshot(told: dict[str, Any]) -> Snapshot:
    return Snapshot(
        **{name: told[name] for name in _PLAIN},
        as_of=date.fromisoformat(told["as_of"]) if told["as_of"] else None,
        period=timedelta(days=told["period_days"]),
        kind=RegisterKind(told["kind"]),
        schemes=tuple(told["schemes"]),
    )

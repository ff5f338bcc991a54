"""Hold a package against itself: every byte of it has a hash or a fixed form, and what differs is named.

Works without network and without rules.  A package that somebody made anew as a whole agrees with itself; only the
signature of a key that one knows, or a timestamp under roots that one trusts, says more (docs/evidence.md).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pharmcheck.custody import Action, head, read_log, verdict_member
from pharmcheck.errors import EvidenceError
from pharmcheck.evidence import timestamps
from pharmcheck.evidence.container import Member
from pharmcheck.evidence.making import (
    CUSTODY,
    DATAPACKAGE,
    DIGEST,
    LOG,
    MANIFEST,
    SCHEMA,
    SIGNED_AS,
    TIMESTAMP,
    UNLISTED,
    canonical_json,
    datapackage,
)
from pharmcheck.evidence.opening import Package, open_package

_NEEDED = (MANIFEST, CUSTODY, DATAPACKAGE, DIGEST)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the person who verifies trusts, from another source than the package."""

    public_key: str | None = None  # of the operator, as `pharmcheck evidence key` shows it
    roots: tuple[x509.Certificate, ...] = ()  # of the timestamp authority


@dataclass(slots=True)
class Verified:
    """What came of it."""

    problems: list[str] = field(default_factory=list)  # what was altered, missing or added; empty when nothing was
    facts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.problems


def verify(path: Path, trust: Trust = Trust()) -> Verified:
    """Hold a package against itself.  Raises EvidenceError for a file that is none or may not be opened."""
    with open_package(path) as package:
        if MANIFEST not in package.members and DATAPACKAGE not in package.members:
            raise EvidenceError("The file is a zip file, but no evidence package.")
        return _Verifying(package, trust).run()


class _Verifying:
    def __init__(self, package: Package, trust: Trust) -> None:
        self._package, self._trust = package, trust
        self._sums = {name: package.digest(name) for name in package.members}
        self._found = Verified(list(package.strange))

    def run(self) -> Verified:
        found = self._found
        found.problems += [f"{name}: its bytes do not fit the container's checksum" for name in self._broken()]
        missing = [name for name in _NEEDED if name not in self._sums]
        found.problems += [f"{name}: missing" for name in missing]
        manifest, package, digest = (self._value(name) for name in (MANIFEST, DATAPACKAGE, DIGEST))
        found.problems += self._against(manifest, package, digest)
        if manifest is not None:
            found.facts += [
                ("made", f"{manifest.get('made_at')} by {manifest.get('operator') or 'an operator who gave no name'}"),
                ("with", str(manifest.get("software"))),
            ]
        if CUSTODY in self._sums:
            self._custody()
        for name in self._sums:
            if name.startswith("checks/") and name.endswith(f".{LOG}"):
                found.problems += [f"{name}: altered; {problem}" for problem in self._log_of(name)]
        self._signature(digest)
        found.problems[:] = dict.fromkeys(found.problems)
        return found

    def _broken(self) -> list[str]:
        return [name for name, digest in self._sums.items() if digest is None]

    def _value(self, name: str) -> dict[str, Any] | None:
        """A member of ours that is JSON; a problem when it is not written as we write."""
        if self._sums.get(name) is None:
            return None
        try:
            text = self._package.read(name)
            value = json.loads(text)
            if isinstance(value, dict) and canonical_json(value) == text:
                return value
        except (EvidenceError, ValueError, RecursionError):
            pass
        self._found.problems.append(f"{name}: altered; it is not written as we write it")
        return None

    def _against(
        self, manifest: dict[str, Any] | None, package: dict[str, Any] | None, digest: dict[str, Any] | None
    ) -> Iterator[str]:
        """Every member against the lists that name it, and the lists against each other."""
        if manifest is not None and manifest.get("schema") != SCHEMA:
            yield f"{MANIFEST}: altered; it is none of {SCHEMA}"
        listed = _hashes(manifest, "objects", "sha256")
        resources = {name: told.removeprefix("sha256:") for name, told in _hashes(package, "resources", "hash").items()}
        if (
            digest is not None
            and self._sums.get(DATAPACKAGE)
            and digest.get("hash") != f"sha256:{self._sums[DATAPACKAGE]}"
        ):
            yield f"{DATAPACKAGE}: altered; {DIGEST} has another hash of it"
        for name in sorted({*listed, *resources} - set(self._sums)):
            yield f"{name}: missing"
        for name, found in sorted(self._sums.items()):
            wanted = {told for told in (listed.get(name), resources.get(name)) if told}
            if found is not None and wanted and wanted != {found}:
                yield f"{name}: altered; it has another SHA-256 than listed"
            if manifest is not None and name not in listed and name not in UNLISTED:
                yield f"{name}: added; the manifest does not know it"
        if manifest is not None and package is not None and self._rebuilt(manifest) != canonical_json(package):
            yield f"{DATAPACKAGE}: altered; it does not list what the package holds"

    def _rebuilt(self, manifest: dict[str, Any]) -> bytes | None:
        """The list of members as it must be."""
        members = [
            Member(name, b"", info.file_size, info.CRC, self._sums[name] or "")
            for name, info in self._package.members.items()
            if name not in (DATAPACKAGE, DIGEST)
        ]
        try:
            return datapackage(members, manifest)
        except KeyError:
            return None

    def _custody(self) -> None:
        try:
            log = self._package.read(CUSTODY)
        except EvidenceError:
            return
        entries, problems = read_log(log)
        problems = [f"{CUSTODY}: altered; {problem}" for problem in problems]
        actions = [entry["action"] for entry in entries]
        if actions.count(Action.EXPORTED) != 1 or Action.EXPORTED not in actions[-2:]:
            problems.append(f"{CUSTODY}: altered; it does not end in one export")
        for entry in entries:
            name = entry["object"]
            if self._sums.get(name, "missing") not in (entry["sha256"], None):
                problems.append(f"{name}: altered or missing; entry {entry['number']} of the log has another SHA-256")
        self._found.problems += problems
        self._found.facts.append(("log of custody", f"{len(entries)} entries, the last with SHA-256 {head(log)}"))
        self._timestamp(log, actions)

    def _log_of(self, name: str) -> Iterator[str]:
        """What is wrong with the log that the store kept of one check."""
        check_id = name.removeprefix("checks/").removesuffix(f".{LOG}")
        try:
            entries, problems = read_log(self._package.read(name))
        except EvidenceError:
            return
        yield from problems
        judged = [entry["sha256"] for entry in entries if entry["action"] == Action.JUDGED]
        if judged[-1:] != [self._sums.get(verdict_member(check_id))]:
            yield "it does not tell of the verdict in the package"
        about = self._value(f"checks/{check_id}.check.json") or {}
        archived = {
            entry["sha256"] for entry in entries
            if entry["action"] == Action.CAPTURED and entry["object"] == about.get("archive")
        }  # fmt: skip
        if archived != {self._sums.get(str(about.get("archive")))}:
            yield "it does not tell of the archived bytes in the package"

    def _timestamp(self, log: bytes, actions: list[str]) -> None:
        if (Action.TIMESTAMPED in actions) != (TIMESTAMP in self._sums):
            self._found.problems.append(
                f"{TIMESTAMP}: the log of custody and the package do not agree that there is one"
            )
            return
        if TIMESTAMP not in self._sums:
            self._found.facts.append(("timestamp", "none: by itself the package does not show when it was made"))
            return
        before = head(b"".join(log.splitlines(keepends=True)[:-1])).encode("ascii")
        try:
            reply = self._package.read(TIMESTAMP)
            told = timestamps.read(reply, before)
            if self._trust.roots:
                timestamps.check(reply, before, list(self._trust.roots))
        except EvidenceError as error:
            self._found.problems.append(f"{TIMESTAMP}: {error}")
            return
        known = "by the authority that you named" if self._trust.roots else (
            "but whose it is was not checked: name the authority's root certificate with --authority"
        )  # fmt: skip
        self._found.facts.append(("timestamp", f"{told.at:%Y-%m-%d %H:%M:%S} UTC, {known}"))

    def _signature(self, digest: dict[str, Any] | None) -> None:
        signed = digest.get("pharmcheck") if digest else None
        expected = {"path", "hash", "pharmcheck"} if signed is not None else {"path", "hash"}
        if digest is not None and (set(digest) != expected or digest["path"] != DATAPACKAGE):
            self._found.problems.append(f"{DIGEST}: altered; it says something that we do not write")
        if signed is None:
            self._found.facts.append(("signature", "none: by itself the package does not show who made it"))
            if self._trust.public_key is not None:
                self._found.problems.append(f"{DIGEST}: it is not signed by the key that you named")
            return
        public = _signer(signed, self._sums.get(DATAPACKAGE) or "")
        if public is None:
            self._found.problems.append(f"{DIGEST}: the signature does not fit the package")
            return
        if self._trust.public_key not in (None, public):
            self._found.problems.append(f"{DIGEST}: it is signed by another key than the one that you named")
        known = "the key that you named" if self._trust.public_key else "a key that the package brings; ask whose"
        self._found.facts.append(("signature", f"by {public}, {known}"))


def _signer(signed: object, package_sha256: str) -> str | None:
    """The public key that signed the list of members; None when the signature does not fit."""
    if not isinstance(signed, dict) or set(signed) != {"algorithm", "public_key", "signature"}:
        return None
    public = str(signed["public_key"])
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(public))
        key.verify(_bytes(str(signed["signature"])), SIGNED_AS + package_sha256.encode("ascii"))
    except (InvalidSignature, ValueError):
        return None
    return public if signed["algorithm"] == "Ed25519" else None


def _hashes(value: dict[str, Any] | None, part: str, key: str) -> dict[str, str]:
    listed = value.get(part) if value else None
    if not isinstance(listed, list):
        return {}
    return {str(one.get("path")): str(one.get(key)) for one in listed if isinstance(one, dict)}


def _bytes(text: str) -> bytes:
    """Base64url without padding, in its one form."""
    found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(found).decode("ascii").rstrip("=") != text:
        raise ValueError(text)
    return found

"""`pharmcheck evidence`: pack checks with all that they rest on, and hold such packages against themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pharmcheck.evidence import Case, Verified
    from pharmcheck.settings import Settings
    from pharmcheck.store import Store

evidence = typer.Typer(help="Pack checks as evidence, and verify such packages.", no_args_is_help=True,
                       rich_markup_mode=None, add_completion=False)  # fmt: skip

ALTERED = 1
_CHECK_ID = re.compile(r"[0-9a-f]{32}")
_ARCHIVE = re.compile(r"(?!https?://).*\.warc\.gz", re.IGNORECASE | re.DOTALL)
_DATA_DIR = typer.Option(None, metavar="DIR", help="Where verdicts, captures and the key are kept.")
_KEY = typer.Option(None, metavar="FILE", help="The key to sign with; without it, the one in the data folder, if any.")


@evidence.command()
def export(
    targets: list[str] = typer.Argument(
        ..., metavar="TARGET...", help="Ids of checks or captures, sites (their last verdict), or archives (.warc.gz)."
    ),
    *,
    out: Path = typer.Option(..., metavar="FILE.wacz", help="The package to write."),
    destination: str | None = typer.Option(None, metavar="CC", help="The verdict about a site for this destination."),
    key: Path | None = _KEY,
    picture: bool = typer.Option(
        False, "--picture", help="Add how each site looks now; needs PHARMCHECK_CHROMIUM. No verdict rests on it."
    ),
    no_timestamp: bool = typer.Option(False, "--no-timestamp", help="Ask no authority, even when one is set."),
    resolve: list[str] = typer.Option([], metavar="HOST:PORT:ADDR[:PORT]", help="As for check; repeatable."),
    allow_network: list[str] = typer.Option(
        [], metavar="CIDR", help="Treat this network as public: for an authority of your own; repeatable."
    ),
    ca_file: Path | None = typer.Option(None, metavar="PEM", help="Trust these certificates too."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Write the archived bytes, the verdict and everything that it rests on as one package."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.evidence import container, make_package, note_export, size_of
    from pharmcheck.evidence.makers import maker_of, pictures_of
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    where = options.country(destination)
    if out.suffix.lower() != ".wacz":
        raise UsageError(f"--out {out}: the name must end in .wacz, so that other tools know what it is.")
    _check_writable(out)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    if picture and policy.chromium is None:
        raise UsageError("--picture needs a browser: set PHARMCHECK_CHROMIUM, see docs/rendering.md.")
    maker = maker_of(settings, policy, key=key, timestamp=not no_timestamp)
    with Store.open(settings) as store:
        cases = _cases(targets, store, settings, where, datetime.now(UTC))
        if picture:
            maker = replace(maker, pictures=pictures_of(cases, policy, lambda: datetime.now(UTC)))
        members = make_package(cases, maker, datetime.now(UTC))
        digest = _write(out, container(members))
        note_export(store, cases, members, datetime.now(UTC))
    for case in cases:
        if case.why_no_replay:
            say(f"{case.host}: {case.why_no_replay} The verdict is packed as it was given.")
        if picture and case.check_id not in maker.pictures:
            say(f"{case.host}: no picture could be taken.")
    checks = f"{len(cases)} check{'s' if len(cases) != 1 else ''}"
    marks = [word for word, is_there in (("signed", maker.key), ("timestamped", maker.authority)) if is_there]
    say(f"{out}: {checks}, {size_of(members):,} bytes, {' and '.join(marks) or 'neither signed nor timestamped'}.")
    say(f"SHA-256 {digest}. Keep it in another place: it is what shows later that the package is this one.")


@evidence.command()
def verify(
    packages: list[Path] = typer.Argument(..., metavar="FILE.wacz...", help="Packages to hold against themselves."),
    *,
    public_key: str | None = typer.Option(
        None, metavar="KEY", help="The operator's public key, as `evidence key` shows it; then no other will do."
    ),
    authority: Path | None = typer.Option(
        None, metavar="PEM", help="Root certificates of the timestamp authority that you trust."
    ),
    judge_again: bool = typer.Option(
        False, "--replay", help="Judge the archived bytes again, and compare with the verdict in the package."
    ),
    note: Path | None = typer.Option(
        None, "--note", metavar="DIR", help="Note in the logs of custody kept in this data folder what came of it."
    ),
) -> None:
    """Say what of a package was altered, is missing or was added.  Works without network.

    \b
    Exit code: 2 for a file that is no package or may not be opened, 1 when anything was altered, 0 when nothing was.
    """  # noqa: D301 - \b is typer's mark for a paragraph that keeps its lines
    from pharmcheck.cli.evidence_outcomes import note_outcome, replay
    from pharmcheck.evidence import Trust
    from pharmcheck.evidence import verify as hold
    from pharmcheck.evidence.timestamps import read_roots

    trust = Trust(public_key, tuple(read_roots(authority)) if authority else ())
    altered = False
    refused: UsageError | None = None
    for path in packages:
        try:
            found = hold(path, trust)
            if judge_again and found.intact:
                replay(path, found)
        except EvidenceError as error:
            refused = EvidenceError(f"{path}: {error}")
            _tell(str(refused))
            continue
        _report(path, found)
        if note is not None:
            note_outcome(path, found, note, replayed=judge_again)
        altered = altered or not found.intact
    if refused is not None:
        raise typer.Exit(2)
    raise typer.Exit(ALTERED if altered else 0)


@evidence.command()
def report(
    target: str = typer.Argument(..., metavar="TARGET", help="Id of a check or capture, or a site (its last verdict)."),
    *,
    out: Path = typer.Option(..., metavar="FILE.{pdf,stix.json}", help="The report to write."),
    destination: str | None = typer.Option(None, metavar="CC", help="The verdict about a site for this destination."),
    data_dir: Path | None = _DATA_DIR,
) -> None:
    """Write one verdict for a file or a court (PDF), or for exchange (STIX 2.1)."""
    import json
    from datetime import UTC, datetime

    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.exports import Source, verdict_bytes
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    where = options.country(destination)
    form = next((form for form in ("pdf", "stix.json") if out.name.lower().endswith(f".{form}")), None)
    if form is None:
        raise UsageError(f"--out {out}: the name must end in .pdf or .stix.json.")
    _check_writable(out)
    with Store.open(settings) as store:
        check = store.get_check(_chosen(target, store, where))
        if check is None or check.verdict is None:
            raise UsageError(f"There is no verdict of a check {target}.")
        document = json.loads(check.verdict.document)
    _write(out, verdict_bytes(document, form, Source(settings.operator, settings.tlp), datetime.now(UTC)))
    say(f"The report is in {out}.")


@evidence.command("key")
def make(key: Path | None = _KEY, data_dir: Path | None = _DATA_DIR) -> None:
    """Make the key that packages are signed with when there is none, and show its public half."""
    from pharmcheck.classlists.signing import load_key, make_key, public_text
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say, write_line
    from pharmcheck.evidence.makers import KEY_FILE

    place = key or options.settings_for(data_dir).data_dir / KEY_FILE
    made = not place.exists()
    write_line(public_text(make_key(place) if made else load_key(place)))
    if made:
        say(f"Made {place}. Publish the line above where those who verify will look; nobody else may have the file.")


def _cases(targets: Sequence[str], store: Store, settings: Settings, where: str | None, now: datetime) -> list[Case]:
    from pharmcheck.evidence import case_of_check, cases_of_archive
    from pharmcheck.ruleset import load_ruleset

    archives = [target for target in targets if _ARCHIVE.fullmatch(target)]
    chosen = [_chosen(target, store, where) for target in targets if target not in archives]
    for archive in archives:
        if not Path(archive).is_file():
            raise UsageError(f"{archive}: there is no such file.")
    ruleset = load_ruleset()
    cases = [case_of_check(check_id, store, settings.data_dir, ruleset) for check_id in chosen]
    for archive in archives:
        cases += cases_of_archive(Path(archive), ruleset, store.registers(), store.loaded_registers(), now)
    return list({case.check_id: case for case in cases}.values())


def _chosen(target: str, store: Store, where: str | None) -> str:
    """The check that somebody means.  Raises UsageError."""
    return _check_of(target, store) if _CHECK_ID.fullmatch(target) else _last_of(target, store, where)


def _last_of(site: str, store: Store, where: str | None) -> str:
    """The check that answers for a site.  Raises UsageError."""
    from pharmcheck.address import parse_address

    address = parse_address(site)
    verdict = store.latest(address.registrable_domain, address.host, where)
    if verdict is None:
        host = address.display_host
        raise UsageError(f"There is no verdict about {host} yet; `pharmcheck check` makes one.")
    return verdict.check_id


def _check_of(identifier: str, store: Store) -> str:
    """The check with an id; for the id of a capture, which verdicts name, the last check of it.  Raises UsageError."""
    if store.get_check(identifier) is not None:
        return identifier
    found = [verdict.check_id for verdict in store.verdicts(identifier)]
    if not found:
        raise UsageError(f"There is no check {identifier}, or it was deleted.")
    return found[-1]


def _report(path: Path, found: Verified) -> None:
    _tell(f"{path}: " + ("nothing was altered." if found.intact else "ALTERED."))
    for problem in found.problems:
        _tell(f"  {problem}")
    for name, told in found.facts:
        _tell(f"  {name}: {told}")


def _tell(line: str) -> None:
    from pharmcheck.cli.screen import plain, write_line

    write_line(("  " if line.startswith("  ") else "") + plain(line.lstrip(" ")))


def _check_writable(file: Path) -> None:
    """Find out before the work, not after it."""
    import os

    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK) or file.is_dir():
        raise UsageError(f"--out {file}: the file cannot be written there.")


def _write(file: Path, pieces: Iterator[bytes]) -> str:
    """Write a file, which appears whole or not at all; returns its SHA-256."""
    import hashlib
    import os
    import tempfile

    from pharmcheck.errors import PharmcheckError

    digest = hashlib.sha256()
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as part:
                for piece in pieces:
                    digest.update(piece)
                    part.write(piece)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PharmcheckError(f"The file {file} cannot be written: {error.strerror or error}.") from error
    return digest.hexdigest()

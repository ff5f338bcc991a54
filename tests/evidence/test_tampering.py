"""Whatever somebody changes in a package is found, and named."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pharmcheck.classlists.signing import public_text
from pharmcheck.custody import Action, Step, to_step, verdict_member, write_log
from pharmcheck.errors import EvidenceError
from pharmcheck.evidence import Maker, Trust, container, verify
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.container import member, ordered
from pharmcheck.evidence.making import make_package
from pharmcheck.evidence.opening import open_package
from tests.sites import WHEN

Pack = Callable[..., Path]
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SIGNED = Maker("Office for made-up shops", KEY)


NOBODY = Trust()


def found(file: Path, data: bytes, trust: Trust = NOBODY) -> list[str]:
    """What verifying changed bytes finds; a refusal is a finding too."""
    file.write_bytes(data)
    try:
        return verify(file, trust).problems
    except EvidenceError as error:
        return [str(error)]


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


def packed_anew(members: dict[str, bytes]) -> bytes:
    """The same form around other members: what somebody does who knows it as well as we."""
    return b"".join(container(ordered([member(name, data) for name, data in members.items()])))


def test_the_same_check_at_the_same_moment_makes_the_same_bytes(pack: Pack) -> None:
    """A package is a function of what it holds, and agrees with itself."""
    first, second = pack(name="one.wacz"), pack(name="two.wacz")

    assert first.read_bytes() == second.read_bytes()
    assert verify(first).problems == []
    assert packed_anew(members_of(first.read_bytes())) == first.read_bytes()


def test_every_single_byte_of_a_container_counts(tmp_path: Path) -> None:
    """Names, sizes, dates, flags, offsets, counts, contents: no byte is free, in no region."""
    file = tmp_path / "small.wacz"
    data = b"".join(container(ordered([member("a.json", b"{}"), member("evidence/b", b"other")])))

    assert _is_found(file, data) is False
    changes = [(place, bits) for place in range(len(data)) for bits in (0x01, 0x80)]
    assert [change for change in changes if not _is_found(file, flipped(data, *change))] == []


def _is_found(file: Path, data: bytes) -> bool:
    """Whether the container alone shows it, without any list of what it should hold."""
    file.write_bytes(data)
    try:
        with open_package(file) as package:
            return bool(package.strange) or None in map(package.digest, package.members)
    except EvidenceError:
        return True


def test_changed_bytes_anywhere_in_a_package_are_found(pack: Pack) -> None:
    """A sample of places over the whole file, the same every time."""
    file = pack(SIGNED)
    data = file.read_bytes()
    chance = random.Random(10)  # noqa: S311 - no secret
    places = chance.sample(range(len(data)), 200)

    assert [place for place in places if not found(file, flipped(data, place, chance.randrange(1, 256)))] == []


def test_changed_bytes_within_every_member_are_found_and_named(pack: Pack) -> None:
    """First byte, last byte and a few between of each file: the message says which file it was."""
    file = pack(SIGNED)
    data = file.read_bytes()
    chance = random.Random(11)  # noqa: S311 - the same places every time
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        infos = opened.infolist()

    for info in infos:
        begin = info.header_offset + 30 + len(info.filename)
        places = {begin, begin + info.file_size - 1, *(begin + chance.randrange(info.file_size) for _ in range(6))}
        for place in places:
            problems = found(file, flipped(data, place, chance.randrange(1, 256)))
            assert any(problem.startswith(f"{info.filename}: ") for problem in problems), (info.filename, place)


def flipped(data: bytes, place: int, bits: int) -> bytes:
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\0",
        lambda data: b"\0" + data,
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-2] + b"\x05\x00hello",
        lambda data: data + data,
        lambda data: b"",
    ],
    ids=["a byte behind", "a byte before", "a byte less", "half", "a comment", "twice", "nothing"],
)
def test_bytes_around_a_package_are_found(pack: Pack, change: Callable[[bytes], bytes]) -> None:
    """Nothing may stand before or behind it, nor be cut off."""
    file = pack()

    assert found(file, change(file.read_bytes()))


def test_what_was_altered_missing_or_added_is_named(pack: Pack) -> None:
    """Exactly the files that somebody touched, by somebody who keeps to the form of the container."""
    file = pack(SIGNED)
    whole = members_of(file.read_bytes())
    verdict = next(name for name in whole if name.endswith(".verdict.json"))

    altered = found(file, packed_anew({**whole, verdict: whole[verdict].replace(b"danger", b"verified")}))
    missing = found(file, packed_anew({name: data for name, data in whole.items() if name != "indexes/index.cdxj"}))
    added = found(file, packed_anew({**whole, "checks/more.json": b"{}"}))

    assert {problem.partition(":")[0] for problem in altered} == {verdict, "datapackage.json"}
    assert f"{verdict}: altered; it has another SHA-256 than listed" in altered
    assert "indexes/index.cdxj: missing" in missing
    assert not any("altered; it has" in problem for problem in missing)
    assert "checks/more.json: added; the manifest does not know it" in added


def test_a_list_written_to_fit_an_altered_file_does_not_help(pack: Pack) -> None:
    """Whoever alters a file and the list of files still has the manifest and the log against them."""
    file = pack()
    whole = members_of(file.read_bytes())
    log = whole["evidence/custody.jsonl"].splitlines(keepends=True)

    shorter = found(file, packed_anew({**whole, "evidence/custody.jsonl": b"".join(log[1:])}))
    other = found(
        file, packed_anew({**whole, "evidence/custody.jsonl": log[0].replace(b"2 pages", b"9 pages") + log[1] + log[2]})
    )

    assert any("entry 1 of the log of custody does not follow" in problem for problem in shorter)
    assert any("entry 2 of the log of custody does not follow" in problem for problem in other)


def test_a_package_that_another_program_packed_anew_is_told_so(pack: Pack) -> None:
    """Its files are whole, but its bytes are not the ones that were handed over."""
    file = pack()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other:
        for name, data in members_of(file.read_bytes()).items():
            other.writestr(name, data)

    problems = found(file, out.getvalue())

    assert problems
    assert all("packed anew" in problem for problem in problems)


def test_a_package_made_anew_as_a_whole_is_only_found_by_its_signature(cases: list[Case], tmp_path: Path) -> None:
    """What hashes alone cannot show: whoever makes everything anew makes the hashes anew as well."""
    file = tmp_path / "anew.wacz"
    ours = Trust(public_text(KEY))
    anew = Maker("Office for made-up shops", Ed25519PrivateKey.from_private_bytes(b"x" * 32))

    def packed(maker: Maker) -> bytes:
        return b"".join(container(make_package(cases, maker, WHEN)))

    assert found(file, packed(anew)) == []
    assert found(file, packed(SIGNED), ours) == []
    assert found(file, packed(anew), ours) == [
        "datapackage-digest.json: it is signed by another key than the one that you named"
    ]
    assert found(file, packed(Maker("Office for made-up shops")), ours) == [
        "datapackage-digest.json: it is not signed by the key that you named"
    ]


def test_a_signature_does_not_pass_to_another_package(pack: Pack) -> None:
    """The signature is about this list of files and no other."""
    file = pack(SIGNED)
    whole = members_of(file.read_bytes())
    signed = json.loads(whole["datapackage-digest.json"])
    unsigned = members_of(pack(name="other.wacz", now=WHEN.replace(hour=13)).read_bytes())
    digest = {**json.loads(unsigned["datapackage-digest.json"]), "pharmcheck": signed["pharmcheck"]}
    text = json.dumps(digest, sort_keys=True, indent=1).encode() + b"\n"

    assert found(file, packed_anew({**unsigned, "datapackage-digest.json": text})) == [
        "datapackage-digest.json: the signature does not fit the package"
    ]


@pytest.fixture
def logged(cases: list[Case], tmp_path: Path) -> dict[str, bytes]:
    """The members of a package of a check that the store kept a log of; one that agrees with itself."""
    (case,) = cases
    steps = [
        Step(WHEN, Action.CAPTURED, "Office", "the answers", f"archive/{case.archive_name}", case.archive_sha256),
        Step(WHEN, Action.JUDGED, "Office", "the verdict", verdict_member(case.check_id),
             hashlib.sha256(case.document.encode()).hexdigest()),
        Step(WHEN, Action.REVIEWED, "ada, reviewer", "confirm", "reason 1", "0" * 64),
        Step(WHEN, Action.EXPORTED, "Office", "a package", "datapackage.json", "1" * 64),
    ]  # fmt: skip
    data = b"".join(container(make_package([replace(case, log=write_log(steps))], SIGNED, WHEN)))
    assert found(tmp_path / "logged.wacz", data) == []
    return members_of(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log[:-1],
        lambda log: log[1:],
        lambda log: [*log[:2], *log[3:]],
        lambda log: [log[0], log[2], log[1], log[3]],
        lambda log: [*log[:2], log[2].replace(b"ada", b"eve"), log[3]],
        lambda log: [*log, log[-1]],
        lambda log: write_log(map(to_step, map(json.loads, [*log[:2], *log[3:]]))).splitlines(keepends=True),
    ],
    ids=["end cut", "beginning cut", "one taken out", "reordered", "altered", "one more", "written anew without one"],
)
def test_a_log_of_custody_that_somebody_changed_is_named(
    logged: dict[str, bytes], tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    """Whoever has it was: the package's own log holds the hash of the whole of it."""
    name = next(name for name in logged if name.endswith(".custody.jsonl"))
    log = b"".join(change(logged[name].splitlines(keepends=True)))

    problems = found(tmp_path / "changed.wacz", packed_anew({**logged, name: log}))

    assert any(problem.startswith(f"{name}: altered") and "entry" in problem for problem in problems)


def test_a_log_of_custody_about_something_else_is_named(cases: list[Case], tmp_path: Path) -> None:
    """A whole chain that tells of other bytes or of another verdict proves nothing about these."""
    (case,) = cases
    steps = [
        Step(WHEN, Action.CAPTURED, "Office", "the answers", f"archive/{case.archive_name}", "2" * 64),
        Step(WHEN, Action.JUDGED, "Office", "the verdict", verdict_member(case.check_id), "3" * 64),
    ]
    data = b"".join(container(make_package([replace(case, log=write_log(steps))], SIGNED, WHEN)))

    problems = found(tmp_path / "other.wacz", data)

    assert [problem.partition("it does not tell of ")[2] for problem in problems] == [
        "the verdict in the package", "the archived bytes in the package",
    ]  # fmt: skip

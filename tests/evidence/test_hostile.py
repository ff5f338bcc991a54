"""Packages made to hurt whoever opens them end in a sentence."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pharmcheck.errors import ArchiveError, EvidenceError
from pharmcheck.evidence import is_ours, read_captures, read_package, verify
from tests.evidence.test_tampering import members_of, packed_anew

Make = Callable[[zipfile.ZipFile], None]


def zipped(make: Make) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("datapackage.json", "{}")
        make(opened)
    return out.getvalue()


def two_of_one_name(opened: zipfile.ZipFile) -> None:
    opened.writestr("archive/one.warc.gz", "a")
    opened.fp.flush()
    info = zipfile.ZipInfo("archive/one.warc.gz")
    opened.filelist.append(info)  # without the warning of `writestr`
    opened.filelist.remove(info)
    opened.NameToInfo.pop("archive/one.warc.gz")
    opened.writestr("archive/one.warc.gz", "b")


def lying(data: bytes) -> bytes:
    """Every entry of the directory says that it is 4 GB less a byte."""
    place = data.index(b"PK\x01\x02")
    return data[: place + 20] + struct.pack("<II", 0xFFFF_FFFE, 0xFFFF_FFFE) + data[place + 28 :]


CASES = {
    "a bomb": (zipped(lambda z: z.writestr("archive/a.warc.gz", b"\0" * (64 << 20))), "unpacks to far more"),
    "many bombs": (
        zipped(lambda z: [z.writestr(f"archive/{n}.warc.gz", b"\0" * (4 << 20)) for n in range(40)]),
        "unpacks to far more",
    ),
    "a way out": (zipped(lambda z: z.writestr("../../etc/cron.d/x", b"x")), "leads out of it"),
    "a way to the root": (zipped(lambda z: z.writestr("/etc/passwd", b"x")), "leads out of it"),
    "a way out of Windows": (zipped(lambda z: z.writestr("archive\\..\\..\\x", b"x")), "leads out of it"),
    "too many": (zipped(lambda z: [z.writestr(f"checks/{n}", b"") for n in range(4_001)]), "holds more than 4,000"),
    "one name twice": (zipped(two_of_one_name), "two files of one name"),
    "a lie about sizes": (lying(zipped(lambda z: None)), "unpacks to more|far more"),
    "no package": (b"PK\x03\x04 but then nothing that a zip file has", "no package"),
    "another zip file": (zipped(lambda z: None).replace(b"package.json", b"package_json"), "no evidence package"),
    "a count that is a lie": (b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + b"\0" * 10, "more than 4,000"),
    "a directory beyond the end": (
        b"PK\x05\x06" + b"\0" * 4 + b"\1\0\1\0" + b"\xff\0\0\0" + b"\xff\xff\0\0\0\0", "broken",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), CASES.values(), ids=CASES.keys())
def test_a_package_made_to_hurt_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    """A sentence says why, and memory stays small whatever the package says of itself."""
    file = tmp_path / "hostile.wacz"
    file.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(EvidenceError, match=sentence):
            verify(file)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 16 << 20


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    """Like everything that cannot be read."""
    for path in (tmp_path, tmp_path / "none.wacz"):
        with pytest.raises(EvidenceError, match="cannot be read"):
            verify(path)


def test_broken_documents_of_a_package_are_problems_and_no_crash(pack: Callable[..., Path]) -> None:
    """Whatever stands where JSON should: other types, endless nesting, no text at all."""
    file = pack()
    whole = members_of(file.read_bytes())
    for name in ("evidence/manifest.json", "datapackage.json", "datapackage-digest.json", "evidence/custody.jsonl"):
        for text in (
            b"[]",
            b"{}\n",
            b"null",
            b"[" * 100_000,
            b"\xff\xfe",
            b'{"objects": 3, "resources": [3], "hash": []}\n',
        ):
            file.write_bytes(packed_anew({**whole, name: text}))
            assert verify(file).problems, (name, text[:40])


def test_what_cannot_be_judged_again_is_said(pack: Callable[..., Path], tmp_path: Path) -> None:
    """A package whose parts do not belong together, and one without any archive."""
    file = pack()
    whole = members_of(file.read_bytes())
    check = next(name for name in whole if name.endswith(".check.json"))
    for text in (b"{}", b"[" * 100_000, whole[check].replace(b'"capture_id": "', b'"capture_id": "0')):
        file.write_bytes(packed_anew({**whole, check: text}))
        with pytest.raises(EvidenceError, match="cannot be read"):
            read_package(file)

    file.write_bytes(zipped(lambda z: z.writestr("pages/pages.jsonl", "{}")))
    assert not is_ours(file)
    with pytest.raises(ArchiveError, match="no web archive"):
        read_captures(file)

"""Packages of small made-up shops, and a timestamp authority of our own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pharmcheck.capture import write_warc
from pharmcheck.evidence import Maker, cases_of_archive, container, make_package
from pharmcheck.evidence.cases import Case
from pharmcheck.registers import EMPTY_REGISTERS
from pharmcheck.ruleset import Ruleset, load_ruleset
from tests.missing import missing
from tests.sites import WHEN, site

MAKER = Maker("Office for made-up shops")
ROGUE = {
    "home": "# Sildenafil 100 mg\n$2.50\n! Add to cart",
    "faq": "# Questions\nNo prescription required for any order.",
}
_AUTHORITY = """
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=Root of the tests" -days 3650 \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj "/CN=Authority of the tests"
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650 -extfile extensions
"""
_EXTENSIONS = """basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""
_CONFIGURATION = """[tsa]
default_tsa = t
[t]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset()


@pytest.fixture
def cases(tmp_path: Path, ruleset: Ruleset) -> list[Case]:
    """One rogue shop, judged as it was handed in."""
    archive = tmp_path / "handed-in.warc.gz"
    write_warc([site("pills.example.com", **ROGUE)], archive)
    return cases_of_archive(archive, ruleset, EMPTY_REGISTERS, (), WHEN)


@pytest.fixture
def pack(tmp_path: Path, cases: list[Case]) -> Callable[..., Path]:
    """Packs it."""

    def write(maker: Maker = MAKER, now: datetime = WHEN, name: str = "package.wacz") -> Path:
        file = tmp_path / name
        file.write_bytes(b"".join(container(make_package(cases, maker, now))))
        return file

    return write


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Callable[[bytes], bytes], Path]:
    """A timestamp authority made with openssl, and its root certificate."""
    openssl = shutil.which("openssl") or missing("NO OPENSSL: timestamps are not tested.  Install the package openssl.")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "extensions").write_text(_EXTENSIONS)
    (folder / "tsa.cnf").write_text(_CONFIGURATION)
    (folder / "serial").write_text("01")
    subprocess.run(["sh", "-e", "-c", _AUTHORITY], cwd=folder, check=True, capture_output=True)  # noqa: S607

    def answer(query: bytes) -> bytes:
        (folder / "query").write_bytes(query)
        command = [openssl, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query"]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout

    return answer, folder / "ca.pem"

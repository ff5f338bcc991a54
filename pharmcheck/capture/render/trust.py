"""A home folder for the browser in which it trusts one more root certificate: for staging and tests.

Chromium on Linux asks the NSS database of its user.  Written through libnss3, which Chromium itself needs, so there
is nothing more to install; run as a program of its own, because NSS can be opened once per process.  Names, dates
and chains are checked as ever: there is no switch here, or anywhere, that makes a bad certificate good.
"""

from __future__ import annotations

import asyncio
import ctypes
import ssl
import sys
from pathlib import Path

_DATABASE = Path(".pki/nssdb")  # below the home folder; the older of Chromium's two places, which every version reads
_MOST_S = 10.0


class _Trust(ctypes.Structure):
    """CERTCertTrust: flags for TLS, e-mail and code."""

    _fields_ = (("tls", ctypes.c_uint), ("mail", ctypes.c_uint), ("code", ctypes.c_uint))


async def trust(home: Path, ca_file: str) -> bool:
    """Make a browser that lives in `home` trust the roots of `ca_file` (PEM).  False when this machine cannot."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-I", __file__, str(home / _DATABASE), ca_file, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(_MOST_S):
            return await program.wait() == 0
    except TimeoutError:
        return False
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


def _write(database: Path, ca_file: Path) -> None:
    """Create `database` with the certificates of `ca_file` as trusted roots.  Raises OSError."""
    database.mkdir(parents=True)
    nss, smime = ctypes.CDLL("libnss3.so"), ctypes.CDLL("libsmime3.so")
    nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
    nss.CERT_GetDefaultCertDB.restype = ctypes.c_void_p
    smime.CERT_DecodeCertFromPackage.restype = ctypes.c_void_p
    trusted = _Trust()
    _must(nss.NSS_InitReadWrite(f"sql:{database}".encode()))
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _must(nss.PK11_InitPin(slot, None, b""))
    _must(nss.CERT_DecodeTrustString(ctypes.byref(trusted), b"C,,"))  # certutil's words for a root of web sites
    for number, pem in enumerate(_certificates(ca_file.read_text("ascii"))):
        der = ssl.PEM_cert_to_DER_cert(pem)
        certificate = ctypes.c_void_p(smime.CERT_DecodeCertFromPackage(der, len(der)))
        _must(int(certificate.value is None))
        _must(nss.PK11_ImportCert(slot, certificate, ctypes.c_ulong(0), f"root {number}".encode(), 0))
        store = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
        _must(nss.CERT_ChangeCertTrust(store, certificate, ctypes.byref(trusted)))


def _certificates(pem: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    return [part[part.index("-----BEGIN") :] + end for part in pem.split(end) if "-----BEGIN" in part]


def _must(code: int) -> None:
    if code != 0:
        raise OSError("NSS refused")


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]))

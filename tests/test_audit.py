"""The audit of dependencies against a database of our own on loopback, and the list of what an installation holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.missing import missing
from tests.yardstick import PATIENCE_S, ROOT

HOLE = {"id": "TEST-2026-1", "aliases": ["CVE-2026-0001"], "modified": "2026-01-01T00:00:00Z", "summary": "a hole"}
HOLE["affected"] = [
    {
        "package": {"name": "jinja2", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
    }
]
Audit = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def uv() -> str:
    """The uv that `make` installed."""
    found = sorted(ROOT.glob(".tools/uv-*/bin/uv"))
    return str(found[-1]) if found else missing("NO UV: the audit of dependencies is not tested.  Run make setup.")


@pytest.fixture
def audit(uv: str, tmp_path: Path) -> Iterator[Audit]:
    """Runs the audit; the database knows of one hole, or answers with these words."""
    servers: list[ThreadingHTTPServer] = []

    def run(
        exceptions: str = "", words: bytes | None = None, *, away: bool = False
    ) -> subprocess.CompletedProcess[str]:
        class Database(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
                hit = {"vulns": [{"id": HOLE["id"], "modified": HOLE["modified"]}]}
                self._say({"results": [hit if one["package"]["name"] == "jinja2" else {} for one in asked]})

            def do_GET(self) -> None:
                self._say(HOLE)

            def _say(self, document: Any) -> None:
                body = json.dumps(document).encode() if words is None else words
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
        servers.append(server)
        url = f"http://127.0.0.1:{server.server_port}/"
        if away:
            server.server_close()
        else:
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        listed = tmp_path / "exceptions.txt"
        listed.write_text(exceptions)
        # Whatever else uv might want to ask leads nowhere.
        environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1", "UV_NO_CACHE": "1"}
        return subprocess.run(
            [sys.executable, ".ci/audit.py", uv, "--service-url", url, "--exceptions", str(listed)],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip

    yield run
    for server in servers:
        if server.socket.fileno() >= 0:
            server.shutdown()
            server.server_close()


@pytest.mark.parametrize(
    ("exceptions", "code", "says"),
    [
        ("", 1, "TEST-2026-1, a hole (fixed in: 99)"),
        ("# a remark\nTEST-2026-1 9999-12-31 it is made up\n", 0, "0 known vulnerabilities, 1 excused"),
        ("CVE-2026-0001 9999-12-31 by its other name\n", 0, "1 excused"),
        ("TEST-2026-1 2020-01-01 long ago\n", 1, "1 known vulnerabilities, 0 excused"),
        ("TEST-2026-2 9999-12-31 another one\n", 1, "1 known vulnerabilities"),
    ],
)
def test_a_known_vulnerability_fails_unless_somebody_wrote_why_not(
    audit: Audit, exceptions: str, code: int, says: str
) -> None:
    """By any of its names, until the day that was written."""
    done = audit(exceptions)

    assert (done.returncode, done.stderr) == (code, "")
    assert says in done.stdout


@pytest.mark.parametrize("how", [{"away": True}, {"words": b"<html>"}, {"words": b"{}"}])
def test_a_database_that_cannot_be_asked_is_said_aloud_and_fails_nothing(audit: Audit, how: dict[str, Any]) -> None:
    """The network is nobody's change."""
    done = audit(**how)

    assert done.returncode == 0
    assert done.stdout.startswith("AUDIT NOT DONE: ")


def test_the_list_of_parts_holds_what_an_installation_holds(uv: str, tmp_path: Path) -> None:
    """CycloneDX from the lock file alone, offline: what `pharmcheck` and its extras need, and no tool of ours."""
    out = tmp_path / "sbom.json"
    words = (
        "export --offline --frozen --quiet --no-dev --all-extras --format cyclonedx1.5 --preview-features sbom-export"
    )
    subprocess.run([uv, *words.split(), "--output-file", str(out)], cwd=ROOT, check=True, capture_output=True)
    document = json.loads(out.read_text())
    parts = {part["name"]: part["version"] for part in document["components"]}
    locked = {one["name"]: one.get("version") for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}

    assert (document["bomFormat"], document["metadata"]["component"]["name"]) == ("CycloneDX", "pharmcheck")
    assert {"httpx", "fastapi", "celery", "psycopg", "playwright"} <= parts.keys()
    assert {"pytest", "ruff", "atheris"}.isdisjoint(parts)
    assert parts.items() <= locked.items()
    assert words.replace("--offline ", "").split() == _make_words()


def _make_words() -> list[str]:
    """What `make audit` says to uv."""
    recipe = (ROOT / "Makefile").read_text().partition("\naudit:")[2].partition("\n\n")[0].replace("\\\n", " ")
    return recipe.partition("$(UV) ")[2].partition("--output-file")[0].split()

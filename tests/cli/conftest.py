"""The command line against the sample high street: real server, real fetcher, real rules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pharmcheck.cli.app import app
from pharmcheck.demo import Street, start_street

DANGER, UNVERIFIED, WALL, TARPIT = (
    "pillswift.example",
    "elmstreetrx.example",
    "wallgate-pharmacy.example",
    "tarpit-meds.example",
)

ROGUE = """<!doctype html><html lang="en"><head><title>{name}: tablets online</title></head><body>
<h1>{name}</h1><p>We sell Viagra and Xanax. No prescription required, worldwide delivery. {extra}</p>
<div class="product"><h2>Viagra 100 mg</h2><span class="price">$49.00</span>
<button type="submit">Add to cart</button></div></body></html>"""

Run = Callable[..., Result]
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    """Four shops of the street: one that convicts itself, an ordinary one, a wall and a tarpit."""
    with start_street([DANGER, UNVERIFIED, WALL, TARPIT]) as opened:
        yield opened


@pytest.fixture
def way(street: Street) -> list[str]:
    """The options that lead to the street."""
    mapped = [f"{host}:{port}:{to}:{to_port}" for (host, port), (to, to_port) in street.places.items()]
    options = [part for text in mapped for part in ("--resolve", text)]
    return [*options, "--allow-network", "127.0.0.0/8", "--ca-file", str(street.ca_pem)]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of one's own, named by the environment as a user would."""
    folder = tmp_path / "data"
    monkeypatch.setenv("PHARMCHECK_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def run(data_dir: Path) -> Run:
    """Runs a command in this process."""

    def run_it(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(part) for part in arguments], input=stdin)

    return run_it


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command decides how its process logs; run in ours, it must not decide for the tests that follow."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Starts the installed program as a process of its own; the end of the test ends it."""
    program = Path(sys.executable).parent / "pharmcheck"
    started: list[subprocess.Popen[bytes]] = []
    # Whatever a shell starts in the background ignores Ctrl-C, and so would its children: the tests among them.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def start_it(*arguments: str | Path, **how: object) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PHARMCHECK_DATA_DIR": str(data_dir), **how.pop("env", {})}  # type: ignore[dict-item]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | how
        process = subprocess.Popen([program, *map(str, arguments)], env=environment, **pipes)  # type: ignore[call-overload]
        started.append(process)
        return process

    yield start_it
    signal.signal(signal.SIGINT, before)
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[..., Path]:
    """Writes a web archive as somebody else's tool would, one rogue home page for each host."""

    def make(*hosts: str, name: str = "shops.warc.gz", extra: str = "", date: str = "2026-11-20T12:00:00Z") -> Path:
        file = tmp_path / name
        with file.open("wb") as stream:
            writer = WARCWriter(stream, gzip=True)
            for host in hosts:
                page = ROGUE.format(name=host, extra=extra).encode()
                headers = StatusAndHeaders(
                    "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
                )
                record = writer.create_warc_record(
                    f"https://{host}/",
                    "response",
                    payload=BytesIO(page),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": date},
                )
                writer.write_record(record)
                record.raw_stream.close()
        return file

    return make

"""One door: which files may touch the network, and that nothing else does, in the text and at run time."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pharmcheck"

# Modules whose import alone is a way to the network.
MODULES = {
    "aiohttp", "anyio", "ftplib", "http.client", "http.server", "httpcore", "httpx", "imaplib", "lxml", "nntplib",
    "playwright", "poplib", "requests", "smtplib", "socket", "socketserver", "telnetlib", "tldextract", "trio",
    "urllib.request", "urllib.robotparser", "urllib3", "uvicorn", "websockets", "xmlrpc",
}  # fmt: skip
# Calls, whatever they are called on: on a socket, an event loop, a backend, a parser.
GOES_OUT = {
    "connect_ex", "connect_tcp", "connect_unix_socket", "create_connection", "create_datagram_endpoint",
    "create_unix_connection", "getaddrinfo", "gethostbyname", "open_connection", "open_unix_connection",
    "sock_connect", "urlopen", "urlretrieve",
}  # fmt: skip
LISTENS = {"create_server", "create_unix_server", "start_server", "start_unix_server"}
CALLS = GOES_OUT | LISTENS | {"__import__", "import_module"}  # the last two hide what is imported

# Who may, what, and why.  Everything under "goes out" but the guard itself reaches the network through the guard.
GUARDED = "speaks through GuardedBackend, which dials judged addresses only"
PROXIED = "drives a browser that knows no way out but our proxy"
ALLOWED: dict[str, dict[str, str]] = {
    "api/connections.py": {"uvicorn": "is what it makes of each connection that came in"},
    "address/hosts.py": {"tldextract": "reads a list from disk; it is told of no address to fetch one from"},
    "capture/guard.py": {
        "socket": "names the kind of address to look up",
        "httpcore": "its network is what the guard stands in front of",
        "getaddrinfo": "the one look-up",
        "connect_tcp": "the one way out",
    },
    "capture/handshake.py": {"httpcore": "tells a time-out of the handshake from its failure; sends nothing"},
    "capture/tls.py": {"httpcore": GUARDED, "connect_tcp": GUARDED},
    "capture/wire.py": {"httpx": GUARDED, "httpcore": GUARDED},
    "capture/render/browser.py": {"playwright": PROXIED},
    "capture/render/head.py": {"httpcore": GUARDED},
    "capture/render/load.py": {"playwright": PROXIED},
    "capture/render/proxy.py": {
        "start_server": "listens on loopback for the browser of a rendered look",
        "connect_tcp": GUARDED,
        "httpcore": GUARDED,
        "anyio": "names its errors",
    },
    "capture/render/running.py": {"playwright": PROXIED},
    "cli/serve.py": {"socket": "opens the address that the service listens on", "uvicorn": "answers there"},
    "demo/server.py": {"start_server": "serves the sample shops on loopback"},
    "reading/checksums.py": {"import_module": "picks a check-digit module of python-stdnum by country"},
}


def uses(path: Path) -> Iterator[tuple[int, str]]:
    """Every way to the network that a file takes: (line, name)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imported = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            yield from [(node.lineno, name)] if name in CALLS else []
            continue
        else:
            continue
        for name in imported:
            yield from ((node.lineno, known) for known in MODULES if f"{name}.".startswith(f"{known}."))
            yield from [(node.lineno, last)] if (last := name.rpartition(".")[2]) in CALLS else []


def strangers(path: Path, known: dict[str, str]) -> list[str]:
    return [f"{path.name}:{line}: {name}" for line, name in sorted(set(uses(path))) if name not in known]


def test_no_file_reaches_the_network_that_is_not_on_the_list() -> None:
    """Going out and listening are each for named files, and every entry of the list says why."""
    found = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    assert {name: wrong for name, path in found.items() if (wrong := strangers(path, ALLOWED.get(name, {})))} == {}


def test_every_entry_of_the_list_is_used() -> None:
    """A permission that nobody needs any more is taken back."""
    used = {name: {use for _, use in uses(PACKAGE / name)} for name in ALLOWED}
    assert {name: left for name, known in ALLOWED.items() if (left := set(known) - used[name])} == {}


def test_the_list_is_not_longer_than_it_must_be() -> None:
    """Nobody outside the room of captures goes out; service, sample shops and the browser's proxy alone listen."""
    outside = {name: set(known) for name, known in ALLOWED.items() if not name.startswith("capture/")}
    assert outside == {
        "api/connections.py": {"uvicorn"},
        "address/hosts.py": {"tldextract"},
        "cli/serve.py": {"socket", "uvicorn"},
        "demo/server.py": {"start_server"},
        "reading/checksums.py": {"import_module"},
    }
    assert {name for name, known in ALLOWED.items() if set(known) & LISTENS} == {
        "capture/render/proxy.py",
        "demo/server.py",
    }
    assert {name for name, known in ALLOWED.items() if "getaddrinfo" in known} == {"capture/guard.py"}
    assert {name for name, known in ALLOWED.items() if "httpx" in known} == {"capture/wire.py"}


@pytest.mark.parametrize(
    "line",
    [
        "import requests",
        "import http.client",
        "from http import client",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import socket as s",
        "from asyncio import open_connection as o\no()",
        "loop.create_connection(None)",
        "dial = asyncio.open_connection",
        "from lxml import etree",
        "from urllib.robotparser import RobotFileParser",
        "import smtplib, json",
        "def f():\n    import ftplib",
        "__import__('socket')",
        "importlib.import_module('httpx')",
    ],
)
def test_every_way_out_is_seen(line: str, tmp_path: Path) -> None:
    """Whatever the spelling, at any depth."""
    path = tmp_path / "sneaky.py"
    path.write_text(line)
    assert strangers(path, {})


@pytest.mark.parametrize("line", ["from http import HTTPStatus", "from urllib.parse import urlsplit", "import asyncio"])
def test_harmless_neighbours_are_not_seen(line: str, tmp_path: Path) -> None:
    """Words about the network are no way to it."""
    path = tmp_path / "honest.py"
    path.write_text(line)
    assert strangers(path, {}) == []


FIRST_USES = {
    "suffixes": """
        from pharmcheck.address import parse_address
        assert parse_address("https://www.shop.co.uk/").registrable_domain == "shop.co.uk"
    """,
    "robots": """
        from pharmcheck.capture.robots import parse_robots
        parse_robots(b"User-agent: *\\nDisallow: /x\\nSitemap: http://198.51.100.1/sitemap.xml")
    """,
    "reading and judging": """
        import json, sys
        sys.path.insert(0, ".")
        from tests.sites import WHEN, site
        from pharmcheck.check import judge
        from pharmcheck.ruleset import load_ruleset
        remote = "http://198.51.100.1/"
        linked = json.dumps({"@context": remote, "@type": "Pharmacy", "@id": remote, "telephone": "+44 20 7946 0958"})
        html = ('<?xml version="1.0"?><!DOCTYPE html SYSTEM "%s" [<!ENTITY x SYSTEM "%s">]><html><head><base href="%s">'
                '<link rel=stylesheet href="%s"><script type="application/ld+json">%s</script></head><body>'
                '<img src="%s"><iframe src="%s"></iframe>&x; Buy Viagra without prescription. 1 High Street, London'
                ' SW1A 1AA, call +44 20 7946 0958 or write to info@shop.example.com</body></html>')
        html %= (remote, remote, remote, remote, linked, remote, remote)
        capture = site(home=html, contact=html)
        judge(capture, load_ruleset(), now=WHEN)
    """,
}

WATCH = """
import socket, textwrap
seen = []
def noting(name, real):
    def call(*args, **kwargs):
        seen.append((name, args[1:2] if name != "getaddrinfo" else args[:1]))
        raise OSError("no network here")
    return call
for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, noting(name, getattr(socket.socket, name)))
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, noting(name, getattr(socket, name)))
exec(textwrap.dedent({code!r}))
assert not seen, seen
print("quiet")
"""


@pytest.mark.parametrize("name", FIRST_USES)
def test_first_uses_are_silent(name: str) -> None:
    """In a fresh process no library looks anything up, fetches a list, a schema or an entity, or calls home."""
    run = [sys.executable, "-c", WATCH.replace("{code!r}", repr(FIRST_USES[name]))]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "quiet\n"), done.stderr


def test_the_watch_of_the_fresh_process_hears() -> None:
    """The test above can fail."""
    code = "import urllib.request\ntry: urllib.request.urlopen('http://127.0.0.1:9/')\nexcept OSError: pass"
    run = [sys.executable, "-c", WATCH.replace("{code!r}", repr(code))]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr

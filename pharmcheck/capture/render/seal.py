"""How the browser is closed off: its switches, its environment, and what is taken from a page before it starts.

The seal does not rest on names of features, which browsers change silently.  It rests on two facts that hold whatever
a page finds to do: the browser resolves no name, and every connection it opens goes to a proxy of ours or nowhere.
What is removed here besides closes the ways that a proxy cannot see into.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

MEMORY = 1 << 30  # bytes of the browser's own memory, all its processes together; pages of shops need a quarter
_HEAP_MB = 512  # of JavaScript objects in one tab

# A browser that finds no proxy of ours goes nowhere: only the superuser could listen on port 1.
NOWHERE = {"server": "http://127.0.0.1:1", "bypass": "<-loopback>"}

SWITCHES = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # the exception is the proxy's own address
    "--disable-quic",  # UDP does not go through a proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-3d-apis",  # a software renderer is much attack surface for no text
    "--disable-domain-reliability",
    "--disable-pings",
    "--no-pings",
    "--mute-audio",
    f"--js-flags=--max-old-space-size={_HEAP_MB}",
)
# What Playwright adds for tests of one's own pages, and a stranger's page would use against us.
NOT_WANTED = [
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--enable-unsafe-swiftshader",
]

# Kinds of request that never change what a page says.
BLOCKED_KINDS = frozenset({"image", "media", "font", "manifest", "texttrack", "websocket", "eventsource", "ping"})

# A picture shows what a visitor would see: it needs pictures and letters, and nothing else more.
BLOCKED_FOR_PICTURES = BLOCKED_KINDS - {"image", "font"}

# Runs in every frame before the page's own scripts.  Workers go because nobody sees what is asked for in one.  A fetch
# marked `keepalive` goes because it outlives its page and with it the watch over what the page sends.  The rest saves
# time: a request that is no GET is refused at the door anyway.
INIT_SCRIPT = """(() => {
  const gone = ["WebSocket", "WebSocketStream", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection",
    "RTCDataChannel", "Worker", "SharedWorker", "EventSource", "Notification", "PaymentRequest", "fetchLater"];
  for (const name of gone) delete globalThis[name];
  const fix = (owner, names, value) => {
    for (const name of names)
      if (owner && name in owner) Object.defineProperty(owner, name, {value, configurable: false, writable: false});
  };
  fix(globalThis, ["open", "print", "alert", "confirm", "prompt"], () => null);
  fix(globalThis.console, Object.keys(globalThis.console), () => {});
  fix(globalThis.Navigator?.prototype, ["sendBeacon", "registerProtocolHandler"], () => false);
  fix(globalThis.HTMLFormElement?.prototype, ["submit", "requestSubmit"], () => {});
  fix(globalThis.ServiceWorkerContainer?.prototype, ["register"], () => new Promise(() => {}));
  addEventListener("submit", event => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
  const {apply} = Reflect, {fetch, Request} = globalThis;
  if (!fetch) return;
  const lasting = Object.getOwnPropertyDescriptor(Request.prototype, "keepalive").get;
  fix(globalThis, ["fetch"], async (...asked) => {
    const request = new Request(...asked);
    if (apply(lasting, request, [])) throw new TypeError("Failed to fetch");
    return apply(fetch, globalThis, [request]);
  });
})();"""


def environment(home: Path) -> dict[str, str | float | bool]:
    """What the browser knows of this machine: a home of its own, and no proxies, keys or names of ours."""
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
    }


def agent(version: str, user_agent: str) -> str:
    """What the browser calls itself: its own words, so that pages work, then our name, so that nobody is deceived."""
    major = version.partition(".")[0]
    words = f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
    return f"{words} {user_agent}"


def context_options(version: str, user_agent: str, port: int, user: str, secret: str) -> dict[str, Any]:
    """How one page's private window is opened: nothing kept from before, nothing allowed, the proxy the only way."""
    return {
        "proxy": {
            "server": f"http://127.0.0.1:{port}",
            "username": user,
            "password": secret,
            "bypass": "<-loopback>",  # in Chromium's words: loopback is no exception
        },
        "user_agent": agent(version, user_agent),
        "locale": "en-US",
        "accept_downloads": False,
        "service_workers": "block",
        "reduced_motion": "reduce",
        "ignore_https_errors": False,
    }

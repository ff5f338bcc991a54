"""One page in the browser: lets it load, watches where it goes, and takes its text home.

What a page may ask for is decided here request by request (pages and scripts by GET, nothing else), and again by the
proxy.  The text is read in a world of our own, where no script of the page can change what reading means.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pharmcheck.address import DEFAULT_PORT, host_of, read_url
from pharmcheck.capture.guard import GuardedBackend, Policy
from pharmcheck.capture.render.proxy import GuardProxy
from pharmcheck.capture.render.seal import BLOCKED_KINDS
from pharmcheck.capture.responses import Ended, judge_status
from pharmcheck.errors import AddressError
from pharmcheck.model import FetchOutcome, Hop

if TYPE_CHECKING:  # an extra that may be missing: only `browser` imports it, when a browser is started
    from playwright.async_api import Page as Tab
    from playwright.async_api import Request, Response, Route

MOST_REQUESTS = 500  # of one page; shops with everything switched on make two hundred
_QUIET_S = 6.0  # at most this long until the network rests; a refused name takes the five of Policy.dns_timeout_s
_STILL_MS, _RESTLESS_MS = 300, 2000  # nothing changed in the document for so long; and the most we wait for that
_PICTURE_MS = 2000  # for taking a picture of what stands there
_TRIES = 4  # of reading; a page that moves on while being read is read again

_READ = """(async () => {
  await new Promise(done => {
    let still = setTimeout(done, %d);
    const changed = () => { clearTimeout(still); still = setTimeout(done, %d); };
    new MutationObserver(changed).observe(document, {subtree: true, childList: true, characterData: true});
    setTimeout(done, %d);
  });
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\\n" : "";
  const text = type + (document.documentElement?.outerHTML ?? "");
  return {url: document.URL, length: text.length, text: text.slice(0, %d).toWellFormed()};
})()"""

_NET_ERROR = re.compile(r"net::(ERR_[A-Z0-9_]+)")
_CERTIFICATE = {
    "ERR_CERT_COMMON_NAME_INVALID": "The certificate is for another name.",
    "ERR_CERT_DATE_INVALID": "The certificate has expired or is not valid yet.",
    "ERR_CERT_AUTHORITY_INVALID": "The certificate comes from an issuer that browsers do not trust.",
    "ERR_CERT_REVOKED": "The certificate has been revoked.",
}
BROKEN = "The page broke the browser that read it."
_REDIRECTED_AWAY = "The site redirects to an address that we do not follow."


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it stood; `length` in UTF-16 units of the whole, `text` cut at what we keep."""

    url: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    text: str
    length: int


class Load:
    """The loading of one page in one tab."""

    def __init__(
        self,
        tab: Tab,
        policy: Policy,
        backend: GuardedBackend,
        proxy: GuardProxy,
        hops: list[Hop],
        blocked: frozenset[str] = BLOCKED_KINDS,
    ) -> None:
        """Every address that the tab goes to is added to `hops`; kinds of request in `blocked` never go out."""
        self._hops, self._blocked = hops, blocked
        self._tab, self._policy, self._backend, self._proxy = tab, policy, backend, proxy
        self._main = tab.main_frame
        self._requests = 0
        self._end: Ended | None = None
        self._enough = asyncio.Event()  # no use waiting any longer
        self._answer: Response | None = None
        tab.on("request", self._saw_request)
        tab.on("response", self._saw_response)
        self.broken = False  # the tab is gone, and perhaps the browser with it: heard before the process has ended
        tab.on("crash", self._broke)
        tab.on("close", self._broke)

    async def judge(self, route: Route) -> None:
        """Let a request out, or not."""
        from playwright.async_api import Error  # noqa: PLC0415 - as in `browser`

        with suppress(Error):  # the page, and its request, may be gone by now
            if (why := self._why_not(route.request)) is None:
                await self._proxy.expect(*_where(route.request.url))
                await route.continue_()
            else:
                await route.abort(why)

    def _why_not(self, request: Request) -> str | None:
        """None when the request may go out; else the error that the page is told."""
        self._requests += 1
        document = request.resource_type == "document"
        if self._requests > MOST_REQUESTS:
            self._proxy.full = True
            self._enough.set()
        elif document and self._of_tab(request) and request.method == "GET":
            if self._canonical(request.url) is not None:  # else `_saw_request` has said so
                return None
        elif not document and request.method == "GET" and request.resource_type not in self._blocked:
            return None
        return "aborted" if document else "blockedbyclient"  # an aborted document leaves the page before it standing

    async def run(self, url: str, ends: float, most: int) -> Snapshot:
        """Load `url` and read `most` characters of it; the loop's clock says `ends` when we must have begun to read.

        Raises Ended.
        """
        await self._arrive(url, ends)
        return await self._read(most)

    async def picture(self, url: str, ends: float) -> bytes:
        """Load `url` and take a picture (PNG) of the first screen of it.  Raises Ended."""
        await self._arrive(url, ends)
        if self._answer is None:
            raise self.ending("")
        return await self._tab.screenshot(type="png", animations="disabled", timeout=_PICTURE_MS)

    async def _arrive(self, url: str, ends: float) -> None:
        loop = asyncio.get_running_loop()
        if await self._unless_enough(self._tab.goto(url, wait_until="commit", timeout=0), ends - loop.time()) is None:
            self._check()
        for state in ("domcontentloaded", "networkidle"):
            left = min(ends - loop.time(), _QUIET_S if state == "networkidle" else ends)
            await self._unless_enough(self._tab.wait_for_load_state(state, timeout=0), left)
            self._check()

    async def _unless_enough(self, waiting: Coroutine[Any, Any, Any], most_s: float) -> object:
        """Wait for something, but not longer than it is worth; None when it did not come."""
        tasks = [asyncio.ensure_future(waiting), asyncio.ensure_future(self._enough.wait())]
        try:
            await asyncio.wait(tasks, timeout=max(0.0, most_s), return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, most: int) -> Snapshot:
        from playwright.async_api import Error  # noqa: PLC0415 - as in `browser`

        session = await self._tab.context.new_cdp_session(self._tab)
        program = _READ % (_STILL_MS, _STILL_MS, _RESTLESS_MS, most)
        for _ in range(_TRIES):
            self._check()
            with suppress(Error):  # the document went away under our hands
                tree = await session.send("Page.getFrameTree")
                world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
                found = await session.send(
                    "Runtime.evaluate",
                    {
                        "expression": program,
                        "contextId": world["executionContextId"],
                        "awaitPromise": True,
                        "returnByValue": True,
                    },
                )
                return await self._snapshot(found["result"]["value"])
        self._check()
        raise Ended(FetchOutcome.HTTP_ERROR, "The page never came to rest.")

    async def _snapshot(self, found: dict[str, Any]) -> Snapshot:
        self._check()
        url = self._canonical(found["url"])
        if url is None or self._answer is None:
            raise self.ending("")
        headers = await self._answer.all_headers()
        raw = tuple((name.encode("latin-1", "replace"), value.encode("utf-8")) for name, value in headers.items())
        return Snapshot(url, self._answer.status, raw, found["text"], found["length"])

    def ending(self, message: str) -> Ended:
        """What an error of the browser's, or standing on its own error page, says about the site."""
        if self._end is not None:
            return self._end
        last = self._hops[-1].url if self._hops else ""
        if (failure := self._proxy.failures.get(_where(last))) is not None:
            return Ended(*failure)
        found = _NET_ERROR.search(message)
        name = found[1] if found else ""
        if name.startswith(("ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL")):
            reason = _CERTIFICATE.get(name, "The site and we could not agree on a secure connection.")
            return Ended(FetchOutcome.TLS_FAILED, reason)
        if name == "ERR_HTTP_RESPONSE_CODE_FAILURE" and self._answer is not None:  # a failing status without a body
            try:
                judge_status(self._answer.status, (), b"")
            except Ended as end:
                return end
        if name == "ERR_TOO_MANY_REDIRECTS":
            return self._too_many()
        if name == "ERR_ABORTED":
            return Ended(FetchOutcome.HTTP_ERROR, "The address leads to a file, not to a page.")
        if name.startswith(("ERR_CONNECTION_", "ERR_EMPTY_RESPONSE", "ERR_TIMED_OUT")):
            return Ended(FetchOutcome.CONNECT_FAILED, "The site closed the connection before it answered.")
        if name in {"", "ERR_TUNNEL_CONNECTION_FAILED", "ERR_UNSAFE_PORT", "ERR_DISALLOWED_URL_SCHEME"}:
            return Ended(FetchOutcome.REFUSED_BY_US, _REDIRECTED_AWAY)
        return Ended(FetchOutcome.HTTP_ERROR, "The site's answer breaks the rules of HTTP.")

    async def _saw_request(self, request: Request) -> None:
        if request.redirected_from is not None:  # the rest passes `judge`
            await self._proxy.expect(*_where(request.url))
        if request.resource_type != "document" or not self._of_tab(request):
            return
        url = self._canonical(request.url)
        if url is None:
            self._stop(FetchOutcome.REFUSED_BY_US, _REDIRECTED_AWAY)
        elif len(self._hops) > self._policy.max_redirects:
            self._end = self._end or self._too_many()
            self._enough.set()
        else:
            self._hops.append(Hop(url, None, None))

    def _saw_response(self, response: Response) -> None:
        request = response.request
        if request.resource_type != "document" or not self._of_tab(request):
            return
        if _where(response.url) in self._proxy.failures:
            return  # the proxy's own words
        self._answer = response
        url = self._canonical(response.url)
        for at, hop in enumerate(self._hops):
            if hop.url == url and hop.status is None:
                host = host_of(hop.url)
                answers = self._backend.answers.get(host, ())
                self._hops[at] = Hop(hop.url, response.status, self._backend.peers.get(host), answers)
                break

    def _of_tab(self, request: Request) -> bool:
        from playwright.async_api import Error  # noqa: PLC0415 - as in `browser`

        try:
            return bool(request.is_navigation_request() and request.frame == self._main)
        except Error:  # a window that opened this moment, and closes the next
            return False

    def _canonical(self, url: str) -> str | None:
        policy = self._policy
        try:
            return read_url(url, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks)
        except AddressError:
            return None

    def _too_many(self) -> Ended:
        return Ended(FetchOutcome.HTTP_ERROR, f"The site redirected more than {self._policy.max_redirects} times.")

    def _broke(self, _tab: Tab) -> None:
        self.broken = True
        self._stop(FetchOutcome.HTTP_ERROR, BROKEN)

    def _stop(self, outcome: FetchOutcome, detail: str) -> None:
        self._end = self._end or Ended(outcome, detail)
        self._enough.set()

    def _check(self) -> None:
        if self._end is not None:
            raise self._end


def _where(url: str) -> tuple[str, int]:
    """Host and port of an address as the browser spells it."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or DEFAULT_PORT.get(parts.scheme, 0)

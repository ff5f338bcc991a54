"""`pharmcheck serve`: the whole service in one process, on this machine, with nothing else installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from starlette.types import ASGIApp, Receive, Scope, Send

    from pharmcheck.api.service import Dispatch
    from pharmcheck.settings import Settings
    from pharmcheck.work import Workplace


def serve(
    host: str = typer.Option("127.0.0.1", help="Address to listen on; others than this machine's need a thought."),
    port: int = typer.Option(8000, min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    demo: bool = typer.Option(False, "--demo", help="Serve the sample shops too, so that they can be checked."),
    data_dir: Path | None = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept."),
) -> None:
    """Serve the page and the API until Ctrl-C."""
    import signal
    import socket
    import sys
    from contextlib import ExitStack

    import uvicorn

    from pharmcheck.api import make_app, make_service
    from pharmcheck.api.connections import connections
    from pharmcheck.cli import options
    from pharmcheck.cli.screen import say
    from pharmcheck.logs import log_as_json
    from pharmcheck.web import add_pages

    settings = options.settings_for(data_dir)
    log_as_json()
    for name in (signal.SIGTERM, signal.SIGINT):
        # uvicorn handles them while it serves, then raises them again: as an orderly end, so that the rest is closed.
        signal.signal(name, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        place = _workplace(settings, stack, demo=demo)
        service = make_service(place, settings, dispatch=dispatch(settings, stack, demo=demo))
        app = make_app(service, extend=add_pages)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named, because asyncio sets TCP_NODELAY only on sockets that say they are TCP: 40 ms an answer otherwise.
        listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise UsageError(f"Nothing can listen on {host}, port {port}: {error.strerror}.") from None
        listener.listen(2048)
        config = uvicorn.Config(
            _behind(app, settings),
            http=connections(settings),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,  # `_behind` does it
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
            limit_concurrency=1000,  # connections beyond are told 503 at once, not kept waiting
            h11_max_incomplete_event_size=64 * 1024,
        )
        say(f"The service answers at http://{host}:{listener.getsockname()[1]}/  (Ctrl-C ends it)")
        uvicorn.Server(config).run(sockets=[listener])


def _behind(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application behind proxies: it notes who is at the other end of the line before it believes a header."""
    if not settings.trusted_proxies:
        return app
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    # Types of two packages that describe the same interface.
    believing = cast("ASGIApp", ProxyHeadersMiddleware(app, settings.trusted_proxies))  # type: ignore[arg-type]

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        scope["pharmcheck.peer"] = scope.get("client")
        await believing(scope, receive, send)

    return note


def _workplace(settings: Settings, stack: ExitStack, *, demo: bool) -> Workplace:
    import gc
    import time
    from dataclasses import replace
    from datetime import UTC, datetime

    from pharmcheck.capture import Gate
    from pharmcheck.cli import options
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store import Store
    from pharmcheck.workplaces import workplace

    store = stack.enter_context(Store.open(settings))
    place = workplace(store, load_ruleset(), options.policy(settings, [], [], None), Gate(time.monotonic))
    gc.freeze()  # the rules stay: the collector need not look through them again for every site
    if not demo:
        return place
    from pharmcheck.demo import policy_for, sample_registers, start_street

    policy = policy_for(stack.enter_context(start_street()))
    # Fresh whatever day it is.
    return replace(place, policy=policy, registers=lambda: sample_registers(datetime.now(UTC).date()))


def dispatch(settings: Settings, stack: ExitStack, *, demo: bool) -> Dispatch | None:
    """The way to workers elsewhere, where there are any."""
    if settings.broker_url is None:
        return None
    if demo:
        raise UsageError("Workers elsewhere cannot reach the sample shops; unset PHARMCHECK_BROKER_URL for --demo.")
    try:
        from pharmcheck.broker import Dispatcher
    except ImportError:
        raise UsageError("PHARMCHECK_BROKER_URL needs more parts; install pharmcheck[workers].") from None
    dispatcher = Dispatcher(settings)
    stack.callback(dispatcher.close)
    return dispatcher

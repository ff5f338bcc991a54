"""The service as one ASGI application: resources over the store, and a runner in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from fastapi import FastAPI
from starlette.types import ASGIApp

from pharmcheck import __version__, measures
from pharmcheck.api import about, checks, classlists, evidence, lists, networks, progress, reports, verdicts, watches
from pharmcheck.api.callers import Doorkeeper
from pharmcheck.api.lookup import Lookup
from pharmcheck.api.openapi import describe
from pharmcheck.api.outer import Outer
from pharmcheck.api.problems import install
from pharmcheck.api.service import Dispatch, Service
from pharmcheck.api.turnstile import Turnstile
from pharmcheck.classlists import Shelf
from pharmcheck.networks import known_things
from pharmcheck.refresh import BackgroundSync, Way
from pharmcheck.runner import Runner
from pharmcheck.settings import Settings
from pharmcheck.shift import Pace
from pharmcheck.store import Appeals, Batches, CheckQueue, Events, Keys, Networks, Officers, Pruning, Requests, Reviews
from pharmcheck.watch import EVERY_S, Sender, look_every_s, put_due_in_line, tend
from pharmcheck.work import Workplace

_HOUR_S, _MINUTE_S = 3600.0, 60.0


def make_service(
    place: Workplace, settings: Settings, *, with_runner: bool = True, dispatch: Dispatch | None = None
) -> Service:
    """The parts of a service on one workplace.  With a `dispatch`, workers elsewhere do the checks and the chores."""
    store, place = place.store, replace(place, on_done=measures.count)
    runner = None
    if with_runner and dispatch is None:
        runner = Runner(place, settings.sites_at_once, _chores(place, settings), Pace(lease_s=settings.lease_s))
    keys = Keys(store)
    return Service(
        settings=settings,
        place=place,
        runner=runner,
        dispatch=dispatch,
        store=store,
        queue=CheckQueue(store),
        events=Events(store),
        batches=Batches(store),
        requests=Requests(store),
        keys=keys,
        officers=Officers(store),
        reviews=Reviews(store),
        appeals=Appeals(store),
        door=Doorkeeper(keys, settings),
        turnstile=Turnstile(),
        shelf=Shelf(settings.data_dir),
        clock=place.clock,
    )


def _chores(place: Workplace, settings: Settings) -> list[tuple[float, Callable[[], object]]]:
    """What the service does by itself, now and then."""
    pruning = Pruning(place.store, settings.data_dir)
    keep, budget = timedelta(days=settings.capture_days), settings.capture_budget_mb * 1_000_000
    chores: list[tuple[float, Callable[[], object]]] = [(_HOUR_S, lambda: pruning.prune(place.clock(), keep, budget))]
    known = known_things(place.ruleset)
    chores.append((_MINUTE_S, lambda: Networks(place.store).build(known, place.clock())))
    if settings.sync_registers:
        way = Way(place.policy, settings.data_dir / "registers")
        chores.append((_MINUTE_S, BackgroundSync(place.store, place.ruleset.sources, way, place.clock)))
    if settings.rechecks_per_hour:
        every_s = look_every_s(settings)
        chores.append((every_s, lambda: put_due_in_line(place.store, settings, place.clock())))
    sender = Sender.of(settings, place.store, place.policy, place.clock)

    async def watch() -> None:
        await tend(sender, place.ruleset)

    chores.append((EVERY_S, watch))
    return chores


def make_app(service: Service, *, extend: Callable[[FastAPI], None] | None = None) -> ASGIApp:
    """The application.  `extend` may add routes, such as the pages for people."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if service.runner is None:
            yield
            return
        running = asyncio.create_task(service.runner.run())
        try:
            yield
        finally:
            service.runner.stop()
            await running

    app = FastAPI(
        title="pharmcheck",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere; the document itself is at /v1/openapi.json
        redoc_url=None,
        openapi_url=None,  # `describe` serves it: FastAPI would write its 100 kB anew for everybody who asks
        redirect_slashes=False,
    )
    app.state.service = service
    for part in (checks, progress, evidence, verdicts, lists, reports, watches, networks, classlists, about):
        app.include_router(part.router)
    if extend is not None:
        extend(app)
    install(app)
    describe(app)
    return Outer(Lookup(app, service))

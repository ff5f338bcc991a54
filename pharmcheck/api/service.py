"""What the resources share: the store, the rules, the runner, and the moment.  Made once for an application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request
from starlette.types import Scope as AsgiScope

from pharmcheck.api.callers import Caller, Doorkeeper
from pharmcheck.api.turnstile import Turnstile
from pharmcheck.classlists import Shelf
from pharmcheck.runner import Runner
from pharmcheck.settings import Settings
from pharmcheck.store import Appeals, Batches, CheckQueue, Events, Keys, Officers, QueueName, Requests, Reviews, Store
from pharmcheck.work import Workplace


class Dispatch(Protocol):
    """The way to workers elsewhere."""

    def wake(self, queue: QueueName, ids: Sequence[str]) -> None:
        """These checks wait.  Never waits itself and never raises: whoever asked has his answer already."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service."""

    settings: Settings
    place: Workplace
    runner: Runner | None  # None where workers elsewhere do the checks
    dispatch: Dispatch | None  # the way to them
    store: Store
    queue: CheckQueue
    events: Events
    batches: Batches
    requests: Requests
    keys: Keys
    officers: Officers
    reviews: Reviews
    appeals: Appeals
    door: Doorkeeper
    turnstile: Turnstile  # for lists that are handed in
    shelf: Shelf  # lists that browsers fetch
    clock: Callable[[], datetime]

    @property
    def version(self) -> str:
        """Of the rules in force."""
        return self.place.ruleset.version

    def caller(self, scope: AsgiScope) -> Caller:
        """Whose request this is.  Raises Problem."""
        return self.door.recognise(scope, self.clock())

    def wake(self, queue: QueueName, ids: Sequence[str]) -> None:
        """Tell whoever does the checks that these were put in line; their transaction is done."""
        if self.runner is not None:
            self.runner.wake()
        if self.dispatch is not None:
            self.dispatch.wake(queue, ids)


def service_of(request: Request) -> Service:
    """The service that a request belongs to; a FastAPI dependency."""
    service: Service = request.app.state.service
    return service

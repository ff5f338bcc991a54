"""Every state of the page, served on loopback: real visits to the sample street, and checks that stand still.

For the tests that look at the page with a browser, and for the pictures in the docs.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from pharmcheck.api import Service, make_app, make_service
from pharmcheck.api.checks import read_address
from pharmcheck.demo import policy_for, sample_registers, start_street
from pharmcheck.ruleset import load_ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import NewCheck, QueueName, Store, new_check_id
from pharmcheck.web import add_pages
from pharmcheck.work import Workplace, do_check
from tests.api.conftest import keep_answer
from tests.sites import site

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
LEASE = timedelta(minutes=1)

VISITED: Mapping[str, tuple[str, str | None]] = {
    "verified": ("harbourpharmacy.example", None),
    "verified-elsewhere": ("harbourpharmacy.example", "NO"),
    "unverified": ("elmstreetrx.example", None),
    "caution": ("maple-direct-meds.example", None),
    "danger": ("pillswift.example", None),
    "could-not-check": ("wallgate-pharmacy.example", None),
    "not-a-pharmacy": ("medicine-facts.example", None),
}
"""One site of the sample street for each answer, with a destination where that decides."""

HOSTILE = (
    "No prescription required for sildenafil <script>document.title='owned'</script> {{7*7}} "
    "<img src=x onerror=alert(1)> javascript:alert(1) https://evil.example/ \u202eevil\u202c end."
)
"""What a shop may write to speak through us."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A running service and where it shows each state."""

    url: str
    paths: Mapping[str, str]
    service: Service

    def work(self, name: QueueName = QueueName.INTERACTIVE) -> None:
        """Do the checks that wait, as a runner would; in a thread, since a browser may have a loop running in ours."""
        worker = threading.Thread(target=asyncio.run, args=(self._work(name),))
        worker.start()
        worker.join()

    async def _work(self, name: QueueName) -> None:
        queue, place = self.service.queue, self.service.place
        for job in queue.claim(name, 10, "gallery", place.clock(), LEASE):
            await do_check(job, place)


@contextmanager
def open_gallery(folder: Path) -> Iterator[Gallery]:
    """Serve every state until the block is left."""
    settings = Settings(data_dir=folder, checks_per_hour=100_000, reads_per_minute=100_000)
    hosts = {host for host, _ in VISITED.values()}
    with start_street(hosts) as street, Store.open(settings) as store:
        registers = sample_registers(NOW.date())
        place = Workplace(store, load_ruleset(), policy_for(street), lambda: registers, lambda: NOW)
        service = make_service(place, settings, with_runner=False)
        with _served(service) as url:
            gallery = Gallery(url, {}, service)
            yield Gallery(url, _fill(gallery), service)


@contextmanager
def _served(service: Service) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(service, extend=add_pages), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _fill(gallery: Gallery) -> dict[str, str]:
    service = gallery.service
    paths = {"home": "/", "help": "/help?country=GB", "owners": "/owners", "nothing": "/v/" + "0" * 32}
    for name, (host, destination) in VISITED.items():
        paths[name] = _submit(service, f"https://{host}/", destination)
    gallery.work()
    before = NOW - timedelta(days=60)
    old = site("old.example.com", at=before, home="# Ibuprofen 200 mg\n$5\n! Add to cart")
    paths["old"] = f"/v/{keep_answer(service, old, before)}"
    hostile = site(
        "hostile.example.com", at=NOW, home="# Sildenafil 100 mg\n$2.50\n! Add to cart", faq=f"# FAQ\n{HOSTILE}"
    )
    paths["hostile"] = f"/v/{keep_answer(service, hostile, NOW)}"

    paths["running"] = _submit(service, "https://harbourpharmacy.example/shop", None)
    (job,) = service.queue.claim(QueueName.INTERACTIVE, 1, "gallery", NOW, LEASE)
    steps = [("page", {"role": "home", "outcome": "fetched", "pages": number}) for number in (1, 2, 3)]
    service.events.add(job.id, steps, NOW)

    paths["stalled"] = _submit(service, "https://silent.example.com/", None)
    service.queue.claim(QueueName.INTERACTIVE, 1, "gone", NOW - timedelta(minutes=5), LEASE)
    paths["failed"] = _submit(service, "https://broken.example.com/", None)
    service.queue.fail(paths["failed"].removeprefix("/v/"), "internal", NOW)
    # In the other queue, so that `work` leaves it in line.
    paths["queued"] = _submit(service, "https://patient.example.com/", None, QueueName.BATCH)
    return paths


def _submit(service: Service, url: str, destination: str | None, queue: QueueName = QueueName.INTERACTIVE) -> str:
    check_id = new_check_id()
    service.queue.submit([NewCheck(check_id, read_address(url, service), destination)], queue, NOW)
    return f"/v/{check_id}"

"""The OpenAPI document keeps its word: whatever a machine sends, each answer is one that the document describes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pharmcheck.api import Service, make_app
from pharmcheck.classlists import Wish, build
from pharmcheck.model import Category
from pharmcheck.networks import Trait, known_things
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import Drafts, Networks, NetworkViews, NewBatch, NewItem, Scope, Targets, Watches
from tests.api.conftest import Clock, keep_answer, open_service, rogue

HELD = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
)  # fmt: skip
LIMITS = {
    "checks_per_hour": 10**6,
    "reads_per_minute": 10**6,
    "key_checks_per_day": 10**6,
    "key_reads_per_minute": 10**6,
}


@dataclass(frozen=True)
class Held:
    """What the service holds, and whose it is."""

    app: Any
    bearer: str
    there: dict[str, str]  # path parameters that lead to something


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, ruleset: Ruleset) -> Iterator[Held]:
    with open_service(tmp_path_factory.mktemp("document"), ruleset, Clock(), **LIMITS) as service:
        check_id, batch_id = keep_answer(service, rogue(), service.clock()), "b" * 32
        key, secret = service.keys.create("fuzz", list(Scope), service.clock(), None)
        items = [
            NewItem(1, "accepted", "pills.example.com", 1, url="https://pills.example.com/", host="pills.example.com"),
            NewItem(2, "needs_person", "x", 2, problem="That is no address."),
        ]
        drafts = Drafts(service.store)
        drafts.put(NewBatch(batch_id, key.id, None, "list.csv", "0"), items, {"format": "csv"}, service.clock())
        drafts.start(batch_id, service.clock())
        Watches(service.store).start(batch_id, service.clock())
        target = Targets(service.store).add(batch_id, "https://intake.example.org/", "sealed", service.clock())
        build(service.store, service.shelf, Wish(Ed25519PrivateKey.generate()), service.clock())
        there = {
            "name": "danger.base",
            "prefix": "all",
            "check_id": check_id,
            "batch_id": batch_id,
            "domain": "pills.example.com",
            "network_id": network_of_two(service),
            "target_id": target.id,
        }
        yield Held(make_app(service), f"Bearer {secret}", there)


def network_of_two(service: Service) -> str:
    """The id of a network of two shops."""
    known = known_things(service.place.ruleset)
    shown = [Trait(kind, "x", "x", "https://page.example/", "9f" * 32) for kind in ("phone", "handle")]
    for domain in ("one.example", "two.example"):
        Networks(service.store).note(domain, Category.DANGER, shown, service.clock())
    Networks(service.store).build(known, service.clock())
    return NetworkViews(service.store).all(0, 1)[0].id


@pytest.fixture(scope="module")
def api(held: Held) -> Any:
    return schemathesis.openapi.from_asgi("/v1/openapi.json", held.app)


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a failure is shown as it was found: shrinking costs minutes
)
def test_every_answer_is_one_that_the_document_describes(case: Any, held: Held) -> None:
    """No 500; no status, media type, header or body that the document does not know: for strangers and the owner."""
    case.validate_response(case.call(), checks=list(HELD))
    case.path_parameters = {name: held.there.get(name, value) for name, value in (case.path_parameters or {}).items()}
    case.validate_response(case.call(headers={"Authorization": held.bearer}), checks=list(HELD))

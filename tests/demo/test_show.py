"""The demo as a person runs it: the whole street checked, the table printed, the exit code honest."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from pharmcheck.address import parse_address
from pharmcheck.demo import Street, load_cases, policy_for, run, show, start_street
from pharmcheck.demo.cases import Case
from pharmcheck.demo.show import Result
from pharmcheck.model import Category, CriterionName, CriterionOutcome, Verdict
from pharmcheck.ruleset import load_ruleset
from tests.yardstick import PATIENCE_S

CASES = load_cases()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Patiently = Callable[[Callable[[], bool]], bool]


def _result(case: Case, category: Category | None = None, reason_code: str = "") -> Result:
    address = parse_address(case.url, admitted_hosts={case.host})
    code = reason_code or (case.reason_codes[0] if case.reason_codes else "no_licence_claim")
    verdict = Verdict(
        address=address,
        category=category or case.category,
        reason_code=code,
        score=None,
        coverage=100,
        criteria=(),
        reasons=(),
        proofs=(),
        not_checked=(),
        overlays=(),
        destination=None,
        checked_at=NOW,
        valid_until=NOW,
        ruleset="test",
        registers=(),
        capture_id=None,
    )
    return Result(case, verdict, "Because.")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def _printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _instead_of_checking(monkeypatch: pytest.MonkeyPatch, results: Sequence[Result]) -> None:
    async def check_street(_street: Street, _ruleset: object) -> list[Result]:
        return list(results)

    monkeypatch.setattr(show, "check_street", check_street)
    monkeypatch.setattr(show, "load_ruleset", lambda: None)


@pytest.fixture
def patiently(monkeypatch: pytest.MonkeyPatch) -> Patiently:
    """Whether something holds: at once, or where the street is given ten times as long, on a machine that is busy."""

    def tried(holds: Callable[[], bool]) -> bool:
        if holds():
            return True
        long = {"visit_deadline_s": 150.0, "fetch_deadline_s": 40.0, "connect_timeout_s": 40.0}
        monkeypatch.setattr(show, "policy_for", lambda street: replace(policy_for(street), **long))
        return holds()

    return tried


def test_every_site_gets_the_verdict_that_it_deserves(console: Console, patiently: Patiently) -> None:
    """`make demo` on a fresh machine: served, fetched, judged, and right about all of them."""
    assert patiently(lambda: run(once=True, console=console) == 0), _printed(console)


def test_honest_sites_are_given_credit_for_their_address(patiently: Patiently) -> None:
    """Met where the register has the same one, claimed where nobody confirms it; no honest address is overlooked."""
    deserved = {
        "harbourpharmacy.example": CriterionOutcome.MET,
        "linden-apotheke.example": CriterionOutcome.MET,
        "elmstreetrx.example": CriterionOutcome.CLAIMED,
        "pharmacie-du-lac.example": CriterionOutcome.CLAIMED,
        "clinicdoor.example": CriterionOutcome.CLAIMED,
    }
    seen: dict[str, CriterionOutcome] = {}

    def credited() -> bool:
        with start_street(deserved) as street:
            for result in asyncio.run(show.check_street(street, load_ruleset())):
                criteria = {criterion.name: criterion.outcome for criterion in result.verdict.criteria}
                seen[result.case.host] = criteria[CriterionName.ADDRESS]
        return seen == deserved

    assert patiently(credited), seen


@pytest.mark.parametrize(
    ("host", "start"),
    [
        ("dailycourier.example", "/"),
        ("dailycourier.example", "/health/i-bought-pills-online"),
        ("medicine-facts.example", "/guides/otc-law-by-country"),
        ("trustedcarerx.example", "/blog/how-to-choose-a-safe-online-pharmacy/"),
        ("clinicdoor.example", "/treatments/erectile-dysfunction"),
        ("greenleaf-vitality.example", "/policies/shipping-policy"),
        ("tarpit-meds.example", "/products"),
    ],
)
def test_the_page_that_a_person_pastes_does_not_change_what_a_site_deserves(
    host: str, start: str, patiently: Patiently
) -> None:
    """A link from a search result or a message leads inside; the site is the same."""
    results: list[Result] = []

    def deserved() -> bool:
        with start_street({host}) as street:
            (case,) = street.cases
            pasted = replace(street, cases=(replace(case, start=start),))
            results.extend(asyncio.run(show.check_street(pasted, load_ruleset())))
        return results[-1].deserved

    assert patiently(deserved), [(result.verdict.category.value, result.verdict.reason_code) for result in results]


@pytest.mark.xdist_group("chromium")
def test_a_browser_sees_what_the_shop_drawn_by_script_sells(chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be checked without running the script convicts itself once it has run."""
    patient = {"visit_deadline_s": PATIENCE_S, "fetch_deadline_s": PATIENCE_S}
    monkeypatch.setattr(show, "policy_for", lambda street: replace(policy_for(street), chromium=chromium, **patient))
    with start_street({"hollow-shop.example"}) as street:
        (result,) = asyncio.run(show.check_street(street, load_ruleset()))

    assert (result.verdict.category, result.verdict.reason_code) == (Category.DANGER, "controlled_without_prescription")


def test_the_table_names_every_site_with_its_verdict(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    """One row a site, with a sign for those who do not see the colour."""
    _instead_of_checking(monkeypatch, [_result(case) for case in CASES])

    assert run(once=True, console=console) == 0
    assert all(case.host in _printed(console) for case in CASES)
    assert "✖ danger" in _printed(console)


@pytest.mark.parametrize(
    ("category", "reason_code"),
    [(Category.UNVERIFIED, "no_licence_claim"), (Category.DANGER, "government_list")],
    ids=["category", "reason"],
)
def test_a_wrong_verdict_is_named_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, console: Console, category: Category, reason_code: str
) -> None:
    """Right for the wrong reason is wrong."""
    case = next(case for case in CASES if case.category is Category.DANGER)
    _instead_of_checking(monkeypatch, [_result(case, category, reason_code)])

    assert run(once=True, console=console) == 1
    assert f"{case.host}: {category.value} ({reason_code}), but it deserves danger" in _printed(console)


def test_without_once_the_street_stays_open_until_ctrl_c(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    """The demo then tells how to check one site by hand, with the real command."""
    stayed = []

    def interrupted() -> None:
        stayed.append(True)
        raise KeyboardInterrupt

    _instead_of_checking(monkeypatch, [_result(case) for case in CASES])
    monkeypatch.setattr(show, "_stay", interrupted)

    assert run(once=False, console=console) == 0
    assert stayed == [True]
    assert "pharmcheck check https://pillswift.example --resolve pillswift.example:443:127.0." in _printed(console)
    assert "--allow-network 127.0.0.0/8 --ca-file " in _printed(console)

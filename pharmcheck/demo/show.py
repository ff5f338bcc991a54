"""Checks the whole street and prints what came out beside what each site deserves.

The check is the one that everybody gets; only the deadlines are shorter (see `street.policy_for`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pharmcheck.address import parse_address
from pharmcheck.check import check_site
from pharmcheck.demo.cases import Behaviour, Case
from pharmcheck.demo.sample_register import sample_registers
from pharmcheck.demo.street import LOOPBACK, Street, policy_for, start_street
from pharmcheck.explain import SIGNS, explain
from pharmcheck.model import Category, Verdict
from pharmcheck.ruleset import Ruleset, load_ruleset

AT_ONCE = 6  # sites in flight; more only makes them wait for each other's judging

_COLOURS: dict[Category, str] = {
    Category.VERIFIED: "green",
    Category.VERIFIED_ELSEWHERE: "cyan",
    Category.UNVERIFIED: "blue",
    Category.CAUTION: "yellow",
    Category.DANGER: "red",
    Category.COULD_NOT_CHECK: "magenta",
    Category.NOT_A_PHARMACY: "white",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one site."""

    case: Case
    verdict: Verdict
    reason: str  # the main one, as a sentence

    @property
    def deserved(self) -> bool:
        """True when the verdict is the one that the site deserves."""
        case, verdict = self.case, self.verdict
        return verdict.category is case.category and (not case.reason_codes or verdict.reason_code in case.reason_codes)


def run(once: bool, console: Console | None = None) -> int:  # noqa: FBT001 - the flag of `pharmcheck demo --once`
    """Open the street, check it, print the verdicts; 0 when each is what the site deserves, else 1.

    With `once` false the street stays open afterwards, until Ctrl-C.
    """
    console = console or Console()
    with start_street() as street:
        results = asyncio.run(check_street(street, load_ruleset()))
        console.print(_table(results))
        wrong = [result for result in results if not result.deserved]
        for result in wrong:
            console.print(Text(_complaint(result), style="bold red"), soft_wrap=True)
        if not wrong:
            console.print(f"All {len(results)} sites got the verdict that they deserve.", highlight=False)
        if not once:
            console.print(_by_hand(street), soft_wrap=True, markup=False, highlight=False)
            with suppress(KeyboardInterrupt):
                _stay()
    return 1 if wrong else 0


async def check_street(street: Street, ruleset: Ruleset) -> list[Result]:
    """Check every site of an open street, a few at a time; results in street order."""
    policy = policy_for(street)
    registers = sample_registers(_now().date())
    room = asyncio.Semaphore(AT_ONCE)

    async def check(case: Case) -> Result:
        async with room:
            address = parse_address(
                case.url, admitted_hosts=policy.admitted_hosts, allowed_networks=policy.allowed_networks
            )
            _, judgement = await check_site(address, ruleset, policy, registers=registers, now=_now)
            return Result(case, judgement.verdict, _main_reason(judgement.verdict, ruleset))

    # The ones that make us wait go first, so that the waiting overlaps with everybody else's work.
    in_turn = sorted(street.cases, key=lambda case: case.behaviour is Behaviour.SERVES)
    results = await asyncio.gather(*(check(case) for case in in_turn))
    return sorted(results, key=lambda result: street.cases.index(result.case))


def _now() -> datetime:
    return datetime.now(UTC)


def _main_reason(verdict: Verdict, ruleset: Ruleset) -> str:
    told = explain(verdict, ruleset)
    accused = verdict.category in {Category.DANGER, Category.CAUTION}
    return told.why[0].message if accused and told.why else told.headline


def _table(results: Sequence[Result]) -> Table:
    # Fits 80 columns: that is what rich takes when the output is not a terminal, as under make in CI.
    table = Table(
        title="The sample high street",
        caption="Every site, firm and number here is invented.",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("site\nwhat it is", no_wrap=True, overflow="fold")
    table.add_column("verdict\nscore · right?", no_wrap=True)
    table.add_column("why", overflow="fold")
    for result in results:
        sign, colour = SIGNS[result.verdict.category], _COLOURS[result.verdict.category]
        score = "no score" if result.verdict.score is None else str(result.verdict.score)
        deserved = ("yes", "green") if result.deserved else ("NO", "bold red")
        table.add_row(
            Text.assemble(result.case.host, "\n", (result.case.title, "dim")),
            Text.assemble((f"{sign} {_words(result.verdict.category)}", colour), f"\n{score} · ", deserved),
            Text(result.reason),
        )
    return table


def _words(category: Category) -> str:
    return category.value.replace("_", " ")


def _expected(case: Case) -> str:
    codes = " or ".join(case.reason_codes)
    return _words(case.category) + (f" ({codes})" if codes else "")


def _complaint(result: Result) -> str:
    verdict = result.verdict
    return (
        f"{result.case.host}: {_words(verdict.category)} ({verdict.reason_code}), "
        f"but it deserves {_expected(result.case)}."
    )


def _by_hand(street: Street) -> str:
    """How to check one of them with the command that checks real sites."""
    case = next((case for case in street.cases if case.category is Category.DANGER), street.cases[0])
    address, port = street.places[case.host, 443]
    return (
        "\nThe street stays open until Ctrl-C. To check one of its sites by hand, in another terminal:\n\n"
        f"  pharmcheck check https://{case.host} --resolve {case.host}:443:{address}:{port} "
        f"--allow-network {LOOPBACK} --ca-file {street.ca_pem}\n"
    )


def _stay() -> None:
    while True:
        time.sleep(3600)

"""Looks at targets side by side and hands the answers back in the order of input.

Every site that was looked at is stored before its answer is shown, so an interruption loses nothing that is done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy
from pharmcheck.check import check_site, judge
from pharmcheck.cli.screen import Progress, say_details
from pharmcheck.cli.targets import Archive, Site, Target
from pharmcheck.document import verdict_document
from pharmcheck.errors import AddressError, PharmcheckError, StoreError
from pharmcheck.model import Address, Capture, Category, Check, CheckState, Verdict
from pharmcheck.registers import EMPTY_REGISTERS, RegisterLookup
from pharmcheck.reviewing import told_document, told_verdict
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import FailedLook, Reviews, Store, StoredVerdict, new_check_id
from pharmcheck.work import keep, recall


@dataclass(frozen=True, slots=True)
class Answer:
    """What we say about one site."""

    document: dict[str, Any]
    category: Category
    verdict: Verdict | None = None  # None only when a stored document is all that was asked for
    capture: Capture | None = None
    stored: StoredVerdict | None = None  # not looked at now: answered from here
    earlier: StoredVerdict | None = None  # the last complete verdict, when this look failed
    later_failure: FailedLook | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One target got no answer, or its answer could not be kept; ours is the fault."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say that is nobody's fault."""

    sentence: str


Outcome = Answer | Trouble | Remark


@dataclass(frozen=True, slots=True)
class Looker:
    """How one command looks at sites.  `whole` asks for verdict and capture even when a stored answer serves."""

    ruleset: Ruleset
    policy: Policy
    store: Store | None
    destination: str | None
    fresh: bool
    whole: bool
    progress: Progress
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def look_at_all(
        self, targets: Sequence[Target], at_once: int
    ) -> AsyncGenerator[tuple[Target, list[Outcome]], None]:
        """Each target with what came of it.  When cancelled, what is already done still comes out."""
        gate = asyncio.Semaphore(at_once)
        one_site: dict[str, asyncio.Lock] = {}

        async def visit(target: Target) -> list[Outcome]:
            if isinstance(target, Archive):
                async with gate:
                    return await asyncio.to_thread(self._judge_archive, target)
            if not isinstance(target, Site):
                return []
            # The lock first: a second address of a site waits outside the gate and then finds the first one's answer.
            async with one_site.setdefault(target.address.registrable_domain, asyncio.Lock()), gate:
                return await self._look(target.address)

        tasks = [asyncio.create_task(visit(target)) for target in targets]
        given = 0
        try:
            for target, task in zip(targets, tasks, strict=True):
                outcomes = await task
                given += 1
                yield target, outcomes
        except asyncio.CancelledError:
            for target, task in list(zip(targets, tasks, strict=True))[given:]:
                if task.done() and not task.cancelled() and task.exception() is None:
                    yield target, task.result()
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, address: Address) -> list[Outcome]:
        try:
            if not self.fresh and (known := self._known(address)) is not None:
                return [known]
            return await self._visit(address)
        except PharmcheckError as error:
            return [self._failed(address, error.code), Trouble(f"{address.display_host}: {error}")]
        except Exception as error:  # noqa: BLE001 - one site's mishap must not keep the others from their answers
            say_details(error)
            return [
                self._failed(address, PharmcheckError.code),
                Trouble(f"{address.display_host}: something went wrong inside pharmcheck; it was not judged."),
            ]
        finally:
            self.progress.done(address.host)

    def _store_for(self, address: Address) -> Store | None:
        """The store, unless what we see under a public name is not what everybody sees.

        A staging copy, a private network or a certificate that only we trust must never answer for the live site,
        nor the live site for them.  Names that exist by `--resolve` alone cannot be mistaken for one.
        """
        special = self.policy.resolve or self.policy.allowed_networks or self.policy.ca_file
        if not special:
            return self.store
        try:
            parse_address(address.url)
        except AddressError:
            return self.store
        return None

    def _registers(self) -> RegisterLookup:
        """What is loaded now, the same for all of one judgement."""
        return self.store.registers() if self.store is not None else EMPTY_REGISTERS

    async def _visit(self, address: Address) -> list[Outcome]:
        started = self.clock()
        self.progress.look(address.host)
        capture, judgement = await check_site(
            address,
            self.ruleset,
            self.policy,
            registers=self._registers(),
            destination=self.destination,
            now=self.clock,
            on_attempt=lambda attempt: self.progress.attempt(address.host, attempt),
        )
        document = verdict_document(judgement.verdict, self.ruleset)
        answer = Answer(document, judgement.verdict.category, judgement.verdict, capture)
        store = self._store_for(address)
        if store is None:
            return [answer]
        try:
            keep(
                store, capture, judgement, self.ruleset,
                check_id=new_check_id(), created_at=started, decided_at=self.clock(),
            )  # fmt: skip
            return [self._as_told(store, replace(answer, earlier=_earlier(store, judgement.verdict)))]
        except StoreError as error:
            return [answer, Trouble(f"{address.display_host}: the verdict could not be kept. {error}")]

    def _failed(self, address: Address, code: str) -> Outcome:
        """Keep that a look broke off: `latest` tells it beside the last verdict."""
        store = self._store_for(address)
        now = self.clock()
        check = Check(new_check_id(), address, None, None, CheckState.FAILED, code, None, now, now, None)
        try:
            if store is not None:
                store.save(check, destination=self.destination)
        except StoreError as error:
            return Trouble(str(error))
        return Remark("")

    def _known(self, address: Address) -> Answer | None:
        """The answer from the store, where one still holds."""
        store = self._store_for(address)
        if store is None:
            return None
        found = recall(store, address, self.destination, self.ruleset, self._registers, self.clock())
        if found is None:
            return None
        document = json.loads(found.document)
        document["address"]["input"] = address.raw  # what was asked now: a list must find its lines again
        answer = Answer(document, found.category, stored=found, later_failure=found.later_failure)
        again = self._told_again(store, answer, found) if self.whole else answer
        return again and self._as_told(store, again)

    def _told_again(self, store: Store, answer: Answer, found: StoredVerdict) -> Answer | None:
        """The stored answer with its verdict, from the stored bytes: judging is pure, so it comes out the same."""
        if found.capture_id is None:
            return None
        try:
            capture = store.load_capture(found.capture_id)
        except StoreError:
            return None  # the proof is gone: look again
        verdict = judge(
            capture, self.ruleset, registers=self._registers(), destination=self.destination, now=found.judged_at
        ).verdict
        if (verdict.category, verdict.reason_code) != (found.category, found.reason_code):
            return None
        return replace(answer, verdict=verdict, capture=capture)

    def _as_told(self, store: Store, answer: Answer) -> Answer:
        """An answer with what people said about the site laid over it."""
        standing, now = Reviews(store).standing(answer.document["address"]["host"]), self.clock()
        document = told_document(answer.document, standing, now)
        verdict = answer.verdict and told_verdict(answer.verdict, standing, now)
        return replace(answer, document=document, category=Category(document["category"]), verdict=verdict)

    def _judge_archive(self, archive: Archive) -> list[Outcome]:
        """Offline and never stored: what an archive of last year says is no answer about today."""
        outcomes: list[Outcome] = []
        for capture, packed in zip_longest(archive.captures, archive.packed):
            try:
                if packed is not None:  # as of then, with what the registers said then
                    verdict = packed.judge(self.ruleset, self.destination).verdict
                else:
                    registers, now = self._registers(), self.clock()
                    verdict = judge(
                        capture, self.ruleset, registers=registers, destination=self.destination, now=now
                    ).verdict
                document = verdict_document(verdict, self.ruleset)
            except Exception as error:  # noqa: BLE001 - as for a visit
                say_details(error)
                host = capture.address.display_host
                outcomes.append(Trouble(f"{host}: something went wrong inside pharmcheck; it was not judged."))
            else:
                outcomes.append(Answer(document, verdict.category, verdict, capture))
        if archive.left_out:
            outcomes.append(Remark(f"{archive.file}: {archive.left_out} older visits to the same sites were left out."))
        return outcomes


def _earlier(store: Store, verdict: Verdict) -> StoredVerdict | None:
    """The last complete verdict, when this look failed."""
    if verdict.category is not Category.COULD_NOT_CHECK:
        return None
    found = store.latest(verdict.address.registrable_domain, verdict.address.host, verdict.destination)
    return found if found is not None and found.complete else None

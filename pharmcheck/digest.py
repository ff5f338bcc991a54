"""What is worth telling whoever watches a site: a look weighed against what was known.  Pure.

A score that wobbles is nothing, and neither is a look that failed and will be tried again.  A site counts as gone when
two looks in a row found nobody there, or when the page itself says that it is parked.

What is told about a site is what our rules say, with a person's word laid over it (`reviewing`).  Whether it is better
or worse is asked of what is told; whether anybody is there, how often looks failed, and what registers and redirects
say is asked of the looks themselves, which no person's word changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from pharmcheck.changes import Answer, Change, is_gone, judged
from pharmcheck.model import Category

_SEEN_TO_BE_GONE = "parked"  # a reason code: a page was read that says so; `offline` may be a bad minute


class Notice(StrEnum):
    """What changed about a site; several may at once.  The first six are those of two runs compared."""

    WORSE = Change.WORSE.value
    CAME_BACK = Change.CAME_BACK.value
    VANISHED = Change.VANISHED.value
    BETTER = Change.BETTER.value
    DIFFERENT = Change.DIFFERENT.value
    REASON = "reason"  # still dangerous, for another reason
    PROOF_LOST = "proof_lost"
    PROOF_GAINED = "proof_gained"
    REDIRECTED = "redirected"  # its home page leads to another site than before


class Cause(StrEnum):
    """Why what is told changed; a reader should not read the rules' change, or a person's, as the site's."""

    SITE = "site"  # it shows us something else, or is gone, or is back
    RULES = "rules"  # today's rules say it of the earlier capture as well
    REGISTERS = "registers"  # as above, by the same rules: an entry came or went, or a copy grew old
    RULES_OR_REGISTERS = "rules_or_registers"  # as above, and both are others than before
    PERSON = "person"  # somebody judged otherwise than our rules, or that fell away
    UNKNOWN = "unknown"  # the earlier capture cannot be judged again


_OF_THE_SITE = frozenset({Notice.VANISHED, Notice.CAME_BACK, Notice.REDIRECTED})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look said about a site."""

    answer: Answer  # of our rules
    proofs: frozenset[str] = frozenset()  # register entries that name it
    landed: str | None = None  # registrable domain on which its home page ended; None when that is not known
    override: Answer | None = None  # what a person made of it, where one did

    @property
    def told(self) -> Answer:
        """What everybody is told."""
        return self.override or self.answer


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a watched site: the last look that said something, and how the looks since then failed."""

    seen: Seen | None = None  # None before the first look
    failures: int = 0  # looks in a row that said nothing
    missed: bool = False  # the last of them found nobody there


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a look changes: what is known from now on, and what is worth telling.  Nothing, mostly."""

    known: Known
    notices: tuple[Notice, ...] = ()
    details: dict[str, list[str]] = field(default_factory=dict)  # of proofs and redirects: from what to what


def weigh(known: Known, seen: Seen) -> Weighed:
    """Weigh a look against what is known; the first one says how things stand and is no news."""
    failed = seen.answer.category == Category.COULD_NOT_CHECK
    if known.seen is None:
        return Weighed(Known(seen, failures=int(failed), missed=is_gone(seen.answer)))
    if failed:
        return _failed(known, known.seen, seen)
    if known.seen.landed is not None and seen.landed is None:
        seen = replace(seen, landed=known.seen.landed)
    return _answered(known.seen, seen)


def weigh_word(known: Known, override: Answer | None) -> Weighed:
    """Weigh what a person says today, without a new look: nothing else about the site is news."""
    if known.seen is None or known.seen.override == override:
        return Weighed(known)
    seen = replace(known.seen, override=override)
    change = judged(known.seen.told, seen.told)
    return Weighed(replace(known, seen=seen), () if change is Change.SAME else (Notice(change.value),))


def plain_cause(before: Seen, after: Seen, notices: tuple[Notice, ...]) -> Cause | None:
    """The cause of a change that needs no replay; None for one that does."""
    if _OF_THE_SITE.issuperset(notices):
        return Cause.SITE
    if (before.answer, before.proofs) == (after.answer, after.proofs):
        return Cause.PERSON
    return None


def _failed(known: Known, before: Seen, seen: Seen) -> Weighed:
    gone = is_gone(seen.answer)
    certain = gone and (known.missed or seen.answer.reason_code == _SEEN_TO_BE_GONE)
    if certain and not is_gone(before.answer):
        gone_now = replace(seen, proofs=before.proofs, landed=before.landed)
        return Weighed(Known(gone_now, known.failures + 1, missed=True), (Notice.VANISHED,))
    return Weighed(Known(before, known.failures + 1, missed=gone))


def _answered(before: Seen, seen: Seen) -> Weighed:
    notices: list[Notice] = []
    details: dict[str, list[str]] = {}
    change = Change.CAME_BACK if is_gone(before.answer) else judged(before.told, seen.told)
    if change is not Change.SAME:
        notices.append(Notice(change.value))
    elif seen.told.category == Category.DANGER and seen.told.reason_code != before.told.reason_code:
        notices.append(Notice.REASON)
    for notice, proofs in (
        (Notice.PROOF_LOST, before.proofs - seen.proofs),
        (Notice.PROOF_GAINED, seen.proofs - before.proofs),
    ):
        if proofs:
            notices.append(notice)
            details[notice.value] = sorted(proofs)
    if before.landed is not None and seen.landed is not None and before.landed != seen.landed:
        notices.append(Notice.REDIRECTED)
        details[Notice.REDIRECTED.value] = [before.landed, seen.landed]
    return Weighed(Known(seen), tuple(notices), details)

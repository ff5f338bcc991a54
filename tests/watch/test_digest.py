"""What is worth telling: a truth table of what was known, what a look said, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pharmcheck.changes import Answer
from pharmcheck.digest import Known, Notice, Seen, weigh, weigh_word


def seen(category: str, reason: str = "no_offer", *proofs: str, landed: str | None = None) -> Seen:
    return Seen(Answer("shop.example.com", category, reason), frozenset(proofs), landed)


DANGER = seen("danger", "rx_without_prescription")
CAUTION, UNVERIFIED = seen("caution", "warning_signs"), seen("unverified", "no_licence_claim")
LISTED = seen("verified", "register_names_site", "sukl_cz 1")
OFFLINE, PARKED = seen("could_not_check", "offline"), seen("could_not_check", "parked")
BLOCKED, SLOW = seen("could_not_check", "blocked"), seen("could_not_check", "timed_out")
HOME, AWAY = replace(CAUTION, landed="shop.example.com"), replace(CAUTION, landed="pills.example.net")

TABLE = [
    # known, looks one after the other → what the last of them is worth telling
    (None, [DANGER], []),  # how things stand is no news
    (None, [OFFLINE], []),
    (DANGER, [DANGER], []),
    (CAUTION, [DANGER], ["worse"]),
    (DANGER, [CAUTION], ["better"]),
    (UNVERIFIED, [seen("not_a_pharmacy")], ["different"]),
    (CAUTION, [seen("caution", "ceiling_no_tls")], []),  # a reason counts where it is about danger
    (DANGER, [seen("danger", "government_list")], ["reason"]),
    (CAUTION, [seen("danger", "government_list")], ["worse"]),
    (DANGER, [seen("caution", "ceiling_no_tls")], ["better"]),
    # A look that failed says nothing, however often, while somebody is there.
    (DANGER, [BLOCKED], []),
    (DANGER, [BLOCKED, SLOW, BLOCKED], []),
    (DANGER, [BLOCKED, DANGER], []),
    (DANGER, [SLOW, CAUTION], ["better"]),  # weighed against the last answer, not against the failure
    # Gone: twice in a row, or by the page's own word; told once.
    (DANGER, [OFFLINE], []),
    (DANGER, [OFFLINE, OFFLINE], ["vanished"]),
    (DANGER, [OFFLINE, BLOCKED, OFFLINE], []),
    (DANGER, [OFFLINE, DANGER], []),
    (DANGER, [OFFLINE, OFFLINE, OFFLINE], []),
    (DANGER, [PARKED], ["vanished"]),
    (DANGER, [PARKED, OFFLINE], []),
    (DANGER, [OFFLINE, OFFLINE, DANGER], ["came_back"]),
    (DANGER, [PARKED, BLOCKED, CAUTION], ["came_back"]),
    (None, [OFFLINE, UNVERIFIED], ["came_back"]),
    (None, [BLOCKED, DANGER], ["different"]),  # the list had no answer, now there is one
    (None, [BLOCKED, OFFLINE, OFFLINE], ["vanished"]),
    # Proofs of registers.
    (LISTED, [LISTED], []),
    (LISTED, [seen("unverified", "no_licence_claim")], ["worse", "proof_lost"]),
    (UNVERIFIED, [LISTED], ["better", "proof_gained"]),
    (LISTED, [seen("verified", "register_names_site", "sukl_cz 2")], ["proof_lost", "proof_gained"]),
    (LISTED, [seen("verified", "register_names_site", "sukl_cz 1", "nabp_us 7")], ["proof_gained"]),
    (LISTED, [OFFLINE], []),
    # Another site.
    (HOME, [HOME], []),
    (HOME, [AWAY], ["redirected"]),
    (AWAY, [HOME], ["redirected"]),
    (HOME, [CAUTION, AWAY], ["redirected"]),  # a look that does not know where it ended forgets nothing
    (CAUTION, [AWAY], []),  # nobody knows where it led before
    (HOME, [replace(AWAY, answer=DANGER.answer)], ["worse", "redirected"]),
]


@pytest.mark.parametrize(("before", "looks", "told"), TABLE)
def test_only_what_matters_is_told(before: Seen | None, looks: list[Seen], told: list[str]) -> None:
    """The last look of each row; scores are not even looked at."""
    known, notices = Known(before), ()
    for look in looks:
        weighed = weigh(known, look)
        known, notices = weighed.known, weighed.notices
        assert set(weighed.details) <= {notice.value for notice in notices}

    assert [notice.value for notice in notices] == told


def test_details_say_from_what_to_what() -> None:
    """Which entries were gained and lost, and where a site leads."""
    weighed = weigh(Known(replace(LISTED, landed="shop.example.com")),
                    seen("verified", "register_names_site", "b 2", "a 1", landed="pills.example.net"))  # fmt: skip

    assert weighed.details == {
        Notice.PROOF_LOST: ["sukl_cz 1"],
        Notice.PROOF_GAINED: ["a 1", "b 2"],
        Notice.REDIRECTED: ["shop.example.com", "pills.example.net"],
    }


def test_failures_in_a_row_are_counted() -> None:
    """They decide when the site is asked again."""
    known = weigh(weigh(weigh(Known(DANGER), BLOCKED).known, OFFLINE).known, OFFLINE).known
    assert known.failures == 3
    assert weigh(known, DANGER).known.failures == 0


PARDONED = Answer("shop.example.com", "unverified", "reviewed")
ACCUSED = Answer("shop.example.com", "danger", "reviewed")


@pytest.mark.parametrize(
    ("before", "override", "told"),
    [
        (DANGER, None, []),
        (DANGER, PARDONED, ["better"]),
        (replace(DANGER, override=PARDONED), PARDONED, []),
        (replace(DANGER, override=PARDONED), None, ["worse"]),
        (UNVERIFIED, ACCUSED, ["worse"]),
        (OFFLINE, ACCUSED, ["different"]),  # nobody came back: a person spoke
        (None, ACCUSED, []),
    ],
)
def test_a_persons_word_is_weighed_without_a_look(
    before: Seen | None, override: Answer | None, told: list[str]
) -> None:
    """What is told becomes another; proofs, failures and places stay as they were."""
    weighed = weigh_word(Known(before, failures=2), override)

    assert [notice.value for notice in weighed.notices] == told
    assert weighed.known.failures == 2
    assert weighed.known.seen == (before and replace(before, override=override))

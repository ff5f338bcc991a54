"""What the desk calls things, in English; templates put it into the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from pharmcheck.changes import Change
from pharmcheck.digest import Cause, Notice
from pharmcheck.store import Order
from pharmcheck.web.language import marked

STATES: Mapping[str, str] = {
    "draft": marked("draft"),
    "queued": marked("in line"),
    "running": marked("running"),
    "stalled": marked("stalled"),
    "done": marked("done"),
    "failed": marked("failed"),
    "cancelled": marked("called off"),
}
"""Of lists and of their checks."""

ROLES: Mapping[str, str] = {
    "reader": marked("reader"),
    "officer": marked("officer"),
    "admin": marked("admin"),
    "key": marked("key"),
    "owner": marked("owner"),
}

ORDERS: Mapping[Order, str] = {
    Order.ROW: marked("as in the list"),
    Order.WORST: marked("the worst first"),
    Order.HOST: marked("by name"),
}

WAITS: Mapping[str, str] = {
    "needs_review": marked("a person should look before anybody is accused"),
    "disputed": marked("somebody disputes it"),
}
"""Overlays, as reasons to be in the queue."""

CHANGES: Mapping[str, str] = {
    Change.WORSE: marked("worse"),
    Change.CAME_BACK: marked("came back"),
    Change.VANISHED: marked("vanished"),
    Change.BETTER: marked("better"),
    Change.DIFFERENT: marked("another answer"),
    Change.NEW: marked("new in this run"),
    Change.LEFT_OUT: marked("only in the earlier run"),
    Change.SAME: marked("the same"),
}

NOTICES: Mapping[str, str] = {
    **{name: words for name, words in CHANGES.items() if name in set(Notice)},
    Notice.REASON: marked("dangerous for another reason"),
    Notice.PROOF_LOST: marked("not in a register any more"),
    Notice.PROOF_GAINED: marked("in a register now"),
    Notice.REDIRECTED: marked("leads to another site"),
}

CAUSES: Mapping[Cause, str] = {
    Cause.SITE: marked("The site changed."),
    Cause.RULES: marked("Our rules changed, the site did not."),
    Cause.REGISTERS: marked("A register changed or grew old, the site did not."),
    Cause.RULES_OR_REGISTERS: marked("Our rules or registers changed, the site did not."),
    Cause.PERSON: marked("A person judged it, or such a judgement fell away."),
    Cause.UNKNOWN: marked("Whether the site or our rules changed is not known."),
}

PERIODS: Mapping[int, str] = {
    1: marked("a day ago"),
    7: marked("a week ago"),
    30: marked("30 days ago"),
    90: marked("90 days ago"),
    0: marked("the beginning"),
}

FAULTS: Mapping[str, str] = {
    "nobody": "",
    "site": marked("the receiver's fault"),
    "network": marked("the network's fault"),
    "us": marked("our own fault"),
}

DELIVERIES: Mapping[str, str] = {
    "waiting": marked("waits"),
    "sending": marked("is being sent"),
    "done": marked("arrived"),
    "failed": marked("could not be delivered"),
}

ERRORS: Mapping[str, str] = {
    "gave_up": marked("We tried three times and had to give up; this says nothing about the site."),
    "internal": marked("Something went wrong here; this says nothing about the site."),
}
"""Codes of checks that ended without a verdict."""

REASONS: Mapping[str, str] = {
    "accredited": marked("accredited"),
    "blocked": marked("does not let us look"),
    "ceiling_cloaking": marked("shows visitors from search engines something else"),
    "ceiling_licence_inactive": marked("register entry is not active"),
    "ceiling_no_tls": marked("asks for personal data without encryption"),
    "ceiling_prescription_sale_banned": marked("sells prescription medicine from a country that bans it online"),
    "ceiling_stale_register": marked("our copy of the register is too old"),
    "certificate_broken": marked("broken certificate"),
    "controlled_without_prescription": marked("controlled drugs without a prescription"),
    "dot_pharmacy": marked("under .pharmacy"),
    "empty_without_scripts": marked("empty without scripts"),
    "forged_proof": marked("forged proof"),
    "general_sale_only": marked("general sale medicines only"),
    "government_list": marked("on an authority's warning list"),
    "hacked_redirector": marked("hacked: sends visitors to a pill shop"),
    "hijacked_host": marked("medicine under an address where nobody may sell it"),
    "hospital": marked("hospital or clinic"),
    "impersonation": marked("imitates a registered pharmacy"),
    "information": marked("information only"),
    "insurer": marked("insurer"),
    "known_checkout": marked("orders go to a site that an authority warns about"),
    "language_not_read": marked("in a language that our rules do not read"),
    "licensed_elsewhere": marked("licensed, but not confirmed for the destination"),
    "manufacturer": marked("manufacturer"),
    "marketplace": marked("marketplace"),
    "news": marked("news"),
    "no_licence_claim": marked("no licence number found"),
    "no_offer": marked("no medicine for sale"),
    "no_register_for_country": marked("no register of its country names web addresses"),
    "not_in_register": marked("not named by its register"),
    "number_exists_not_tied_to_site": marked("licence number exists, not tied to this site"),
    "offers_unclear": marked("unclear what it offers"),
    "offline": marked("did not answer"),
    "parked": marked("parking page"),
    "refused_address": marked("leads to an address that we do not visit"),
    "register_names_site": marked("named by an official register"),
    "register_not_loaded": marked("its register is not loaded here"),
    "registered_not_for_online_sale": marked("registered, but not for online sale"),
    "reviewed": marked("judged by a person"),
    "rx_without_prescription": marked("prescription medicine without a prescription"),
    "supplements": marked("food supplements"),
    "telehealth": marked("online doctor"),
    "third_party_list": marked("on a private list"),
    "timed_out": marked("answered too slowly"),
    "too_large": marked("pages too large to read"),
    "too_little_read": marked("too little could be read"),
    "veterinary": marked("for animals"),
    "warning_signs": marked("warning signs"),
    "wholesale": marked("serves traders"),
}
"""Reason codes of verdicts, short enough for a table; a test holds that each has its words."""


def because(code: str | None) -> str:
    """A reason code in words; one that we do not know, as it is."""
    return REASONS.get(code or "", (code or "").replace("_", " "))

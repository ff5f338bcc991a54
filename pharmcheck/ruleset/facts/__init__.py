"""Facts about a whole site that rule files may ask for by name.

A fact that could not be looked for is inconclusive, never absent.  Absence is an answer only when the
pages that should hold the thing were read in full, and says where it searched.
"""

from __future__ import annotations

from pharmcheck.ruleset.facts import (
    approval,
    checkout,
    conflicts,
    connection,
    contradicted,
    identity,
    licences,
    listing,
    lookalikes,
    mail_order,
    naming,
    nobody,
    obstacles,
    offers,
    reach,
    seals,
    second_look,
    settling,
    steps,
    trade,
    warned,
)
from pharmcheck.ruleset.facts.registry import FACTS

__all__ = [
    "FACTS",
    "approval",
    "checkout",
    "conflicts",
    "connection",
    "contradicted",
    "identity",
    "licences",
    "listing",
    "lookalikes",
    "mail_order",
    "naming",
    "nobody",
    "obstacles",
    "offers",
    "reach",
    "seals",
    "second_look",
    "settling",
    "steps",
    "trade",
    "warned",
]

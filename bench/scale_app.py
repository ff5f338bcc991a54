"""The workers' own application, for `bench.scale`: only where its sites live is told from outside."""

from __future__ import annotations

import os
from ipaddress import ip_network

from bench.scale_sites import HOSTS
from pharmcheck.capture import Policy
from pharmcheck.settings import Settings
from workers import room
from workers.app import app

__all__ = ["app"]

ADDRESS, PORT, CA_FILE = os.environ.get("BENCH_SITES", "127.0.0.1 0 -").split()


def policy(settings: Settings, **_: object) -> Policy:
    """Every site on one address of loopback, without a pause between two requests."""
    place = (ADDRESS, int(PORT))
    return Policy(
        resolve={(host, 443): place for host in HOSTS},
        allowed_networks=(ip_network("127.0.0.0/8"),),
        ca_file=CA_FILE,
        min_interval_s=0.0,
        page_budget=settings.page_budget,
    )


room.policy_of = policy

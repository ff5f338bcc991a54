"""The workers' own application with the sample street for a world, and sites that do what no page of ours can.

Where a host stands is told in a file; everything else is the real thing.  A site in `poison` kills the process that
visits it, a site in `held` is visited for as long as the file `go` is not there.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from ipaddress import ip_network
from pathlib import Path

from pharmcheck import work
from pharmcheck.capture import Policy
from pharmcheck.settings import Settings
from workers import room
from workers.app import app

__all__ = ["app"]

_told = json.loads(Path(os.environ["TEST_STREET"]).read_text())
_go = Path(_told["go"])
_real = work.check_site


def street_policy(settings: Settings, **_: object) -> Policy:
    """How the street is reached."""
    return Policy(
        resolve={(host, port): (address, at) for host, port, address, at in _told["places"]},
        allowed_networks=(ip_network("127.0.0.0/8"),),
        ca_file=_told["ca"],
        min_interval_s=0.0,
        page_budget=1,
        visit_deadline_s=settings.visit_deadline_s,
        fetch_deadline_s=4.0,
        connect_timeout_s=4.0,
    )


async def _check_site(address, *args, **kwargs):  # type: ignore[no-untyped-def]
    if address.host in _told["poison"]:
        os.kill(os.getpid(), signal.SIGKILL)
    while address.host in _told["held"] and not _go.exists():  # noqa: ASYNC110, ASYNC240 - a file says so
        await asyncio.sleep(0.02)
    return await _real(address, *args, **kwargs)


work.check_site = _check_site
room.policy_of = street_policy

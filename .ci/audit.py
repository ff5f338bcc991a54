"""Whether any locked dependency has a known vulnerability, by the OSV database; `make audit`.

Exit 1 only for a vulnerability that the database names and `.ci/audit-exceptions.txt` does not.  A database that does
not answer, or not in a way that we understand, is said aloud and is no failure: the network is nobody's change.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

EXCEPTIONS = Path(__file__).with_name("audit-exceptions.txt")
_WAIT_S = 90  # for the whole audit; it takes one
_QUICK = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "15"}


class Known(NamedTuple):
    """One vulnerability."""

    package: str
    version: str
    ids: frozenset[str]
    what: str
    fixed: str


def main() -> int:
    """Print what is known, and say whether it is bearable."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("uv", help="the program that asks")
    parser.add_argument("--service-url", help="another database with OSV's interface")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS)
    wanted = parser.parse_args()
    excused = read_exceptions(wanted.exceptions.read_text("utf-8"), datetime.now(UTC).date())
    found, why = ask(wanted.uv, wanted.service_url)
    if found is None:
        print(f"AUDIT NOT DONE: the database of vulnerabilities could not be asked ({why})")
        return 0
    packages, known = found
    open_ones = [one for one in known if not excused & one.ids]
    for one in open_ones:
        print(f"{one.package} {one.version}: {one.what} (fixed in: {one.fixed or 'no version yet'})")
    print(f"audit: {packages} packages, {len(open_ones)} known vulnerabilities, {len(known) - len(open_ones)} excused")
    return 1 if open_ones else 0


def read_exceptions(text: str, today: date) -> set[str]:
    """Ids that are excused today: a line is `ID YYYY-MM-DD why it does not reach us`.  Raises ValueError."""
    excused = set()
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            identifier, until, reason = line.split(maxsplit=2)
            if reason and date.fromisoformat(until) >= today:
                excused.add(identifier)
    return excused


def ask(uv: str, service_url: str | None) -> tuple[tuple[int, list[Known]] | None, str]:
    """How many packages were asked about and what is known of them; None, and why, when nobody answers."""
    command = [uv, "audit", "--frozen", "--output-format", "json", "--preview-features", "audit-command,json-output"]
    command += ["--service-url", service_url] if service_url else []
    try:
        done = subprocess.run(  # noqa: S603 - our own uv
            command, capture_output=True, text=True, check=False, timeout=_WAIT_S, env={**os.environ, **_QUICK}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, type(error).__name__
    try:
        found = json.loads(done.stdout)
        known = [Known(one["dependency"]["name"], one["dependency"]["version"], frozenset({one["id"], *one["aliases"]}),
                       f"{one['id']}, {one['summary']}", ", ".join(one["fix_versions"]))
                 for one in found["vulnerabilities"]]  # fmt: skip
        return (int(found["summary"]["audited_packages"]), known), ""
    except (ValueError, KeyError, TypeError):  # an experimental format, which may change with uv
        return None, (done.stderr.strip().splitlines() or ["no answer"])[-1].strip()


if __name__ == "__main__":
    sys.exit(main())

"""Fuzz every target for a while, one after the other, and print what came of it.

    .venv/bin/python -m bench.fuzz [--seconds 60] [TARGET…]

Inputs that reached something new are kept in `build/fuzz/TARGET/`, where the next run begins; what broke a promise lies
beside them, `build/fuzz/TARGET-crash-…`.  Exit 1 when there is any.  Needs the dependency group `fuzz`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from bench.fuzz import TARGETS

_KEPT = Path("build/fuzz")
_MOST_BYTES, _MOST_MB, _MOST_S = 16_384, 2048, 60  # of one input; of the process; for one input, on a busy machine
_RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_REACHED = re.compile(r" cov: (\d+) ")


def main() -> int:
    """Print a line a target."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description="Fuzz the readers of strangers' bytes.")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; none: all")
    wanted = parser.parse_args()
    if unknown := set(wanted.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    print(f"{'target':<12}{'runs':>12}{'edges':>8}  findings", flush=True)
    found = [_fuzz(target, wanted.seconds) for target in wanted.targets or TARGETS]
    return 1 if any(found) else 0


def _fuzz(target: str, seconds: int) -> list[Path]:
    corpus = _KEPT / target
    corpus.mkdir(parents=True, exist_ok=True)
    before = set(_KEPT.glob(f"{target}-*"))
    command = [
        sys.executable, "-m", "bench.fuzz.run", target, str(corpus), f"-max_total_time={seconds}",
        f"-max_len={_MOST_BYTES}", f"-rss_limit_mb={_MOST_MB}", f"-timeout={_MOST_S}",
        f"-report_slow_units={_MOST_S}", "-print_final_stats=1",
        f"-artifact_prefix={_KEPT}/{target}-",
    ]  # fmt: skip
    with (_KEPT / f"{target}.log").open("wb") as log:
        # The lowest priority: whoever works on this machine comes first.
        subprocess.run(["nice", "-n", "19", *command], stdout=log, stderr=log, check=False)  # noqa: S603, S607
    said = (_KEPT / f"{target}.log").read_text("utf-8", "replace")
    found = sorted(set(_KEPT.glob(f"{target}-*")) - before)
    runs, reached = _RUNS.search(said), _REACHED.findall(said)
    names = ", ".join(one.name for one in found) or ("none" if runs else f"DID NOT RUN, see {_KEPT}/{target}.log")
    print(f"{target:<12}{int(runs[1]) if runs else 0:>12,}{reached[-1] if reached else '-':>8}  {names}", flush=True)
    return found or ([] if runs else [_KEPT / f"{target}.log"])


if __name__ == "__main__":
    sys.exit(main())

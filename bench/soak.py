"""Many checks over thousands of sites: does anything grow, is anything lost?

    .venv/bin/python -m bench.soak [--checks 10000] [--processes 2]

Real workers and a real beat over a real Redis and a real PostgreSQL, as in `bench.scale`, whose sites these are: 2,000
fast ones, each checked several times.  Memory is what each process has of its own (RssAnon), in MB.
Exit 1 when a check did not end exactly once as `done`, or one was begun more often than once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from redis import Redis

from bench.scale import Yard, workers, yard_in
from bench.scale_sites import COUNT
from pharmcheck.store.tables import checks, verdicts

_LOOK_S = 15.0


def main() -> int:
    """Print a line a minute and the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    rounds = -(-wanted.checks // COUNT)
    print(f"{rounds * COUNT:,} checks of {COUNT:,} sites, {wanted.processes} processes, {os.cpu_count()} cores")
    with TemporaryDirectory() as folder, yard_in(Path(folder)) as yard, workers(yard, wanted.processes) as pid:
        beat = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "celery", "-A", "bench.scale_app", "beat", "-s", f"{folder}/beat"],
            env=yard.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return _soak(yard, pid, beat.pid, rounds)
        finally:
            beat.terminate()
            beat.wait()


def _soak(yard: Yard, worker: int, beat: int, rounds: int) -> int:
    begun = time.perf_counter()
    ids = [check_id for _ in range(rounds) for check_id in yard.submit([("fast", COUNT)])["fast"]]
    redis = Redis.from_url(yard.environment["PHARMCHECK_BROKER_URL"].replace("redis+socket", "unix"))
    print("   s   done   parent  processes           beat   Redis   messages")
    done = 0
    while done < len(ids):
        time.sleep(_LOOK_S)
        done = _ended(yard)
        children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
        sizes = "+".join(f"{_own_mb(int(child)):.0f}" for child in children)
        memory = redis.info("memory")["used_memory"] / 1e6
        waiting = redis.llen("pharmcheck:broker:batch")
        seconds, own, clock = time.perf_counter() - begun, _own_mb(worker), _own_mb(beat)
        print(f"{seconds:>4.0f} {done:>6,} {own:>8.0f}  {sizes:<18} {clock:>5.0f} {memory:>7.1f} {waiting:>10}")
        sys.stdout.flush()
    seconds = time.perf_counter() - begun
    print(f"{len(ids) / seconds:.1f} sites a second")
    return _judge(yard, len(ids))


def _ended(yard: Yard) -> int:
    """Of those that were put in line here; the ones that warmed the worker up are taken off."""
    query = sa.select(sa.func.count()).where(checks.c.state.in_(("done", "failed")))
    with yard.store.transaction() as connection:
        return int(connection.execute(query).scalar_one()) - yard.warmed


def _judge(yard: Yard, wanted: int) -> int:
    with yard.store.transaction() as connection:
        states = connection.execute(sa.select(checks.c.state, sa.func.count()).group_by(checks.c.state)).all()
        again = connection.execute(sa.select(sa.func.count()).where(checks.c.attempts > 1)).scalar_one()
        answers = connection.execute(sa.select(sa.func.count()).select_from(verdicts)).scalar_one()
    told = ", ".join(f"{count:,} {state}" for state, count in states)
    print(f"{told}; {answers:,} verdicts; {again} begun more than once")
    whole = wanted + yard.warmed
    return int(dict(states) != {"done": whole} or answers != whole or again > 0)  # type: ignore[arg-type]


def _own_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


if __name__ == "__main__":
    sys.exit(main())

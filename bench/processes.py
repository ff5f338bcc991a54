"""A process and all its children while they run: the most memory that each has had, and the CPU of all.  Linux only."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_LOOK_S = 0.2  # between two looks at the memory of all; the last figure of the process itself is the kernel's own


@dataclass
class Run:
    """What a command took.  `peaks` are megabytes by process."""

    code: int = 0
    cpu_s: float = 0.0  # user and system, of the process and of all children that it waited for
    wall_s: float = 0.0
    peaks: dict[str, float] = field(default_factory=dict)

    @property
    def peak_mb(self) -> float:
        return max(self.peaks.values(), default=0.0)

    def saw(self, pid: int, peak_mb: float) -> None:
        """A process has had so much."""
        self.peaks[str(pid)] = max(self.peaks.get(str(pid), 0.0), peak_mb)


def run(
    command: Sequence[str],
    taken: Run,
    *,
    stdout: IO[bytes] | int | None = None,
    watch: Callable[[int], int] = lambda _: 0,
    every_s: float = 1.0,
) -> Run:
    """Run a command to its end.  `watch` is asked now and then for a signal to send, 0 for none.

    What it took is put into `taken`, also when we are interrupted; then it is killed.
    """
    begun = asked = time.monotonic()
    process = subprocess.Popen(command, stdout=stdout)  # noqa: S603 - our own
    ended = False
    try:
        while not ended:
            for pid in _family(process.pid):
                taken.saw(pid, memory_mb(pid, "VmHWM"))
            ended = _ended(process, taken, os.WNOHANG)
            if not ended and time.monotonic() - asked >= every_s:
                asked = time.monotonic()
                if number := watch(process.pid):
                    process.send_signal(number)
            time.sleep(_LOOK_S)
    finally:
        if not ended:
            process.kill()
            _ended(process, taken, 0)
        taken.wall_s = time.monotonic() - begun
    return taken


def memory_mb(pid: int, what: str) -> float:
    """A line of the status of a process, such as VmRSS; nothing when it has ended."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().partition(f"{what}:")[2].split()[0]) / 1024
    return 0.0


def _ended(process: subprocess.Popen[bytes], taken: Run, how: int) -> bool:
    ended, status, usage = os.wait4(process.pid, how)
    if not ended:
        return False
    process.returncode = taken.code = os.waitstatus_to_exitcode(status)
    taken.cpu_s = usage.ru_utime + usage.ru_stime
    # Of the process or the largest child that it waited for: a peak between our last look and its end counts too.
    # A process inherits this figure from its parent, so that it says nothing where ours is larger.
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        taken.saw(process.pid, usage.ru_maxrss / 1024)
    return True


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, children.read_text().split())
    return found

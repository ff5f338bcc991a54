"""A suspicious page is read by a child process first; what kills the child never meets the parent.

The limits of the reader hold every page that we could think of; this is the net under them, for a crash, a loop or
memory without end inside C code or in a finder of ours.  The child says one word and nothing else: no object made
from hostile bytes travels back, and the parent reads the page again when the child lived.  Limits are the kernel's, so
they hold whatever the child is busy with, and no child outlives a killed parent by more than its seconds.

Started anew for each page, not forked: forking a process with threads or an event loop may hang.  It gets no
settings and no environment.  One at a time, so that a site full of such pages takes the memory of one.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple


class Limits(NamedTuple):
    """What a child may use, from the moment it has loaded its modules."""

    cpu: int = 3  # seconds (field notes 2.3)
    wall: int = 10  # seconds; nothing in reading waits, so that only a busy machine comes near
    address_space: int = 768 << 20  # bytes (field notes 2.3); much of it is libraries nobody touches
    data: int = 192 << 20  # bytes of memory of its own: with the parent's hundred below 300 MB


LIMITS = Limits()
_LOADING = 60  # seconds for the interpreter to start on a machine that is very busy
_HARMLESS = b"harmless"
_MEMORY = b"memory"
_START = "import sys; sys.path[:] = sys.argv[1:]; from pharmcheck.reading.taster import main; main()"
_one_at_a_time = Lock()
_WHY = {
    "SIGXCPU": "it took more than {limits.cpu} seconds of processor time",
    "SIGKILL": "it was killed",
    "SIGALRM": "it took more than {limits.wall} seconds",
}


def taste(reader: Callable[..., object], *about: object, limits: Limits | None = None) -> str | None:
    """Let a child run `reader(*about)`, a function that can be imported by name.

    Returns:
        Why it was stopped, in words of ours; None when the child lived.
    """
    limits = limits or LIMITS
    with _one_at_a_time:
        try:
            done = subprocess.run(  # noqa: S603 - nothing of the page is in the command
                [sys.executable, "-I", "-c", _START, *sys.path],
                input=pickle.dumps((limits, reader, about)),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=_LOADING + limits.wall,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _WHY["SIGALRM"].format(limits=limits)
        except OSError:
            return "no process of its own could be started"
    if done.stdout == _HARMLESS and not done.returncode:
        return None
    if done.stdout == _MEMORY:
        return "it took too much memory"
    if done.returncode < 0:
        return _WHY.get(signal.Signals(-done.returncode).name, "the reader crashed").format(limits=limits)
    return "the reader failed"


def main() -> None:
    """The child: read what stands on standard input, and say that it ended."""
    limits, reader, about = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent wrote it
    _bind(limits)
    try:
        reader(*about)
        word = _HARMLESS
    except MemoryError:
        word = _MEMORY
    sys.stdout.buffer.write(word)


def _bind(limits: Limits) -> None:
    """Have the kernel end this process at its limits."""
    import resource  # noqa: PLC0415 - only the child needs it

    used = int(time.process_time()) + 1
    for what, most in (
        (resource.RLIMIT_CPU, used + limits.cpu),
        (resource.RLIMIT_AS, limits.address_space),
        (resource.RLIMIT_DATA, limits.data),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most if what != resource.RLIMIT_CPU else most + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.wall)

"""The browser as the machine sees it: a group of processes that can be measured and ended.  Linux.

Where there is no /proc, nothing is measured and the memory bound is the container's: docs/rendering.md.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_STATE, _PARENT, _GROUP = 0, 1, 2  # fields of /proc/…/stat behind the name in brackets
_OWN = ("RssAnon:", "RssShmem:")  # not the program's files, which all processes share


def members(leader: int) -> Iterator[int]:
    """The processes of the group that `leader` opened."""
    for entry in _PROC.glob("[0-9]*") if _PROC.is_dir() else ():
        if int(_stat(int(entry.name))[_GROUP]) == leader:
            yield int(entry.name)


def is_there(pid: int) -> bool:
    """Does this process still run?"""
    return not _PROC.is_dir() or _stat(pid)[_STATE] not in {"", "Z", "X"}  # not: waiting to be buried


def parent(pid: int) -> int:
    """Who started `pid`; 0 when it is gone."""
    return int(_stat(pid)[_PARENT])


def argument(pid: int, switch: str) -> str | None:
    """What `pid` was told by `switch` when it was started."""
    with suppress(OSError):
        words = (_PROC / str(pid) / "cmdline").read_text("utf-8", "replace").split("\0")
        return next((word.partition("=")[2] for word in words if word.startswith(f"{switch}=")), None)
    return None


def memory(pid: int) -> int:
    """Bytes of memory that this process alone has filled; 0 when it is gone."""
    with suppress(OSError):
        lines = (_PROC / str(pid) / "status").read_text("ascii", "replace").splitlines()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(_OWN))
    return 0


def end(leader: int) -> None:
    """Kill the whole group at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return ["", "0", "0"]

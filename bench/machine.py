"""On what a measurement ran, and how much memory its process has taken.  Knows nothing of what is measured."""

from __future__ import annotations

import os
import platform
import resource
import ssl
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe(*packages: str) -> str:
    """The machine, the Python and the versions of what is compared, in one line."""
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, " + (
        f"{ssl.OPENSSL_VERSION}" + (f"; {versions}" if versions else "")
    )


def peak_mb() -> float:
    """The most memory that this process has had; not getrusage's, which a process inherits from its parent."""
    status = Path("/proc/self/status")
    if not status.exists():  # no Linux: an upper bound, in kilobytes or, on macOS, bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used so far, user and system."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"

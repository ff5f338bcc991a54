"""Readers that misbehave, for the child process that tries suspicious pages."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path


def well(*_: object) -> str:
    return "a reading nobody asks for"


def crash(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def touch_nothing(*_: object) -> None:
    """A read from address zero in C, as a parser's bug would do it."""
    ctypes.string_at(0)


def loop(*_: object) -> None:
    while True:
        pass


def loop_in_c(*_: object) -> None:
    """Minutes in one call that no signal handler of Python could interrupt."""
    sum(range(10**12))


def sleep(*_: object) -> None:
    time.sleep(60)


def eat(*_: object) -> None:
    held = []
    while True:
        held.append(bytearray(8 << 20))


def fail(*_: object) -> None:
    raise ValueError("</script> words of a page")


def talk(*_: object) -> None:
    os.write(1, b"harmless, says the page")


def leave(*_: object) -> None:
    os._exit(0)


def environment(*_: object) -> None:
    if set(os.environ) - {"LC_CTYPE"}:
        raise ValueError("settings came along")


def sleep_and_tell(path: str) -> None:
    Path(path).write_text(str(os.getpid()), "ascii")
    time.sleep(60)

"""What may reach a terminal, and how.

Words of a page are data of a stranger: control characters, escape sequences, invisible characters and reversed
text are shown as what they are and never act.  Console markup and links are off everywhere.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import IO, TYPE_CHECKING, Self

from pharmcheck.address.defanging import defang

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.status import Status

    from pharmcheck.model import Attempt
    from pharmcheck.settings import Settings

WIDTH = 100  # columns; longer lines are hard to read, and files have no width of their own

_LATIN, _BASIC = 0xFF, 0xFFFF  # last characters of Latin-1 and of the basic plane

_SPACE = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
# C0, DEL and C1 controls; marks that turn text round; what cannot be seen; halves of characters; tags.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """`text` on one line, with everything that would act on a terminal spelled out."""
    return _ACTIVE.sub(_spell_out, _SPACE.sub(" ", text))


def safe_json(line: str) -> str:
    """The same JSON with characters that would act on a terminal written as escapes."""
    return _ACTIVE.sub(_json_escape, line)


def write_line(text: str) -> None:
    """One line of data on stdout, in UTF-8 whatever the locale, at once: the next program may be waiting."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def console(stream: IO[str]) -> Console:
    """A console on `stream`: colours only on a terminal that wants them, no markup, no links, no guessing."""
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - called while BrokenPipeError is handled; rich itself would exit with 1: our "danger"

    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")  # an old locale cannot show every script; it must not stop us
    lively = is_lively(stream)
    made = Quiet(
        file=stream,
        force_terminal=lively,
        color_system="auto" if lively else None,
        no_color=not lively,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        legacy_windows=False,
        width=None if lively else WIDTH,
    )
    made.width = min(made.width, WIDTH)
    return made


def is_lively(stream: IO[str]) -> bool:
    """Whether `stream` is a terminal on which colours and moving lines are welcome."""
    return stream.isatty() and not settings().plain_terminal


def settings() -> Settings:
    """The settings, for how things look; wrong ones are reported by the command that needs them."""
    from pharmcheck.settings import Settings, load_settings

    try:
        return load_settings()
    except ValueError:
        return Settings.model_construct(no_color="1", term="dumb", debug=False)


def say(sentence: str) -> None:
    """A message to the person, on stderr."""
    print(f"pharmcheck: {plain(sentence)}", file=sys.stderr, flush=True)  # noqa: T201 - this is the place for it


def say_details(error: BaseException) -> None:
    """The inner details of an unexpected failure, for those who asked for them."""
    if not settings().debug:
        return
    import traceback

    for line in "".join(traceback.format_exception(error)).splitlines():
        print(_ACTIVE.sub(_spell_out, line), file=sys.stderr)  # noqa: T201


class Progress:
    """What is being looked at right now, on stderr, when somebody is there to see it."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._pages: dict[str, int] = {}
        if is_lively(sys.stderr):
            self._status = console(sys.stderr).status("", spinner="line")

    def look(self, host: str) -> None:
        """A visit begins."""
        self._pages[host] = 0
        self._show(host, "connecting")

    def attempt(self, host: str, attempt: Attempt) -> None:
        """A page was tried."""
        self._pages[host] = self._pages.get(host, 0) + 1
        self._show(host, f"{attempt.role.value}: {attempt.outcome.value.replace('_', ' ')}")

    def done(self, host: str) -> None:
        """A visit ended."""
        self._pages.pop(host, None)

    def pause(self) -> None:
        """Clear the line, so that an answer can be printed; the next page brings it back."""
        if self._status is not None:
            self._status.stop()

    def _show(self, host: str, what: str) -> None:
        if self._status is None:
            return
        from rich.text import Text

        others = f" and {len(self._pages) - 1} more" if len(self._pages) > 1 else ""
        line = f"Looking at {defang(plain(host), host)}{others} · {self._pages.get(host, 0)} pages · {plain(what)}"
        self._status.update(Text(line, overflow="ellipsis", no_wrap=True))
        self._status.start()


class BatchProgress:
    """How far a list is: a bar with rate and estimate on a terminal, else a line every half minute, on stderr."""

    _PAUSE_S = 30.0

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._said_at = self._began = time.monotonic()
        self._first: int | None = None

    def __enter__(self) -> Self:
        if is_lively(sys.stderr):
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("Sites"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(), console=console(sys.stderr), transient=True,
            )  # fmt: skip
            self._task = self._bar.add_task("", total=None, rate="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, done: int, total: int) -> None:
        """So many of so many are done."""
        now = time.monotonic()
        if self._first is None:
            self._first = done
        pace = 60 * (done - self._first) / max(now - self._began, 1e-9)
        rate = f"{pace:,.0f} a minute" if done > self._first else ""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, rate=rate)
        elif now - self._said_at >= self._PAUSE_S:
            self._said_at = now
            left = f", about {(total - done) / pace:,.0f} minutes left" if rate else ""
            say(f"{done:,} of {total:,} sites are done{f'; {rate}' if rate else ''}{left}.")

    def say(self, sentence: str) -> None:
        """Something besides."""
        say(sentence)


def _spell_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= _LATIN else f"\\u{code:04x}" if code <= _BASIC else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= _BASIC else json.dumps(match[0])[1:-1]

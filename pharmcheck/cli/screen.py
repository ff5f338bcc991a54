"""What may reach a terminal, and how.

Words of a page are data of a stranger: control characters, escape sequences, invisible characters and reversed
text are shown as what they are and never act.  Console markup and links are off everywhere.
"""

from __future__ import annotations

import json
import re
import sys
from typing import IO, TYPE_CHECKING

from pharmcheck.address.defanging import defang

if TYPE_CHECKING:
    from rich.console import Console
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


def _spell_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= _LATIN else f"\\u{code:04x}" if code <= _BASIC else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= _BASIC else json.dumps(match[0])[1:-1]

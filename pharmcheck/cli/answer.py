"""A verdict for a person at a terminal: the answer first, then what to do, then the proof.

Symbol, word and colour say the same thing; none is needed to understand the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.console import Console
from rich.text import Text

from pharmcheck.address.defanging import defang
from pharmcheck.cli.screen import plain
from pharmcheck.explain import SIGNS, Explanation
from pharmcheck.model import Category, Verdict

_LOOKS = {  # the sign in ASCII, style
    Category.VERIFIED: ("[ok]", "bold green"),
    Category.VERIFIED_ELSEWHERE: ("[ok, elsewhere]", "bold cyan"),
    Category.UNVERIFIED: ("[?]", "bold yellow"),
    Category.CAUTION: ("[!]", "bold yellow"),
    Category.DANGER: ("[X]", "bold red"),
    Category.COULD_NOT_CHECK: ("[...]", "bold magenta"),
    Category.NOT_A_PHARMACY: ("[-]", "bold blue"),
}


class AnswerPrinter:
    """Prints verdicts on one console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._old_locale = not console.encoding.startswith("utf")
        self._hosts: tuple[str, ...] = ()  # of a site nobody should click through to
        self._printed = 0

    def print(self, verdict: Verdict, explanation: Explanation, remarks: Iterable[str] = ()) -> None:
        """One site."""
        address = verdict.address
        shown = (address.host, address.display_host, address.registrable_domain)
        self._hosts = shown if verdict.category is Category.DANGER else ()
        if self._printed:
            self._console.print()
        self._printed += 1
        self._headline(verdict, explanation)
        for remark in remarks:
            self._line(remark, style="dim")
        self._why(explanation)
        self._list("What to do now", explanation.advice)
        self._criteria(explanation)
        self._records(explanation)
        self._look_up(explanation)
        self._list("Not checked", (f"{what}: {why}" for what, why in explanation.not_checked))
        self._console.print()
        for line in explanation.footer:
            self._line(line, style="dim")

    def _headline(self, verdict: Verdict, explanation: Explanation) -> None:
        ascii_sign, style = _LOOKS[verdict.category]
        mark = ascii_sign if self._old_locale else SIGNS[verdict.category]
        answer = Text.assemble(
            (f"{mark} {self._clean(explanation.label)}", style), f": {self._clean(explanation.headline)}"
        )
        self._wrapped(answer, hang=len(mark) + 1)
        self._address(verdict.address.url, indent=2, style="dim")
        arrow = ">" if self._old_locale else "→"
        self._wrapped(Text(f"{arrow} {self._clean(explanation.action)}", style="bold"), hang=2)

    def _why(self, explanation: Explanation) -> None:
        if not explanation.why:
            return
        self._title("Why")
        for reason in explanation.why:
            self._line(reason.message, indent=2, mark=self._bullet)
            for quote, url in reason.quotes:
                self._line(f"“{quote}”", indent=6, style="italic")
                if url:
                    self._address(url, indent=6, style="dim")
            if reason.sources:
                self._line(f"Why it matters: {'; '.join(reason.sources)}", indent=6, style="dim")

    def _criteria(self, explanation: Explanation) -> None:
        if not explanation.criteria:
            return
        self._title("The four criteria")
        width = max(len(name) for name, _, _ in explanation.criteria)
        for name, outcome, detail in explanation.criteria:
            self._line(f"{outcome}: {detail}", indent=2, mark=f"{self._clean(name):<{width}} ")
        for meaning in explanation.meanings:
            self._line(meaning, indent=2, style="dim")

    def _records(self, explanation: Explanation) -> None:
        if not explanation.records:
            return
        self._title("The register beside the site")
        for record in explanation.records:
            self._line(record.title, indent=2, mark=self._bullet)
            for what, told in record.lines:
                self._line(f"{what}: {told}", indent=6)

    def _look_up(self, explanation: Explanation) -> None:
        if not explanation.look_up:
            return
        self._title("Look it up yourself")
        for whose, url in explanation.look_up:
            self._line(whose, indent=2, mark=self._bullet)
            # From our own list: it stays whole even below a site that nobody should click through to.
            self._unbroken(plain(url), indent=6, style="dim")

    def _list(self, title: str, lines: Iterable[str]) -> None:
        found = list(lines)
        if not found:
            return
        self._title(title)
        for line in found:
            self._line(line, indent=2, mark=self._bullet)

    def _title(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def _line(self, text: str, *, indent: int = 0, mark: str = "", style: str = "") -> None:
        """Text behind a mark, its further lines under the first."""
        first = " " * indent + (f"{mark} " if mark else "")
        self._wrapped(Text(self._clean(text), style=style), first=first, hang=len(first))

    def _wrapped(self, text: Text, *, first: str = "", hang: int) -> None:
        for number, line in enumerate(text.wrap(self._console, max(self._console.width - hang, 20))):
            line.rstrip()
            begin = " " * hang if number else first
            self._console.print(Text.assemble(begin, line), soft_wrap=True)

    def _address(self, url: str, *, indent: int, style: str) -> None:
        self._unbroken(self._clean(url), indent=indent, style=style)

    def _unbroken(self, url: str, *, indent: int, style: str) -> None:
        """On a line of its own and never broken, so that it can be copied whole."""
        text = Text(" " * indent + url, style=style, no_wrap=True, overflow="ignore")
        self._console.print(text, crop=False, soft_wrap=True)

    def _clean(self, text: str) -> str:
        clean = plain(text)
        return defang(clean, *self._hosts) if self._hosts else clean

    @property
    def _bullet(self) -> str:
        return "-" if self._old_locale else "•"


def age(looked: datetime, now: datetime) -> str:
    """How long ago, in the one unit that fits."""
    passed = max(now - looked, timedelta())
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        count = passed // length
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"

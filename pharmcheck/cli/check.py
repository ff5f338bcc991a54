"""`pharmcheck check`: look at sites, say what was seen, and end with a code that scripts can trust."""

from __future__ import annotations

import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import UsageError
from pharmcheck.model import Category

if TYPE_CHECKING:
    from pharmcheck.cli.answer import AnswerPrinter
    from pharmcheck.cli.looking import Answer, Looker, Outcome
    from pharmcheck.cli.targets import Target
    from pharmcheck.model import Capture

REFUSED, OURS, FOUND, UNCHECKED, FINE, INTERRUPTED = 2, 4, 1, 3, 0, 130


class FailOn(StrEnum):
    """From which category on the exit code is 1."""

    CAUTION = "caution"
    DANGER = "danger"


def check(
    targets: list[str] = typer.Argument(
        ...,
        metavar="TARGET...",
        help="Web addresses, web archives (.warc, .warc.gz, .wacz), or - for stdin.",
    ),
    *,
    as_json: bool = typer.Option(False, "--json", help="One JSON document per line per site, and nothing else."),
    destination: str | None = typer.Option(
        None, metavar="CC", help="Country to which the medicine would be sent, e.g. DE."
    ),
    save_capture: Path | None = typer.Option(
        None, metavar="FILE.warc.gz", help="Keep all bytes seen as one web archive."
    ),
    fail_on: FailOn = typer.Option(FailOn.DANGER, help="Exit with 1 at this verdict or a worse one."),
    fresh: bool = typer.Option(False, "--fresh", help="Look again even when a stored verdict still holds."),
    no_store: bool = typer.Option(False, "--no-store", help="Neither use nor keep stored verdicts; ask no register."),
    resolve: list[str] = typer.Option(
        [], metavar="HOST:PORT:ADDR[:PORT]", help="Connect to this address instead, as in curl; repeatable."
    ),
    allow_network: list[str] = typer.Option(
        [], metavar="CIDR", help="Treat this network as public: for tests and staging; repeatable."
    ),
    ca_file: Path | None = typer.Option(None, metavar="PEM", help="Trust these certificates too."),
    data_dir: Path | None = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept."),
) -> None:
    """Say whether online pharmacies can be trusted, and prove it.

    \b
    Exit code, first that applies: 2 usage, refused address or unreadable archive; 4 our own failure;
    1 something at or above --fail-on; 3 something could not be checked; 0 none of these.
    """  # noqa: D301 - \b is typer's mark for a paragraph that keeps its lines
    import asyncio
    from contextlib import ExitStack

    from pharmcheck.cli import options
    from pharmcheck.cli.looking import Looker
    from pharmcheck.cli.screen import Progress, say
    from pharmcheck.cli.targets import Refused, Site, read_targets
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store import Store

    settings = options.settings_for(data_dir)
    country = options.country(destination)
    policy = options.policy(settings, resolve, allow_network, ca_file)
    _check_writable(save_capture)
    found = read_targets(targets, policy)
    if not found:
        raise UsageError("There is no address on stdin.")
    if all(isinstance(target, Refused) for target in found):
        for target in found:
            say(target.sentence if isinstance(target, Refused) else "")
        raise typer.Exit(REFUSED)
    ruleset = load_ruleset()
    gc.freeze()  # the rules stay: the collector need not look through them again for every site
    with ExitStack() as stack:
        visits = any(isinstance(target, Site) for target in found)
        # An archive makes no store; where there is one, its registers are asked.
        wanted = not no_store and (visits or Store.exists(settings))
        store = stack.enter_context(Store.open(settings)) if wanted else None
        progress = Progress()
        stack.callback(progress.pause)
        whole = not as_json or save_capture is not None
        looker = Looker(ruleset, policy, store, country, fresh, whole, progress)
        report = _Report(looker, as_json=as_json, keep=save_capture is not None)
        try:
            asyncio.run(_run(looker, found, settings.sites_at_once, report))
        except KeyboardInterrupt:
            progress.pause()
            _write(save_capture, report.captures)
            done = f"{report.done} of {len(found)} targets are done" + (" and stored." if store and visits else ".")
            say(f"Interrupted; {done}")
            raise typer.Exit(INTERRUPTED) from None
        progress.pause()
        _write(save_capture, report.captures)
    raise typer.Exit(exit_code(report.categories, fail_on, refused=report.refused, ours=report.ours))


def exit_code(categories: set[Category], fail_on: FailOn, *, refused: bool, ours: bool) -> int:
    """The contract of DESIGN section 6: first that applies."""
    bad = {Category.DANGER} if fail_on is FailOn.DANGER else {Category.DANGER, Category.CAUTION}
    if refused:
        return REFUSED
    if ours:
        return OURS
    if categories & bad:
        return FOUND
    return UNCHECKED if Category.COULD_NOT_CHECK in categories else FINE


async def _run(looker: Looker, targets: list[Target], at_once: int, report: _Report) -> None:
    from contextlib import aclosing

    async with aclosing(looker.look_at_all(targets, at_once)) as results:
        async for target, outcomes in results:
            report.tell(target, outcomes)


class _Report:
    """Tells each answer as it comes and remembers what the exit code needs."""

    def __init__(self, looker: Looker, *, as_json: bool, keep: bool) -> None:
        self.categories: set[Category] = set()
        self.refused = self.ours = False
        self.done = 0
        self.captures: list[Capture] = []
        self._looker, self._as_json, self._keep = looker, as_json, keep
        self._printer: AnswerPrinter | None = None

    def tell(self, target: Target, outcomes: list[Outcome]) -> None:
        """Everything that came of one target."""
        from pharmcheck.cli.looking import Answer, Trouble
        from pharmcheck.cli.screen import say
        from pharmcheck.cli.targets import Refused

        self._looker.progress.pause()
        self.done += 1
        if isinstance(target, Refused):
            self.refused = True
            say(target.sentence)
        for outcome in outcomes:
            if isinstance(outcome, Answer):
                self._answer(outcome)
            else:
                self.ours |= isinstance(outcome, Trouble)
                if outcome.sentence:
                    say(outcome.sentence)

    def _answer(self, answer: Answer) -> None:
        from pharmcheck.cli.screen import safe_json, write_line
        from pharmcheck.document import to_json

        self.categories.add(answer.category)
        if self._keep and answer.capture is not None:
            self.captures.append(answer.capture)
        if self._as_json:
            write_line(safe_json(to_json(answer.document)))
        else:
            self._print(answer)

    def _print(self, answer: Answer) -> None:
        from pharmcheck.cli.answer import AnswerPrinter
        from pharmcheck.cli.screen import console
        from pharmcheck.explain import explain

        if answer.verdict is None:
            raise RuntimeError("a stored answer for a person comes with its verdict")
        self._printer = self._printer or AnswerPrinter(console(sys.stdout))
        self._printer.print(answer.verdict, explain(answer.verdict, self._looker.ruleset), self._remarks(answer))
        sys.stdout.flush()

    def _remarks(self, answer: Answer) -> list[str]:
        from pharmcheck.cli.answer import age

        now = self._looker.clock()
        remarks = []
        if (override := answer.document["override"]) is not None:
            word = override["machine"]["category"].replace("_", " ")
            remarks.append(
                f"Until {override['until'][:10]} ({override['by']}): {override['reason']} Our rules say: {word}."
            )
        if answer.stored is not None:
            remarks.append(
                f"We looked at the site {age(answer.stored.checked_at, now)} (stored verdict; --fresh looks again)."
            )
        if answer.later_failure is not None:
            when = f"{answer.later_failure.at:%Y-%m-%d %H:%M} UTC"
            remarks.append(f"A later look, at {when}, could not check the site ({answer.later_failure.why}).")
        if answer.earlier is not None:
            earlier = answer.earlier
            word = earlier.category.value.replace("_", " ")
            remarks.append(f"The last complete verdict, of {earlier.checked_at:%Y-%m-%d}, was: {word}.")
        return remarks


def _check_writable(file: Path | None) -> None:
    """Find out before the visits, not after them."""
    import os

    if file is None:
        return
    if not file.name.lower().endswith(".warc.gz"):
        raise UsageError(f"--save-capture {file}: the name must end in .warc.gz, so that it can be checked again.")
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK) or file.is_dir():
        raise UsageError(f"--save-capture {file}: the file cannot be written there.")


def _write(file: Path | None, captures: list[Capture]) -> None:
    """All captures in one archive that appears whole or not at all."""
    import os
    import tempfile

    from pharmcheck.capture import write_warc
    from pharmcheck.cli.screen import say
    from pharmcheck.errors import PharmcheckError

    if file is None:
        return
    if not captures:
        say("Nothing was captured; no archive was written.")
        return
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as part:
                write_warc(captures, part)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PharmcheckError(f"The archive {file} cannot be written: {error.strerror or error}.") from error

"""`pharmcheck rules`: check the rules, run their examples, show one, and say which verdicts they would move."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pharmcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pharmcheck.ruleset.schema import Rule

PROBLEMS = 1

rules = typer.Typer(
    help="Check, try out and show the rules.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

_DIRECTORY = typer.Option(None, "--rules", metavar="DIR", help="Rules in this folder instead of the program's own.")


@rules.command()
def lint(directory: Path | None = _DIRECTORY) -> None:
    """Find every mistake in the rule files, as file:line: text.  Exit 1 when there is one."""
    from pharmcheck.cli.screen import plain, say, write_line
    from pharmcheck.ruleset import default_directory, load_ruleset
    from pharmcheck.ruleset.lint import lint_ruleset

    folder = _folder(directory) or default_directory()
    problems = lint_ruleset(folder)
    for problem in problems:
        write_line(plain(problem))
    if problems:
        say(f"{_count(len(problems), 'problem')} in {folder}")
        raise typer.Exit(PROBLEMS)
    ruleset = load_ruleset(folder)
    say(f"{_count(len(ruleset.rules), 'rule')} without a problem, ruleset {ruleset.version}")


@rules.command("test")
def run_examples_of_rules(directory: Path | None = _DIRECTORY) -> None:
    """Run the examples that every rule carries.  Exit 1 when a rule answers otherwise than its author says."""
    from pharmcheck.cli.screen import plain, say, write_line
    from pharmcheck.examples import run_examples
    from pharmcheck.ruleset import load_ruleset

    results = run_examples(load_ruleset(_folder(directory)))
    failed = [result for result in results if not result.passed]
    for result in failed:
        write_line(plain(f"{result.rule_id}-{result.side}-{result.lang}-{result.index}: {result.why}"))
    say(f"{_count(len(results), 'example')}, {len(failed)} failed")
    if failed:
        raise typer.Exit(PROBLEMS)


@rules.command()
def show(
    rule_id: str = typer.Argument(..., metavar="ID", help="Such as RX001."), directory: Path | None = _DIRECTORY
) -> None:
    """Show one rule as a pharmacist would read it."""
    from pharmcheck.ruleset import load_ruleset

    ruleset = load_ruleset(_folder(directory))
    known = {rule.id: rule for rule in ruleset.rules}
    rule = known.get(rule_id.strip().upper())
    if rule is None:
        near = difflib.get_close_matches(rule_id.upper(), known, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else f"; there are {_span(known)}."
        raise UsageError(f"There is no rule {rule_id}{hint}")
    _show(rule)


@rules.command()
def diff(
    *,
    directory: Path | None = _DIRECTORY,
    as_json: bool = typer.Option(False, "--json", help="One JSON document per line per verdict."),
    data_dir: Path | None = typer.Option(None, metavar="DIR", help="Where verdicts and captures are kept."),
) -> None:
    """Show which stored verdicts, of those in force, these rules would move."""
    from pharmcheck.cli.replay import run

    run(as_json=as_json, rules_dir=_folder(directory), data_dir=data_dir, in_force=True)


def _show(rule: Rule) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from pharmcheck.cli.screen import console, plain

    out = console(sys.stdout)

    def part(title: str, lines: Iterable[str]) -> None:
        found = [plain(line) for line in lines if line]
        if found:
            out.print()
            out.print(Text(title, style="bold"))
            for line in found:
                out.print(Padding(Text(line), (0, 0, 0, 2), expand=False))

    out.print(Text(plain(f"{rule.id}  {rule.title}"), style="bold"))
    out.print(Text(plain(f"{rule.status}, version {rule.version}, since {rule.since}, modified {rule.modified}")))
    weighs = f"{rule.direction.value} · severity {rule.severity.value} · weight {rule.weight} · effect {rule.effect}"
    part("What it does", [weighs, rule.weight_reason, f"Where: {', '.join(rule.jurisdictions)}"])
    part("What it says", (f"{language}: {text}" for language, text in sorted(rule.message.items())))
    part("What it advises", (f"{language}: {text}" for language, text in sorted(rule.advice.items())))
    part("Where it can be wrong", rule.false_positives)
    part("Who says that it matters", (_source(source) for source in rule.sources))
    for title, examples in (("Examples that it finds", rule.examples.match), ("… and leaves", rule.examples.no_match)):
        part(title, (f"{example.lang}: {example.text or example.html}" for example in examples))


def _source(source: object) -> str:
    title, url = getattr(source, "title", ""), getattr(source, "url", None)
    seen, confidence = getattr(source, "accessed", None), getattr(source, "confidence", "unconfirmed")
    says = getattr(source, "says", "")
    return f"{title}{f' <{url}>' if url else ''}: {says} ({confidence}{f', seen {seen}' if seen else ''})"


def _folder(directory: Path | None) -> Path | None:
    if directory is not None and not directory.is_dir():
        raise UsageError(f"--rules {directory}: there is no such folder.")
    return directory


def _span(known: Iterable[str]) -> str:
    found = sorted(known)
    return f"{found[0]} to {found[-1]}" if found else "none"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"

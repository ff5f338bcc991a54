"""Everything that is wrong with a folder of rules, in one go, as `file:line: what`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import re2

from pharmcheck.errors import RulesetError
from pharmcheck.ruleset.load import list_problems, load_ruleset, parse_rules, read_files
from pharmcheck.ruleset.phrases import PhraseError, compile_phrase
from pharmcheck.ruleset.schema import HeaderMatch, PatternMatch, PhraseMatch, Rule
from pharmcheck.ruleset.yamlfile import YamlFile


def lint_ruleset(directory: Path) -> list[str]:
    """Every problem of a rules folder, in file order; empty when it loads."""
    files, problems = read_files(directory)
    rules, found = parse_rules(directory, files)
    problems += [*found, *list_problems(files)]
    changelog = directory / "CHANGELOG.md"
    told = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    by_id = {str(file.data.get("id")): file for file in files.values() if isinstance(file.data, dict)}
    for rule in rules:
        file = by_id[rule.id]
        problems += _lint_rule(rule, file)
        if rule.id not in told:
            problems.append(f"{file.path}:{file.line_of(('id',))}: {rule.id} is not named in {changelog}")
    if not problems:
        try:
            load_ruleset(directory)
        except RulesetError as exc:
            problems.append(str(exc))
    return problems


def _lint_rule(rule: Rule, file: YamlFile) -> list[str]:
    problems = []

    def report(where: tuple[str | int, ...], text: str) -> None:
        problems.append(f"{file.path}:{file.line_of(where)}: {text}")

    if not file.path.name.startswith(rule.id + "-"):
        report(("id",), f"the file of {rule.id} is named {rule.id}-{rule.name}.yaml")
    for number, match in enumerate(rule.match):
        if isinstance(match, PatternMatch | HeaderMatch):
            try:
                re2.compile(match.pattern if isinstance(match, PatternMatch) else match.value)
            except re2.error as exc:
                report(("match", number), f"not an RE2 pattern: {exc}")
        elif isinstance(match, PhraseMatch):
            for where, text in _phrase_problems(match):
                report(("match", number, *where), text)
    for source in rule.sources:
        if source.confidence == "confirmed" and source.accessed is None:
            report(("sources",), "a confirmed source needs the date on which somebody saw it")
    return problems


def _phrase_problems(match: PhraseMatch) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for part in ("phrases", "near", "not_near"):
        for language, phrases in getattr(match, part).items():
            for index, phrase in enumerate(phrases):
                try:
                    compile_phrase(phrase)
                except PhraseError as exc:
                    yield (part, language, index), str(exc)

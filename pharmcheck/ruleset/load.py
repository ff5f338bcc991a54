"""Load a ruleset: read every file, type it, compile it, and name its version by what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pharmcheck.errors import RulesetError
from pharmcheck.reading import Vocabulary
from pharmcheck.registers import Source
from pharmcheck.ruleset.chatting import OrderWords, order_words
from pharmcheck.ruleset.destinations import Destinations, build_destinations
from pharmcheck.ruleset.directory import Directory, build_directory
from pharmcheck.ruleset.facts import FACTS
from pharmcheck.ruleset.list_schema import LIST_SCHEMAS, Papers, read_papers
from pharmcheck.ruleset.medicines import Medicines, build_medicines
from pharmcheck.ruleset.phrases import PhraseError
from pharmcheck.ruleset.scan import Phrase, PhraseIndex
from pharmcheck.ruleset.schema import (
    CombinationMatch,
    DutyMatch,
    FactMatch,
    ListMatch,
    PhraseMatch,
    Rule,
    VerdictPolicy,
)
from pharmcheck.ruleset.sources import read_sources
from pharmcheck.ruleset.traits import Trades
from pharmcheck.ruleset.voice import VoiceLexicon
from pharmcheck.ruleset.yamlfile import YamlFile, problem, read_yaml

_COUNTED = ("medicine", "order", "furniture")
_LISTS = (
    "medicines",
    "voice",
    "licence_formats",
    "duties",
    "seals",
    "shared_addresses",
    "shop_words",
    "obstacles",
    "lifestyle_groups",
    "shop_talk",
    "waivers",
    "destinations",
    "lookalikes",
    "mail_order",
    "networks",
    "order_hosts",
    "registers",
)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules at one version, ready to be asked."""

    version: str
    rules: tuple[Rule, ...]
    policy: VerdictPolicy
    lists: Mapping[str, Any]
    sources: tuple[Source, ...]
    """Every register that we know, whether or not anything of it is loaded."""
    medicines: Medicines
    destinations: Destinations
    directory: Directory
    lexicon: VoiceLexicon
    vocabulary: Vocabulary
    papers: Papers
    trades: Trades
    """The words by which `traits` tell a kind of place."""
    talk: Mapping[str, frozenset[str]]
    """Words of `lists/shop_talk.yaml` that are counted, by what they are about; of all languages: shops mix them."""
    orders: OrderWords
    index: PhraseIndex
    contexts: Mapping[tuple[str, int, str, str], PhraseIndex] = field(repr=False)
    """Words that must, or must not, stand near a phrase: by rule, matcher and part."""
    by_id: Mapping[str, Rule] = field(repr=False)


def default_directory() -> Path:
    """The rules that came with the program: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent / "rules"


def load_ruleset(directory: Path | None = None) -> Ruleset:
    """Read and compile all rules.

    Args:
        directory: a folder laid out like `rules/`; the program's own by default.

    Raises:
        RulesetError: the first problem found, as `file:line: reason`; `lint_ruleset` finds them all.
    """
    directory = directory or default_directory()
    files, problems = read_files(directory)
    ruleset = None
    if not problems:
        ruleset, problems = _assemble(directory, files)
    if problems or ruleset is None:
        raise RulesetError(problems[0] if problems else f"{directory}:1: no rules")
    return ruleset


def read_files(directory: Path) -> tuple[dict[Path, YamlFile], list[str]]:
    """Every YAML file below `directory`, and the problems of those that cannot be read."""
    files: dict[Path, YamlFile] = {}
    problems: list[str] = []
    for path in sorted(directory.rglob("*.yaml")):
        try:
            files[path] = read_yaml(path)
        except RulesetError as exc:
            problems.append(str(exc))
    if not files and not problems:
        problems.append(f"{directory}:1: no rule files here; is this the rules folder?")
    return files, problems


def parse_rules(directory: Path, files: Mapping[Path, YamlFile]) -> tuple[list[Rule], list[str]]:
    """Type every rule file; problems carry file and line."""
    rules: list[Rule] = []
    problems: list[str] = []
    seen: dict[str, Path] = {}
    for path, file in files.items():
        if _list_of(path) or path == directory / "verdict.yaml":
            continue
        try:
            rule = Rule.model_validate(file.data)
        except ValidationError as exc:
            problems += _problems(file, exc)
            continue
        if rule.id in seen:
            problems.append(f"{path}:{file.line_of(('id',))}: {rule.id} stands in {seen[rule.id]} too")
        seen[rule.id] = path
        rules.append(rule)
    return sorted((_with_words(rule, rules) for rule in rules), key=lambda rule: rule.id), problems


def list_problems(files: Mapping[Path, YamlFile]) -> list[str]:
    """What is wrong with the lists that have a schema."""
    problems: list[str] = []
    for path, file in files.items():
        schema = LIST_SCHEMAS.get(_list_of(path))
        if schema:
            try:
                schema.model_validate(file.data)
            except ValidationError as exc:
                problems += _problems(file, exc)
    return problems


def _list_of(path: Path) -> str:
    """`medicines` for lists/medicines.yaml, `medicines/` for a file of the folder beside it, "" for what is no list."""
    if path.parent.name == "lists":
        return path.stem
    return f"{path.parent.name}/" if path.parent.parent.name == "lists" else ""


def _lists(files: Mapping[Path, YamlFile]) -> dict[str, Any]:
    """Every list by its name; what the files of a folder hold is added to the list that the folder is named after."""
    named = [(_list_of(path), file.data) for path, file in files.items()]
    lists = {name: data for name, data in named if name and not name.endswith("/")}
    for name, part in named:
        whole = lists.get(name.rstrip("/"), {})
        if name.endswith("/"):
            lists[name.rstrip("/")] = {**whole, **{key: [*whole.get(key, ()), *rows] for key, rows in part.items()}}
    return lists


def _with_words(rule: Rule, rules: Sequence[Rule]) -> Rule:
    """Put the words of another rule where a matcher says `words_of`."""
    lenders: dict[str, PhraseMatch] = {}
    for other in rules:
        for match in other.match:
            if isinstance(match, PhraseMatch):
                lenders.setdefault(other.id, match)
    matches = [
        match.model_copy(update={"phrases": lender.phrases, "not_near": lender.not_near})
        if isinstance(match, PhraseMatch) and (lender := lenders.get(match.words_of or ""))
        else match
        for match in rule.match
    ]
    return rule.model_copy(update={"match": matches})


def _problems(file: YamlFile, exc: ValidationError) -> list[str]:
    # A misspelt key is also a missing one; say the first, which is the cause.
    return [problem(file, error) for error in sorted(exc.errors(), key=lambda error: error["type"] == "missing")]


def _assemble(directory: Path, files: Mapping[Path, YamlFile]) -> tuple[Ruleset | None, list[str]]:
    rules, problems = parse_rules(directory, files)
    problems += list_problems(files)
    if problems:
        return None, problems
    lists = _lists(files)
    problems += [f"{directory}/lists:1: {name}.yaml is missing" for name in _LISTS if name not in lists]
    verdict_file = files.get(directory / "verdict.yaml")
    if verdict_file is None:
        problems.append(f"{directory}:1: verdict.yaml is missing")
    problems += [problem for rule in rules for problem in _references(rule, rules, lists)]
    if problems or verdict_file is None:
        return None, problems
    sources, problems = read_sources(files[directory / "lists" / "registers.yaml"], lists["licence_formats"])
    if problems:
        return None, problems
    try:
        policy = VerdictPolicy.model_validate(verdict_file.data)
        medicines = build_medicines(lists["medicines"])
        destinations = build_destinations(lists["destinations"])
        register_directory = build_directory(sources, lists["destinations"]["eea"])
        lexicon = VoiceLexicon(lists["voice"]["languages"])
        vocabulary = Vocabulary.from_lists(lists["licence_formats"], lists["seals"], lists["shop_words"])
        papers = read_papers(lists)
        index, contexts = _compile(rules)
    except (PhraseError, ValueError, KeyError) as exc:
        return None, [f"{directory}:1: {exc}"]
    version = f"{policy.version}+{_digest(directory, files)}"
    by_id = {rule.id: rule for rule in rules}
    ruleset = Ruleset(
        version,
        tuple(rules),
        policy,
        lists,
        sources,
        medicines,
        destinations,
        register_directory,
        lexicon,
        vocabulary,
        papers,
        Trades(rules, lists["shop_talk"]["counter"]),
        {what: frozenset(chain.from_iterable(lists["shop_talk"][what].values())) for what in _COUNTED},
        order_words(lists),
        index,
        contexts,
        by_id,
    )
    return ruleset, []


def _references(rule: Rule, rules: Sequence[Rule], lists: Mapping[str, Any]) -> list[str]:
    """What a rule points to must exist, and a combination may not be made of combinations."""
    by_id = {other.id: other for other in rules}
    problems = [
        f"{rule.id}: outweighs {other}, and there is no such rule" for other in rule.outweighs if other not in by_id
    ]
    for match in rule.match:
        if isinstance(match, FactMatch) and match.fact not in FACTS:
            problems.append(f"{rule.id}: no fact named {match.fact!r}; there are: {', '.join(sorted(FACTS))}")
        elif isinstance(match, ListMatch) and match.list not in lists:
            problems.append(f"{rule.id}: no list named {match.list!r} in rules/lists")
        elif isinstance(match, DutyMatch) and match.country:
            known = {row["country"] for row in lists["duties"]["countries"]} if "duties" in lists else set()
            if match.country not in known:
                problems.append(f"{rule.id}: no duties of {match.country} in rules/lists/duties.yaml")
        elif isinstance(match, PhraseMatch) and not match.phrases:
            problems.append(f"{rule.id}: words_of {match.words_of}: that rule has no words of its own")
        elif isinstance(match, CombinationMatch):
            for other in (*match.all_of, *match.any_of, *match.none_of):
                if other not in by_id:
                    problems.append(f"{rule.id}: no rule {other}")
                elif any(isinstance(inner, CombinationMatch) for inner in by_id[other].match):
                    problems.append(f"{rule.id}: {other} is a combination itself")
    return problems


def _compile(rules: Sequence[Rule]) -> tuple[PhraseIndex, dict[tuple[str, int, str, str], PhraseIndex]]:
    phrases: list[Phrase] = []
    contexts: dict[tuple[str, int, str, str], PhraseIndex] = {}
    for rule in rules:
        for number, match in enumerate(rule.match):
            if not isinstance(match, PhraseMatch):
                continue
            for part in ("phrases", "near", "not_near"):
                for language, texts in getattr(match, part).items():
                    found = [Phrase((rule.id, number), language, text) for text in texts]
                    if part == "phrases":
                        phrases += found
                    else:
                        contexts[rule.id, number, part, language] = PhraseIndex(found)
    return PhraseIndex(phrases), contexts


def _digest(directory: Path, files: Mapping[Path, YamlFile]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(directory).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]

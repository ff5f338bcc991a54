"""Judge labelled sites from a folder outside the repository, and print how often we were right and wrong.

    .venv/bin/python -m bench.accuracy FOLDER [--show LABEL:CATEGORY] [--save FILE] [--before RULES_DIR_OR_FILE]

The form of the folder and the meaning of each figure: docs/accuracy.md.  Counts are by site and by operator family,
never by page; whole sites and single excerpts stand apart; nothing leaves a denominator; the same set and rules
print the same bytes.  Exit 1 when an unforgivable error was made, 2 when the folder cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.budget import UNFORGIVABLE, hold
from bench.labelled import Case, LabelError, judge_folder
from bench.moves import Move, Said, load, moves, said, save
from bench.rates import Share, order_of, predictive
from pharmcheck.errors import PharmcheckError
from pharmcheck.model import Category
from pharmcheck.ruleset import Ruleset, load_ruleset

_PREVALENCES = (0.05, 0.42, 0.96)
"""Shares of bad shops: few, nearly half, nearly all."""
_ACCUSATIONS = {"caution or danger": (Category.CAUTION, Category.DANGER), "danger": (Category.DANGER,)}
_WORST_FIRST = (
    Category.DANGER, Category.CAUTION, Category.UNVERIFIED, Category.COULD_NOT_CHECK, Category.NOT_A_PHARMACY,
    Category.VERIFIED_ELSEWHERE, Category.VERIFIED,
)  # fmt: skip


def main() -> int:
    """Print everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", default="", help="LABEL:CATEGORY, print these sites with their reasons")
    parser.add_argument("--save", type=Path, help="write what was said of each site to this file")
    parser.add_argument("--before", type=Path, help="rules of another version, or a saved run: print what moved")
    parser.add_argument("--first", type=int, metavar="N", help="read the first N pages of each site only")
    options = parser.parse_args()
    if options.first is not None and options.first < 1:
        parser.error("--first takes 1 or more pages")
    try:
        return _run(options, load_ruleset())
    except (LabelError, PharmcheckError) as exc:
        print(exc, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, ruleset: Ruleset) -> int:
    cases = judge_folder(options.folder, ruleset, first=options.first)
    print(f"ruleset {ruleset.version}; {len(cases)} sites, {sum(case.pages for case in cases)} pages")
    report(cases)
    if options.show:
        label, _, category = options.show.partition(":")
        _show(case for case in cases if (case.label, case.category) == (label, category))
    if options.before:
        other, before = _before(options.before, options.folder, options.first)
        _print_moves(other, moves(before, cases))
    if options.save:
        save(options.save, ruleset.version, cases)
    return 1 if any(line.share.part for line in hold(cases) if line.what in UNFORGIVABLE) else 0


def report(cases: Sequence[Case]) -> None:
    """Every table of a set."""
    for title, some in (("whole sites (two pages or more)", True), ("single excerpts", False)):
        chosen = [case for case in cases if case.whole is some]
        _table(f"by site: {title}", Counter((case.label, case.category) for case in chosen))
    _table("by site: all", Counter((case.label, case.category) for case in cases))
    _table("by operator family (sellers by the mildest answer, others by the harshest)", families(cases))
    _table("by language and class", Counter((f"{case.language} {case.kind}", case.category) for case in cases))
    sellers = [case for case in cases if case.kind == "seller"]
    _table("sellers by evidence in the text", Counter((case.evidence, case.category) for case in sellers))
    _table(
        "not a pharmacy, or not checked: why", Counter((c.reason_code, c.category) for c in cases if c.score is None)
    )
    _print_budget(cases)
    _print_worth(cases)
    _print_shadow(cases)


def families(cases: Iterable[Case]) -> Counter[tuple[str, Category]]:
    """One answer a family: of its sites, the error that hurts most."""
    answers: dict[tuple[str, str], list[Category]] = defaultdict(list)
    for case in cases:
        answers[case.label, case.operator].append(case.category)
        sellers = case.kind == "seller"
        answers[case.label, case.operator].sort(key=_WORST_FIRST.index, reverse=sellers)
    return Counter((label, found[0]) for (label, _), found in answers.items())


def _table(title: str, counts: Counter[tuple[str, Category]]) -> None:
    columns = [category for category in _WORST_FIRST if any(column is category for _, column in counts)]
    print(f"\n{title}\n{'':26}" + "".join(f"{name.value:>19}" for name in columns) + f"{'all':>6}")
    for row in sorted({key[0] for key in counts}):
        values = [counts[row, name] for name in columns]
        print(f"{row:26}" + "".join(f"{value or '.':>19}" for value in values) + f"{sum(values):>6}")


def _print_budget(cases: Sequence[Case]) -> None:
    print("\nerror budget")
    for line in hold(cases):
        print(f"{line.state:8}{line.what:52}{line.target:20}{line.share}")


def _print_worth(cases: Sequence[Case]) -> None:
    """What an answer is worth to somebody who does not know which kind of shop it is about."""
    for title, chosen in (("whole sites", [case for case in cases if case.whole]), ("all", cases)):
        bad = [case for case in chosen if case.kind == "seller"]
        good = [case for case in chosen if case.kind == "pharmacy"]
        print(f"\nsellers against licensed pharmacies, {title}")
        for words, wanted in (
            ("caution or danger", (Category.CAUTION, Category.DANGER)),
            ("danger", (Category.DANGER,)),
        ):
            caught = Share(sum(case.category in wanted for case in bad), len(bad))
            spared = Share(sum(case.category not in wanted for case in good), len(good))
            print(f"  {words}: sellers {caught}; pharmacies without it {spared}")
            for prevalence in _PREVALENCES if bad and good else ():
                print(f"    where {100 * prevalence:.0f} % sell unlawfully: {_worth(caught, spared, prevalence)}")
        scores = [case.score for case in bad]
        for whom, others in (
            ("", [case.score for case in good]),
            (", online doctors left out", [case.score for case in good if case.label == "honest"]),
        ):
            unscored = f"({scores.count(None)} and {others.count(None)})"
            print(f"  AUC of the score{whom}, a site without a score {unscored} as a toss: {order_of(scores, others)}")
            scored = order_of([s for s in scores if s is not None], [s for s in others if s is not None])
            print(f"  AUC of the score{whom}, only sites that have one: {scored}")


def _worth(caught: Share, spared: Share, prevalence: float) -> str:
    """Predictive values as counted, and with both shares at the lower ends of their intervals."""
    counted = predictive(caught.value, spared.value, prevalence)
    worst = predictive(caught.interval[0], spared.interval[0], prevalence)
    accused, silent = (f"{100 * a:.1f} % (at worst {100 * b:.1f})" for a, b in zip(counted, worst, strict=True))
    return f"of those accused {accused} do; of those not accused {silent} do not"


def _print_shadow(cases: Iterable[Case]) -> None:
    counts = Counter((rule, case.kind) for case in cases for rule in case.shadow)
    print("\nexperimental rules, counted nowhere above" + ("" if counts else ": none holds anywhere"))
    for rule in sorted({key[0] for key in counts}):
        kinds = ("seller", "pharmacy", "bystander")
        print(f"  {rule}: " + ", ".join(f"{counts[rule, kind]} of a {kind}" for kind in kinds))


def _before(source: Path, folder: Path, first: int | None) -> tuple[str, dict[str, Said]]:
    if source.is_dir():
        ruleset = load_ruleset(source)
        return ruleset.version, said(judge_folder(folder, ruleset, first=first))
    return load(source)


def _print_moves(before: str, moved: Sequence[Move]) -> None:
    print(f"\nmoved since {before}: {len(moved)}")
    for move in moved:
        print(f"  {move.label:12} {move.name:34} {move.before} -> {move.after}", end="")
        print(f"   now {', '.join(move.gained) or '-'}; no longer {', '.join(move.lost) or '-'}")


def _show(cases: Iterable[Case]) -> None:
    for case in cases:
        print(f"\n{case.name} [{case.evidence}] {case.reason_code} {case.score}")
        for rule, effect, quote in case.told:
            print(f"  {rule} {effect}: {quote}")


if __name__ == "__main__":
    sys.exit(main())

"""The bench of accuracy counts as it says: small sets of our own with answers worked out by hand."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench import accuracy
from bench.budget import hold
from bench.labelled import Case, LabelError, judge_folder
from bench.moves import load, moves, said, save
from bench.rates import Share, order_of, predictive
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset

_RULES = load_ruleset()
SHOP = "# Buy Viagra 100 mg\n30 pills $45.00\nAdd to cart\nNo prescription required to order from our pharmacy."


def case(
    name: str = "one",
    label: str = "rogue",
    category: Category = Category.CAUTION,
    *,
    operator: str = "",
    score: int | None = None,
    pages: int = 3,
    evidence: str = "decisive",
    rules: tuple[str, ...] = (),
    shadow: tuple[str, ...] = (),
    proven: bool = True,
) -> Case:
    """A judged site, as far as a count needs it."""
    return Case(
        name, f"{name}.example", label, "en", operator or name, evidence, pages, category, "why", score, rules, shadow,
        (), proven,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 100, 0.0, 0.03),  # rule of three
        (100, 100, 0.97, 1.0),
        (5, 10, 0.2366, 0.7634),  # Wilson, worked by hand
        (1, 20, 0.0089, 0.2361),
        (0, 2, 0.0, 1.0),  # three halves is more than all
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilsons_and_the_rule_of_three(part: int, whole: int, low: float, high: float) -> None:
    """Known intervals come out, and nothing counted means that everything is possible."""
    assert Share(part, whole).interval == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("prevalence", "ppv", "npv"), [(0.05, 0.3214, 0.9942), (0.42, 0.8669, 0.9255), (0.96, 0.9954, 0.2727)]
)
def test_predictive_values_follow_the_prevalence(prevalence: float, ppv: float, npv: float) -> None:
    """The same test means little where bad shops are rare, and its silence little where they are the rule."""
    assert predictive(0.9, 0.9, prevalence) == pytest.approx((ppv, npv), abs=1e-3)


@pytest.mark.parametrize(
    ("bad", "good", "area"),
    [
        ([10, 20], [60, 70], 1.0),
        ([60, 70], [10, 20], 0.0),
        ([50], [50], 0.5),
        ([10, None], [60], 0.75),  # what has no score is a toss
        ([10, 65], [60, 70], 0.75),
    ],
)
def test_the_order_of_scores_is_the_area_under_the_curve(
    bad: list[int | None], good: list[int | None], area: float
) -> None:
    """A bad site below a good one counts one, a tie and a site without a score one half."""
    assert order_of(bad, good).value == pytest.approx(area)


def test_a_perfect_order_of_few_sites_is_not_certain() -> None:
    """Twelve against thirty in perfect order leave room for one in four."""
    order = order_of([10] * 30, [60] * 12)
    assert (order.value, order.low, order.high) == (1.0, 0.75, 1.0)


def test_no_pair_has_no_order() -> None:
    """With one side empty there is no figure, rather than a fine one."""
    assert math.isnan(order_of([], [50]).value)


def test_a_family_is_its_worst_error() -> None:
    """A family of sellers counts by its mildest answer, anybody else's by the harshest; a label is its own family."""
    cases = [
        case("a", operator="x", category=Category.DANGER),
        case("b", operator="x", category=Category.NOT_A_PHARMACY),
        case("c", operator="x", label="honest", category=Category.UNVERIFIED),
        case("d", operator="x", label="honest", category=Category.CAUTION),
    ]
    assert accuracy.families(cases) == Counter({("rogue", Category.NOT_A_PHARMACY): 1, ("honest", Category.CAUTION): 1})


def _states(cases: list[Case]) -> dict[str, str]:
    return {line.what: line.state for line in hold(cases)}


def test_a_small_set_keeps_no_rare_promise() -> None:
    """No error among forty is `open` for one in a thousand, and kept among four thousand."""
    few = [case(str(n)) for n in range(40)]
    many = [case(str(n)) for n in range(4000)]
    assert _states(few)["sellers shown as verified"] == "open"
    assert _states(many)["sellers shown as verified"] == "kept"
    assert _states([*few, case("bad", category=Category.VERIFIED)])["sellers shown as verified"] == "broken"


def test_nothing_leaves_the_denominator() -> None:
    """A seller that could not be checked still counts among the sellers, and among all that was asked."""
    cases = [case("a"), case("b", category=Category.COULD_NOT_CHECK), case("c", evidence="none")]
    shares = {line.what: line.share for line in hold(cases)}
    assert shares["sellers whose text shows it, at caution or worse"] == Share(1, 2)
    assert shares["sellers missed (unverified)"] == Share(0, 3)
    assert shares["could not be checked, of all"] == Share(1, 3)


def test_an_accusation_without_evidence_breaks_the_budget() -> None:
    """Every caution and danger must show why."""
    assert _states([case()])["accusations without evidence"] == "kept"
    assert _states([case(proven=False)])["accusations without evidence"] == "broken"


def test_moves_name_the_rules_behind_them(tmp_path: Path) -> None:
    """A saved run held against a new one shows each moved verdict with the rules that came and went."""
    save(tmp_path / "run.json", "1", [case("a", rules=("AAA001",)), case("b"), case("gone")])
    version, before = load(tmp_path / "run.json")
    now = [case("a", category=Category.DANGER, rules=("BBB001",)), case("b"), case("new")]
    found = moves(before, now)
    assert version == "1"
    assert [(move.name, move.before, move.after) for move in found] == [
        ("gone", "caution/why", "not in the set"),
        ("a", "caution/why", "danger/why"),
        ("new", "not in the set", "caution/why"),
    ]
    assert (found[1].gained, found[1].lost) == (("BBB001",), ("AAA001",))
    assert moves(said(now), now) == []


def test_a_file_that_is_no_run_is_named(tmp_path: Path) -> None:
    """Anything else handed in as a saved run is refused in one sentence."""
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(LabelError, match="is not a saved run"):
        load(tmp_path / "x.json")


def _write(folder: Path, name: str, **data: object) -> None:
    row = {"site": "a.example.com", "label": "rogue", "language": "en", "operator": "a", "evidence_in_text": "decisive",
           "pages": [{"url": "https://a.example.com/", "text": SHOP}], **data}  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(row), "utf-8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"label": "dubious"}, "no label 'dubious'"),
        ({"operator": ""}, "says nothing of: operator"),
        ({"evidence_in_text": None}, "a seller needs evidence_in_text"),
    ],
)
def test_a_bad_label_is_refused_with_its_file(tmp_path: Path, data: dict[str, object], words: str) -> None:
    """A set that is not what the form asks for is not counted in silence."""
    _write(tmp_path, "bad", **data)
    with pytest.raises(LabelError, match=words):
        judge_folder(tmp_path, _RULES)


def test_a_run_prints_the_same_twice_and_ends_by_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An excerpt and a whole site are told apart and printed alike each time; an accused pharmacy ends in error."""
    pages = [{"url": f"https://a.example.com/{path}", "text": SHOP} for path in ("", "products/viagra")]
    _write(tmp_path, "whole", pages=pages)
    _write(tmp_path, "excerpt")
    monkeypatch.setattr(sys, "argv", ["accuracy", str(tmp_path), "--save", str(tmp_path / "run.txt")])
    assert accuracy.main() == 0
    first = capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["accuracy", str(tmp_path)])
    assert accuracy.main() == 0
    assert capsys.readouterr().out == first
    assert "2 sites, 3 pages" in first
    whole, excerpts = first.split("by site: single excerpts")
    assert whole.count("rogue") == 1
    assert "rogue" in excerpts
    _write(tmp_path, "pharmacy", label="honest", pages=pages)
    monkeypatch.setattr(sys, "argv", ["accuracy", str(tmp_path), "--before", str(tmp_path / "run.txt")])
    assert accuracy.main() == 1
    assert "moved since" in capsys.readouterr().out


def test_a_visit_cut_short_reads_the_first_pages_only(tmp_path: Path) -> None:
    """What the second page says is not known to a visit of one page."""
    site = "https://plain.example.com"
    pages = [{"url": f"{site}/", "text": "# Welcome"}, {"url": f"{site}/shop", "text": SHOP}]
    told = {"site": "plain", "label": "rogue", "language": "en", "operator": "one", "evidence_in_text": "decisive"}
    (tmp_path / "one.json").write_text(json.dumps({**told, "pages": pages}))
    [whole] = judge_folder(tmp_path, _RULES)
    [short] = judge_folder(tmp_path, _RULES, first=1)
    assert (whole.pages, short.pages) == (2, 1)
    assert whole.category is Category.DANGER
    assert not short.accused


def test_an_empty_folder_is_an_error_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, exit 2."""
    monkeypatch.setattr(sys, "argv", ["accuracy", str(tmp_path)])
    assert accuracy.main() == 2
    assert "holds no *.json" in capsys.readouterr().err


def test_shadow_rules_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """What an experimental rule would find is printed by class of site, and moves no count."""
    accuracy.report([case("a", shadow=("NEW001",)), case("b", "honest", Category.UNVERIFIED, shadow=("NEW001",))])
    assert "NEW001: 1 of a seller, 1 of a pharmacy, 0 of a bystander" in capsys.readouterr().out

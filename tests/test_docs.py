"""What the pages for people say of rules and of the sample shops is what these do."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pharmcheck.demo.cases import load_cases
from pharmcheck.examples import numbered, run_example
from pharmcheck.explain import SIGNS, catalogue
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.lint import lint_ruleset

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_QUOTE = re.compile(r'"([^"]{6,})"')
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def test_the_worked_example_is_what_the_sample_shop_writes() -> None:
    """Each quotation stands on its pages, each rule has the effect that is named, the verdict is the deserved one."""
    told = (DOCS / "verdicts.md").read_text("utf-8").partition("## The same page")[0]
    site = ROOT / "pharmcheck" / "demo" / "sites" / "trustedcarerx.example"
    written = " ".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    rules = load_ruleset().by_id

    quoted = [
        quote for line in told.splitlines() if line.startswith(("| `", "Its blog")) for quote in _QUOTE.findall(line)
    ]
    assert len(quoted) == 6
    assert [quote for quote in quoted if quote not in written] == []
    effects = dict(re.findall(r"^\| `([A-Z]+\d+)` \|.*\| `(\w+)`", told, re.MULTILINE))
    assert len(effects) == 5
    assert {rule: rules[rule].effect for rule in effects} == effects
    deserved = next(case for case in load_cases() if case.host == site.name)
    assert f"`{deserved.category.value}`, `{deserved.reason_codes[0]}`" in told


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda page: page.name)
def test_no_link_between_pages_is_dead(page: Path) -> None:
    """Files that a page leads to are there."""
    text = page.read_text("utf-8")
    assert [link for link in _LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_first_rule_of_a_newcomer_loads_and_passes(tmp_path: Path) -> None:
    """Word for word as the page prints it, in a folder of rules of its own."""
    told = (DOCS / "first-rule.md").read_text("utf-8")
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    (rules / "conduct" / "CON099-free-pills.yaml").write_text(told.split("```yaml\n")[1].split("```")[0], "utf-8")
    (complaint,) = lint_ruleset(rules)
    assert complaint.replace(f"{tmp_path}/", "") in told

    ruleset = load_ruleset(rules)
    rule = ruleset.by_id["CON099"]
    assert [run_example(ruleset, rule, *which).why for which in numbered(rule)] == [""] * 6
    line = next(line for line in told.splitlines() if line.startswith("CON099-match-en-1"))
    match = rule.match[0].model_copy(update={"about": "prescription_only"})
    narrow = rule.model_copy(update={"match": [match]})
    asked = replace(ruleset, rules=tuple(narrow if one.id == rule.id else one for one in ruleset.rules))
    assert line == f"CON099-match-en-1: {run_example(asked, narrow, 'match', 0).why}"


def test_buyers_are_told_every_answer_in_the_words_of_the_page() -> None:
    """A sign and a label for each category, as somebody sees them."""
    told = (DOCS / "buyers.md").read_text("utf-8")
    words = catalogue("en")
    assert [one for one in Category if f"**{SIGNS[one]} {words[f'category.{one}.label']}**" not in told] == []


def test_every_page_is_found_from_the_first_one() -> None:
    """A page that nobody leads to is read by nobody."""
    index = (DOCS / "README.md").read_text("utf-8")
    assert [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []

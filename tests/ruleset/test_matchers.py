"""Every kind of matcher that a rule file may use, each shown by a rule of its own with examples on both sides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pharmcheck.examples import numbered, run_example
from pharmcheck.ruleset import Ruleset, default_directory, load_ruleset
from pharmcheck.ruleset.lint import lint_ruleset

_HEAD = """\
id: TST001
name: test-rule
title: A rule of this test
status: stable
version: 1
since: 2026-01-01
modified: 2026-01-01
category: conduct
direction: risk
severity: low
weight: 1
weight_reason: A test.
effect: weak
jurisdictions: ["*"]
message: {en: It is so.}
false_positives: [none]
sources: [{title: A test, says: that it matters}]
"""
_SHOP = "# Ibuprofen 400 mg\\n9,95 €\\n! In den Warenkorb\\nUnsere Apotheke liefert in zwei Werktagen."
_KINDS = {
    "duty": f"""
match: [{{kind: duty, country: DE, asks: all_missing}}]
examples:
  match:
    - {{lang: de, role: home, url: "https://a.example.de/", text: "{_SHOP}", with_role: imprint, with_page: "# Wo?"}}
    - {{lang: de, role: home, url: "https://b.example.de/", text: "{_SHOP}", with_role: imprint, with_page: "# Wir"}}
  no_match:
    - {{lang: de, role: home, url: "https://a.example.de/", text: "{_SHOP}", with_role: imprint, with_page: "# HRB 1"}}
    - {{lang: de, role: home, url: "https://a.example.com/", text: "{_SHOP}", with_role: imprint, with_page: "# Wir"}}
""",
    "pattern": """
match: [{kind: pattern, pattern: 'order no\\. [0-9]{4}', roles: [faq]}]
examples:
  match:
    - {lang: en, role: faq, text: "Your Order No. 1234 is on its way."}
    - {lang: en, role: faq, text: "See order no. 9999"}
  no_match:
    - {lang: en, role: faq, text: "Your order number is on its way."}
    - {lang: en, role: terms, text: "Your order no. 1234 is on its way."}
""",
    "header": """
match: [{kind: header, header: X-Powered-By, value: '(?i)pillshop', status: [200]}]
examples:
  match:
    - {lang: en, text: Words, headers: {x-powered-by: PillShop 2}}
    - {lang: en, text: Words, headers: {x-powered-by: the pillshop kit}}
  no_match:
    - {lang: en, text: Words, headers: {x-powered-by: something else}}
    - {lang: en, text: Words, status: 404, headers: {x-powered-by: PillShop 2}}
""",
    "link": """
match: [{kind: link, hosts: [checkout.example]}]
examples:
  match:
    - {lang: en, html: '<a href="https://checkout.example/pay">Pay</a>'}
    - {lang: en, html: '<a href="https://eu.checkout.example/pay">Pay</a>'}
  no_match:
    - {lang: en, html: '<a href="https://notcheckout.example/pay">Pay</a>'}
    - {lang: en, html: '<a href="/checkout.example">Pay</a>'}
""",
    "list": """
match: [{kind: list, list: test_list}]
examples:
  match:
    - {lang: en, url: "https://listed.com/", text: Words}
    - {lang: en, url: "https://www.listed.com/page", text: Words}
  no_match:
    - {lang: en, url: "https://unlisted.com/", text: Words}
    - {lang: en, url: "https://listed.com.org/", text: Words}
""",
    "combination": """
match: [{kind: combination, all_of: [OFF001], any_of: [DEL001, DEL003], none_of: [PAY002]}]
examples:
  match:
    - {lang: en, text: "# Viagra 100 mg\\n$2\\n! Add to cart\\nWe ship by airmail."}
    - {lang: en, text: "# Viagra 100 mg\\n$2\\n! Add to cart\\nWe ship to any country."}
  no_match:
    - {lang: en, text: "# Viagra 100 mg\\n$2\\n! Add to cart"}
    - {lang: en, text: "We ship books by airmail."}
    - {lang: en, text: "# Viagra 100 mg\\n$2\\n! Add to cart\\nWe ship by airmail and take Bitcoin."}
""",
    "phrase near, part and number": """
match:
  - {kind: phrase, phrases: {en: [red pill, blue pill]}, speaker: any, parts: [title], near: {en: [shop]}, at_least: 2}
examples:
  match:
    - {lang: en, text: "# The red pill and blue pill shop"}
    - {lang: en, text: "# A shop: blue pill, red-pill"}
  no_match:
    - {lang: en, text: "# The red pill shop"}
    - {lang: en, text: "# The red pill and blue pill"}
    - {lang: en, text: "The red pill and blue pill shop"}
""",
}


_IDS = {kind: f"TST{number:03}" for number, kind in enumerate(sorted(_KINDS), 1)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's own rules, and one of this test for each kind of matcher."""
    folder = tmp_path_factory.mktemp("matchers") / "rules"
    shutil.copytree(default_directory(), folder)
    for kind, rule_id in _IDS.items():
        body = _HEAD.replace("TST001", rule_id) + _KINDS[kind]
        (folder / "conduct" / f"{rule_id}-test-rule.yaml").write_text(body, encoding="utf-8")
    (folder / "lists" / "test_list.yaml").write_text("domains: [listed.com]\n", encoding="utf-8")
    with (folder / "CHANGELOG.md").open("a", encoding="utf-8") as changelog:
        changelog.write("".join(f"- new {rule_id}\n" for rule_id in _IDS.values()))
    return folder


@pytest.fixture(scope="module")
def ruleset(folder: Path) -> Ruleset:
    return load_ruleset(folder)


def test_each_kind_of_matcher_passes_the_lint(folder: Path) -> None:
    """As a rule of any author would."""
    assert lint_ruleset(folder) == []


@pytest.mark.parametrize("kind", sorted(_KINDS))
def test_each_kind_of_matcher_answers_its_examples(kind: str, ruleset: Ruleset) -> None:
    """Both sides, through the real loader, the real reading and the real rules."""
    rule = ruleset.by_id[_IDS[kind]]
    results = [run_example(ruleset, rule, *which) for which in numbered(rule)]
    assert len(results) >= 4
    assert [result.name + ": " + result.why for result in results if not result.passed] == []


def test_a_shadow_rule_is_asked_and_moves_nothing(tmp_path: Path) -> None:
    """Experimental rules are stored with their answer; no verdict depends on them."""
    from pharmcheck.check import judge
    from tests.sites import WHEN, site

    folder = tmp_path / "rules"
    shutil.copytree(default_directory(), folder)
    path = folder / "prescription" / "RX001-no-prescription-required.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("status: stable", "status: experimental"), encoding="utf-8"
    )
    capture = site(
        home="# Shop", product="# Finasteride 1 mg\n$1\n! Add to cart\nNo prescription is required by our shop."
    )
    judgement = judge(capture, load_ruleset(folder), now=WHEN)
    finding = next(finding for finding in judgement.findings if finding.rule_id == "RX001")
    assert (finding.outcome.value, finding.shadow) == ("present", True)
    assert judgement.verdict.category.value != "danger"

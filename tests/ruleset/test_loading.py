"""A wrong rule file is refused with its name, its line and what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pharmcheck.errors import RulesetError
from pharmcheck.ruleset import default_directory, load_ruleset
from pharmcheck.ruleset.lint import lint_ruleset
from pharmcheck.ruleset.yamlfile import read_yaml

_RULE = "prescription/RX001-no-prescription-required.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules that a test may break."""
    folder = tmp_path / "rules"
    shutil.copytree(default_directory(), folder)
    return folder


def _change(rules: Path, old: str, new: str) -> Path:
    path = rules / _RULE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("weight: 40\n", "weight: 41\n", "weight: Input should be less than or equal to 40"),
        ("title: ", "titel: ", "titel: Extra inputs are not permitted"),
        ("severity: critical", "severity: high", "effect convict needs severity critical"),
        ("reason_code: rx_without_prescription\n", "", "effect convict needs a reason_code"),
        ("about: prescription_only", "about: prescripton_only", "about: Input should be"),
        ("id: RX001", "id: rx1", "id: String should match pattern"),
        ("direction: risk", "direction: trust", "only risk has weight"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(rules: Path, old: str, new: str, expected: str) -> None:
    """The message starts with file and line and says what was expected."""
    path = _change(rules, old, new)
    with pytest.raises(RulesetError) as caught:
        load_ruleset(rules)
    message = str(caught.value)
    assert message.startswith(f"{path}:")
    assert message.removeprefix(f"{path}:").split(":", 1)[0].isdigit()
    assert expected in message


def test_the_line_is_the_line_of_the_wrong_value(rules: Path) -> None:
    """A reader goes straight to the place."""
    path = _change(rules, "weight: 40\n", "weight: many\n")
    line = path.read_text(encoding="utf-8").splitlines().index("weight: many") + 1
    with pytest.raises(RulesetError, match=f":{line}: weight"):
        load_ruleset(rules)


def test_a_duplicate_key_is_an_error(rules: Path) -> None:
    """The second value would silently win otherwise."""
    path = _change(rules, "weight: 40\n", "weight: 40\nweight: 4\n")
    with pytest.raises(RulesetError, match="duplicate key 'weight'"):
        read_yaml(path)


def test_a_phrase_that_yaml_takes_for_a_list_is_explained(tmp_path: Path) -> None:
    """`{medicine}` and `[a]` are the marks of a phrase, and YAML's own."""
    path = tmp_path / "bare.yaml"
    path.write_text("phrases:\n  en: [free {medicine} with your order]\n", encoding="utf-8")
    with pytest.raises(RulesetError, match=r"bare.yaml:2: .*stand in quotes, in a list of one line each"):
        read_yaml(path)


def test_a_language_without_examples_does_not_load(rules: Path) -> None:
    """A rule that covers a language shows it on both sides."""
    path = rules / _RULE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "{lang: fr" not in line), encoding="utf-8")
    with pytest.raises(RulesetError, match=r"examples.match has none in: fr"):
        load_ruleset(rules)


def test_norway_stays_norway(tmp_path: Path) -> None:
    """YAML's usual loader turns NO into False, 1.10 into 1.1 and 0123 into 83."""
    path = tmp_path / "trap.yaml"
    path.write_text("countries: [GB, NO]\nversion: 1.10\nnumber: 0123\n", encoding="utf-8")
    assert read_yaml(path).data == {"countries": ["GB", "NO"], "version": "1.10", "number": "0123"}


def test_lint_finds_every_problem_at_once(rules: Path) -> None:
    """A maintainer mends a folder in one go."""
    _change(rules, "weight: 40\n", "weight: 41\n")
    other = rules / "listing" / "REG002-dot-pharmacy.yaml"
    other.write_text(other.read_text(encoding="utf-8").replace("effect: bind", "effect: blind"), encoding="utf-8")
    problems = lint_ruleset(rules)
    assert len(problems) == 2
    assert any("weight" in problem for problem in problems)
    assert any("effect" in problem for problem in problems)


def test_a_phrase_outside_the_phrase_language_is_named_with_its_line(rules: Path) -> None:
    """No look-around, no nesting: a phrase is words."""
    path = _change(rules, "        - rezeptfrei/", "        - (?=rezept)frei/")
    problems = lint_ruleset(rules)
    assert any(problem.startswith(f"{path}:") and "is not a word" in problem for problem in problems)


def test_a_rule_without_a_line_in_the_changelog_is_lint(rules: Path) -> None:
    """Every change of rules is told."""
    changelog = rules / "CHANGELOG.md"
    changelog.write_text(changelog.read_text(encoding="utf-8").replace("RX001", "RX-001"), encoding="utf-8")
    assert any("RX001 is not named" in problem for problem in lint_ruleset(rules))


def test_an_empty_folder_gets_a_sentence(tmp_path: Path) -> None:
    """Not a traceback, not an empty ruleset that clears everybody."""
    with pytest.raises(RulesetError, match="is this the rules folder"):
        load_ruleset(tmp_path)


def test_a_combination_of_combinations_is_refused(rules: Path) -> None:
    """Answers would depend on the order of rules."""
    text = (rules / "catalogue" / "CAT004-medicine-in-domain.yaml").read_text(encoding="utf-8")
    combined = text.replace("  - kind: fact\n    fact: medicine_in_domain", "  - kind: combination\n    all_of: [{}]")
    first = combined.replace("id: CAT004", "id: CAT008").replace("[{}]", "[CAT009]")
    second = combined.replace("id: CAT004", "id: CAT009").replace("[{}]", "[CAT001]")
    (rules / "catalogue" / "CAT008-medicine-in-domain.yaml").write_text(first, encoding="utf-8")
    (rules / "catalogue" / "CAT009-medicine-in-domain.yaml").write_text(second, encoding="utf-8")
    with pytest.raises(RulesetError, match="CAT009 is a combination itself"):
        load_ruleset(rules)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("duties", "many: 5", "menny: 5", "menny: Extra inputs are not permitted"),
        ("duties", "contact: address", "contact: adress", "contact: Input should be"),
        ("duties", "schemes: [de_handelsregister]", "schemes: [de_register]", "no such scheme: de_register"),
        ("licence_formats", "kind: pharmacy", "kind: farmacy", "kind: Input should be"),
        ("licence_formats", "number: '[12]\\d{3}", "number: '(?=x)[12]\\d{3}", "not an RE2 pattern"),
        ("licence_formats", "checksum: luhn_80840", "checksum: lunh_80840", "checksum: String should match"),
    ],
)
def test_a_wrong_entry_of_a_typed_list_is_named(rules: Path, name: str, old: str, new: str, expected: str) -> None:
    """A pharmacist who edits the duties of a country is told what is wrong, and where."""
    path = rules / "lists" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = lint_ruleset(rules)
    assert any(expected in problem for problem in problems), problems


def test_a_rule_about_the_duties_of_an_unknown_country_does_not_load(rules: Path) -> None:
    """It would never be asked."""
    path = rules / "duties" / "DUT010-german-imprint.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("country: DE", "country: XX"), encoding="utf-8")
    with pytest.raises(RulesetError, match="no duties of XX"):
        load_ruleset(rules)

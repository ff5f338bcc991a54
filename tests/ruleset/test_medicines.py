"""The list of medicines: every entry says where it is from, every name is found, and no ordinary word is one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pharmcheck.errors import RulesetError
from pharmcheck.ruleset import default_directory, load_ruleset
from pharmcheck.ruleset.folding import fold
from pharmcheck.ruleset.medicine_schema import MedicineRow, spelt
from pharmcheck.ruleset.medicines import RESTRICTED, Medicine

_RULES = load_ruleset()
_MEDICINES = _RULES.medicines
_ROWS = [MedicineRow.model_validate(row) for row in _RULES.lists["medicines"]["medicines"]]
_HEAD = _RULES.lists["medicines"]
_UNMATCHED = {spelt(name) for row in _ROWS for name in row.unmatched}
_AMBIGUOUS = {spelt(name) for row in _ROWS for name in row.ambiguous}


def _named(text: str) -> list[str]:
    return [medicine.inn for _, _, medicine in _MEDICINES.named_in(fold(text))]


def _medicine(name: str) -> Medicine:
    return _MEDICINES.by_name[name]


def test_the_list_is_long_enough_to_be_of_use() -> None:
    """Six hundred substances, each once, in the order of their names within a file."""
    names = [row.inn for row in _ROWS]
    assert len(names) == len(set(names)) > 600
    for path in sorted((default_directory() / "lists" / "medicines").glob("*.yaml")):
        listed = re.findall(r"\{inn: (\"[^\"]+\"|[^,]+),", path.read_text(encoding="utf-8"))
        assert [name.strip('"') for name in listed] == sorted(name.strip('"') for name in listed), path.name


def test_every_medicine_stands_in_the_file_of_its_atc_group() -> None:
    """Whoever looks for a medicine knows where."""
    for path in (default_directory() / "lists" / "medicines").glob("*.yaml"):
        groups = set(re.findall(r"atc: (none|[A-Z])", path.read_text(encoding="utf-8")))
        assert len(groups) == 1, path.name


def test_every_medicine_says_how_sure_we_are_and_from_where() -> None:
    """A class without a source is a rumour."""
    known = {source["id"] for source in _HEAD["sources"]}
    for row in _ROWS:
        assert row.sources, row.inn
        assert known.issuperset(row.sources), row.inn
        assert row.confidence == ("general-knowledge" if row.sources == ["own"] else "public-copy"), row.inn


def test_the_head_names_countries_that_exist_once() -> None:
    """The reference countries and those whose schedules are known are among them."""
    countries = _HEAD["countries"]
    assert len(countries) == len(set(countries)) == 18
    assert _MEDICINES.countries.issuperset((*_HEAD["reference_countries"], *_HEAD["schedules"]))


def test_every_name_is_found_in_a_sentence_and_never_inside_a_word() -> None:
    """Brands, misspellings and Cyrillic forms too; an ambiguous one only right before a strength."""
    for row in _ROWS:
        for name in row.spellings:
            folded = spelt(name)
            sentence = "Here {} is sold"
            if folded in _AMBIGUOUS:
                assert row.inn not in _named(sentence.format(name)), name
                sentence = "Here {} 50 mg is sold"
            assert (row.inn in _named(sentence.format(name))) == (folded not in _UNMATCHED), name
            if folded[0] >= "\u0590":  # words of these scripts stand joined, but a longer Japanese name is another
                assert row.inn in _named(f"{name}:x") or folded in _UNMATCHED, name
                longer = "ー" if "ァ" <= folded[0] <= "ヶ" else ""
            else:
                longer = "жц" if not folded.isascii() else "zq"
            assert not longer or not _named(sentence.format(longer + name + longer)), name


def test_no_unmarked_name_is_an_ordinary_word() -> None:
    """No word of the phrases, cues and shop words that the rules know in thirteen languages names a medicine."""
    words = set(re.findall(r"[^\W\d_]+", fold(" ".join(_strings_of_rules()))))
    assert len(words) > 2_000
    sure = {name for name in _MEDICINES.by_name if name not in _AMBIGUOUS and name not in _UNMATCHED}
    assert not words & sure


def _strings_of_rules() -> Iterator[str]:
    for rule in _RULES.rules:
        for match in rule.match:
            for part in ("phrases", "near", "not_near"):
                for phrases in getattr(match, part, {}).values():
                    yield from phrases
    for name in ("voice", "shop_words", "shop_talk", "duties", "obstacles"):
        yield from _strings(_RULES.lists[name])


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


@pytest.mark.parametrize(
    ("text", "inn"),
    [
        ("zásilka se sildenafilem", "sildenafil"),
        ("Kup Tramadolu bez recepty", "tramadol"),
        ("tania Viagrę i Kamagrę", "sildenafil"),
        ("cena Viagry", "sildenafil"),
        ("die Wirkung des Tramadols", "tramadol"),
        ("köp Sildenafilet", "sildenafil"),
        ("купить виагру", "sildenafil"),
        ("доставка сиалиса", "tadalafil"),
        ("с трамадолом", "tramadol"),
        ("Co-codamol", "codeine"),
        ("cocodamol", "codeine"),
        ("co codamol", "codeine"),
        ("Viagra® 100", "sildenafil"),
        ("VIÁGRA", "sildenafil"),
        ("viаgrа", "sildenafil"),  # with Cyrillic letters that look like others
        ("super-kamagra", "dapoxetine"),
        ("Soma 350mg", "carisoprodol"),
        ("Yaz tablets", "ethinylestradiol"),
        ("Retin-A cream", "tretinoin"),
        ("バイアグラ通販", "sildenafil"),
        ("السايتوتك للبيع", "misoprostol"),
        ("線上購犀利士,貨到付款", "tadalafil"),
        ("비아그라를", "sildenafil"),
    ],
)
def test_a_name_is_known_in_its_inflected_and_disguised_forms(text: str, inn: str) -> None:
    """Cases of Czech, Polish, Russian, German and Swedish; hyphens, accents and look-alikes."""
    assert set(_named(text)) == {inn}


@pytest.mark.parametrize(
    "text", ["viagrastore", "the soma of the gods", "Yaz geldi", "retina", "nicotine 20 mg", "somatic", "Allegra Rossi"]
)
def test_other_words_are_no_medicine(text: str) -> None:
    """Longer words, ordinary words and people's names."""
    assert not _named(text)


def test_what_is_everywhere_is_so_in_each_country_but_those_named_beside_it() -> None:
    """And `unknown` leaves a country unknown."""
    sildenafil = _medicine("sildenafil").legal_class
    assert (sildenafil["BE"], sildenafil["GB"], sildenafil.get("SE")) == ("prescription", "mixed", None)


def test_over_the_counter_medicines_are_never_restricted() -> None:
    """Honest shops say "without a prescription" of these."""
    common = (
        "paracetamol ibuprofen aspirin cetirizine loratadine omeprazole loperamide nicorette xylometazoline orlistat "
        "clotrimazole diclofenac minoxidil lactulose levonorgestrel"
    )
    for name in common.split():
        for country in ("GB", "DE", "NL", "SE"):
            assert _medicine(name).legal_class[country] not in RESTRICTED, (name, country)
        assert not _MEDICINES.restricted(_medicine(name), (), 4), name


@pytest.mark.parametrize(
    ("name", "countries", "controlled"),
    [
        ("tramadol", ("GB",), True),
        ("tramadol", ("DE",), False),  # on prescription, but no BtM
        ("tramadol", ("IN",), True),
        ("tramadol", ("FR",), False),  # no treaty lists it
        ("alprazolam", ("FR",), True),  # by the convention of 1971
        ("diazepam", ("DE",), False),  # ordinary packs are exempt
        ("zopiclone", ("US", "GB"), True),
        ("amoxicillin", (), False),
        ("tramadol", (), True),  # nothing known of the countries: anywhere counts
        ("tramadol", ("BR",), True),
    ],
)
def test_a_drug_is_controlled_where_the_law_says_so(name: str, countries: tuple[str, ...], controlled: bool) -> None:
    """Six countries by their own schedules, the others by the treaties of 1961 and 1971."""
    assert _MEDICINES.controlled(_medicine(name), countries) is controlled


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules that a test may break."""
    return Path(shutil.copytree(default_directory(), tmp_path / "rules"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("atc: B01AF02", "atc: B01-AF02", "atc: String should match pattern"),
        ("class: {everywhere: prescription}", "class: {everywhere: perscription}", "Input should be 'prescription'"),
        ("class: {everywhere: prescription}", "class: {everywhere: prescription, XX: mixed}", "does not name XX"),
        ("class: {everywhere: prescription}", "class: {Germany: prescription}", "String should match pattern"),
        ("sources: [own]", "sources: []", "sources: List should have at least 1 item"),
        ("sources: [own]", "sources: [own, hearsay]", "public-copy needs a source"),
        ("brands: [eliquis", "brands: [xarelto", "'xarelto' names both"),
        ("group: cardiovascular", "group: heart", "does not name heart"),
        ("brands: [eliquis", "ambiguous: [eliquid], brands: [eliquis", "'eliquid' is none of the names of"),
    ],
)
def test_a_wrong_entry_is_refused(rules: Path, old: str, new: str, expected: str) -> None:
    """By name, and with the line where it stands as far as the entry alone is to blame."""
    path = rules / "lists" / "medicines" / "blood.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.index("inn: apixaban")
    assert old in text[at:]
    path.write_text(text[:at] + text[at:].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesetError, match=re.escape(expected)):
        load_ruleset(rules)


def test_a_country_of_which_one_class_is_known_says_nothing_of_other_medicines() -> None:
    """Sildenafil is free of prescription in Portugal; what else is so there, the reference countries are asked."""
    needed = len(_HEAD["reference_countries"]) // 2 + 1
    assert not _MEDICINES.restricted(_medicine("sildenafil"), ("PT",), needed)
    assert _MEDICINES.restricted(_medicine("tadalafil"), ("PT",), needed)
    assert "PT" not in _MEDICINES.countries

"""The list of registers that comes with the program, its mistakes, and the page about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pharmcheck.registers import RegisterKind, Source
from pharmcheck.ruleset import default_directory
from pharmcheck.ruleset.sources import read_source_file, read_sources
from pharmcheck.ruleset.yamlfile import read_yaml

ROOT = Path(__file__).parents[3]
FORMATS = read_yaml(default_directory() / "lists/licence_formats.yaml").data
EU_EEA = set("AT BE BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE".split())


def test_every_country_of_the_common_logo_has_a_register_to_look_at(sources) -> None:
    """All thirty states and Northern Ireland, and the countries that sell most to others."""
    places = {source.country for source in sources if source.kind is RegisterKind.REGISTER and source.page}

    assert places >= EU_EEA | {"GB", "US", "CA", "AU", "NZ", "CH", "IN", "SG", "ZA"}


def test_nothing_claims_to_have_been_seen_live(sources) -> None:
    """A confidence is raised by somebody who looked, together with this test."""
    raised = {source.name: source.confidence for source in sources if source.confidence != "unconfirmed"}
    assert raised == {"sukl_cz": "public-copy", "ods_gb": "public-copy"}


def test_only_registers_with_web_addresses_can_name_a_site(sources) -> None:
    """Of the importers two lists name sites to trust; the others show that an entry exists, or warn."""
    naming = {
        source.name
        for source in sources
        if any("web" in form.fields for form in source.columns)
        and source.kind in (RegisterKind.REGISTER, RegisterKind.ACCREDITATION)
    }

    assert naming == {"sukl_cz", "nabp_us", "cqc_gb"}


def test_nothing_large_is_fetched_by_itself(sources) -> None:
    """The one file of many gigabytes says so."""
    assert [source.name for source in sources if source.large] == ["nppes_us"]


def test_a_scheme_of_a_complete_register_is_its_own(sources) -> None:
    """A number that is missing from a complete register does not exist: never a company's number, never a person's."""
    kinds = {each["id"]: each["kind"] for each in FORMATS["formats"]}

    assert {scheme: kinds[scheme] for source in sources if source.complete for scheme in source.schemes} == {
        "cz_sukl": "pharmacy"
    }


ENTRY = "- {name: one_zz, kind: register, country: NO, authority: Sample, period_days: 7, importer: '', page: 'https://a.example/'}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY + ENTRY, r"registers\.yaml:3: one_zz stands in line 2 too"),
        (ENTRY.replace("period_days: 7", "period_days: 0"), r"registers\.yaml:2: registers\.0\.period_days: "),
        (ENTRY.replace("period_days: 7", "period_days: 1.5"), r"registers\.yaml:2: registers\.0\.period_days: "),
        (ENTRY.replace("}", ", complete: true}"), r"registers\.yaml:2: registers\.0\.complete: .*say yes or no"),
        (ENTRY.replace("}", ", complet: 'yes'}"), r"registers\.0\.complet: Extra inputs"),
        (ENTRY.replace("}", ", schemes: [xx_no]}"), r"one_zz: no scheme 'xx_no' in licence_formats\.yaml"),
        (ENTRY.replace("country: NO", "country: no"), r"registers\.0\.country: "),
        (ENTRY.replace("importer: ''", "importer: table"), r"columns are given exactly when the importer is table"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    """As every mistake in a rule is."""
    path = tmp_path / "registers.yaml"
    path.write_text(f"registers:\n{text}", encoding="utf-8")

    _, problems = read_sources(read_yaml(path), FORMATS)

    assert any(re.search(says, problem) for problem in problems), problems


def test_norway_is_a_country(tmp_path: Path) -> None:
    """Words stay words: `NO` is no truth value."""
    path = tmp_path / "registers.yaml"
    path.write_text(f"registers:\n{ENTRY}", encoding="utf-8")

    (source,), problems = read_sources(read_yaml(path), FORMATS)

    assert (source.country, problems) == ("NO", [])


def described(source: Source) -> str:
    """One line of the page."""
    how = {"": "look yourself", "table": "file", "nppes_us": "file, live for one number"}[source.importer]
    marks = "yes" if source.marks_online_sale else ""
    where = f"[{source.authority}]({source.page})"
    cells = source.country or "", where, source.kind.value, how, marks, source.terms or "?", source.confidence
    return f"| `{source.name}` | {' | '.join(cells)} |"


def test_the_page_about_registers_shows_the_list_as_it_is(sources) -> None:
    """docs/registers.md has a line for every source, in order, and no other."""
    page = (ROOT / "docs/registers.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `") and "](http" in line]

    assert lines == [described(source) for source in sources]


def test_every_example_of_a_map_loads_and_is_named_on_the_page() -> None:
    """docs/register-maps holds nothing that does not work."""
    page = (ROOT / "docs/registers.md").read_text("utf-8")
    maps = sorted((ROOT / "docs/register-maps").glob("*.yaml"))

    assert len(maps) >= 4
    for path in maps:
        assert read_source_file(path, FORMATS).columns
        assert f"register-maps/{path.name}" in page


def test_every_key_of_a_map_is_explained_on_the_page() -> None:
    """Whoever writes a map needs no source code."""
    from pharmcheck.ruleset.sources import _Columns, _Entry

    page = (ROOT / "docs/registers.md").read_text("utf-8")
    keys = [*_Entry.model_fields, *_Columns.model_fields]

    assert [key for key in keys if f"`{key}`" not in page] == []

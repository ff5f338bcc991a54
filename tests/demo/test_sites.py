"""The texts of the street: whole, linked, realistic in size, and nobody's but ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pharmcheck.demo.cases import Behaviour, Case, load_cases
from pharmcheck.demo.pages import SITES, load_site
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.folding import fold

ROOT = Path(__file__).parents[2]
CASES = load_cases()
HOSTS = [case.host for case in CASES]
SEARCHED = [case for case in CASES if case.searchers]
SHOPS = [case.host for case in CASES if case.category is not Category.COULD_NOT_CHECK]

# Addresses that a machine reads and nobody visits.
VOCABULARIES = {"schema.org", "www.w3.org"}
# Real shops and chains that a sample might be taken for.
BRANDS = (
    "docmorris|shop[ -]?apotheke|redcare|medpex|aponeo|sanicare|boots|lloyds|superdrug|pharmacy2u|chemist4u|rowlands|"
    "walgreens|cvs|rite aid|walmart|costco|kroger|amazon|himss?|numan|zava|dokteronline|netmeds|"
    "newpharma|doctipharma|universpharmacie|atida|dosfarma|promofarma|cruz verde|my canadian pharmacy|canada drugs|"
    "canadadrugs|healthwarehouse|pillpack|honeybee|holland & barrett"
)
# Ranges that the national plans keep for fiction, by the shape in which each country writes numbers.
PHONES = {
    r"\(?\b\d{3}\)?[ -]\d{3}[ -]\d{4}\b": r"\d{3}\D{1,2}555\D01\d\d",
    r"\b01\d{3} \d{6}\b": r"01632 960\d{3}",
    r"(?:\b0|\+44 )20 \d{4} \d{4}\b": r".*20 7946 0\d{3}",
    r"\b030 \d{5} \d{3}\b": r"030 23125 \d{3}",
    r"(?:\b0|\+33 )\d(?: \d\d){4}\b": r".*1 99 00 \d\d \d\d",
}


class _Links(HTMLParser):
    """Every address that a page leads to or loads; posts are left out, the street takes no orders."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in ("href", "src") if (value := given.get(name))]
        if tag == "form" and given.get("method") == "get":
            self.found.append(given.get("action") or "")


def _texts() -> Iterator[tuple[str, str]]:
    for file in sorted(SITES.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(SITES)), file.read_text("utf-8")


def test_every_case_has_a_folder_and_every_folder_a_case() -> None:
    """Nothing stands on the street that is not on the list, and the other way round."""
    assert {folder.name for folder in SITES.iterdir()} == {*HOSTS, "_shared"}


@pytest.mark.parametrize("host", HOSTS)
def test_every_page_that_a_site_links_to_exists(host: str) -> None:
    """A visitor who follows the links of a sample never meets its 404 page."""
    site = load_site(host)
    broken = []
    for path, html in site.pages.items():
        for link in _Links(html).found:
            parts = urlsplit(link)
            if parts.scheme in {"mailto", "tel"}:
                continue
            assert (parts.netloc or host) == host, f"{path} leads to {link}"
            # The tarpit answers these itself.
            if parts.path not in {"/products", "/catalogue", "/order"} and site.answer(parts.path).status != 200:
                broken.append((path, link))

    # Searching needs a server with a memory; robots.txt asks machines to stay away from it.
    assert [entry for entry in broken if entry[1] != "/search"] == []


@pytest.mark.parametrize("host", SHOPS)
def test_sites_have_the_size_of_real_ones(host: str) -> None:
    """A home page and a handful of others, each with enough on it to be read."""
    pages = load_site(host).pages

    assert len(pages) >= 6
    assert 2_800 <= len(pages["/"].encode()) <= 8_000
    assert all(900 <= len(html.encode()) <= 4_000 for path, html in pages.items() if path != "/")


def test_no_page_shows_a_hole_of_its_layout() -> None:
    """Every placeholder was filled, and every page has a title."""
    pages = [(host, path, html) for host in HOSTS for path, html in load_site(host).pages.items()]

    assert [(host, path) for host, path, html in pages if "{{" in html or "<title></title>" in html] == []


def test_every_name_in_the_texts_stands_under_example() -> None:
    """No sample names a domain that somebody could own."""
    named = re.compile(
        r"(?:https?://|www\.|@)([\w-]+(?:\.[\w-]+)+)|"
        r"\b([\w-]+\.(?:com|net|org|info|biz|shop|store|online|pharmacy|top|xyz|su|ru|to|is|eu|uk|de|fr|es|ch|at|in|ca|us))\b",
        re.IGNORECASE,
    )
    found = {
        (file, name)
        for file, text in _texts()
        for name in (match[1] or match[2] for match in named.finditer(text))
        if not name.endswith(".example") and name not in VOCABULARIES
    }

    assert found == set()


def test_no_sample_uses_the_name_of_a_real_shop() -> None:
    """Nobody real is shown in a bad light, or in a good one."""
    brand = re.compile(rf"(?<![\w-])(?:{BRANDS})(?![\w-])", re.IGNORECASE)

    assert [(file, match[0]) for file, text in _texts() for match in brand.finditer(text)] == []


def test_every_phone_number_is_fictional() -> None:
    """Nobody's phone rings because of a sample."""
    numbers = [
        (file, match[0], fiction)
        for file, text in _texts()
        for shape, fiction in PHONES.items()
        for match in re.finditer(shape, text)
    ]

    assert len(numbers) > 20
    assert [(file, number) for file, number, fiction in numbers if not re.fullmatch(fiction, number.strip("("))] == []


def test_every_british_postcode_is_nobodys() -> None:
    """In a district that is not given out, and with an end that never is: C, I, K, M, O and V are not used there."""
    codes = [match[0] for _, text in _texts() for match in re.finditer(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", text)]

    assert len(codes) > 10
    assert [code for code in codes if not re.fullmatch(r"[A-Z]{2}94 \d(?:[A-Z][CIKMOV]|[CIKMOV][A-Z])", code)] == []


@pytest.mark.parametrize("host", ["maple-direct-meds.example", "riverside-ramblers.example"])
def test_two_pill_shops_never_mention_prescriptions(host: str) -> None:
    """What convicts or spares them is their tariff, or whom they hide from, not a word that their real models avoid."""
    pages = load_site(host).pages

    assert [path for path, html in pages.items() if re.search(r"prescri|\brx\b|doctor's", html, re.IGNORECASE)] == []


@pytest.mark.parametrize("case", SEARCHED, ids=[case.host for case in SEARCHED])
def test_only_what_searchers_get_is_about_medicine(case: Case) -> None:
    """The club and the institute themselves name no medicine, and lead nobody to one."""
    medicines = load_ruleset().medicines
    pages = load_site(case.host).pages
    hidden = pages.pop(case.searchers, "")

    assert [path for path, html in pages.items() if medicines.named_in(fold(html))] == []
    assert [path for path, html in pages.items() if case.searchers in _Links(html).found] == []
    assert medicines.named_in(fold(hidden)) or case.searchers in {f"https://{host}/" for host in HOSTS}


def test_the_street_shows_every_category_it_claims_to() -> None:
    """Honest, unknown, suspicious, dangerous, unreadable and beside the point: none is left out."""
    assert {case.category for case in CASES} == set(Category)


@pytest.mark.parametrize("case", CASES, ids=HOSTS)
def test_every_case_says_what_it_shows(case: Case) -> None:
    """The list is documentation: a title for the table, a sentence for the reader, a known reason."""
    assert case.title
    assert case.shows.endswith(".")
    assert (case.behaviour is Behaviour.SERVES) or case.category is Category.COULD_NOT_CHECK


def test_the_page_about_the_street_names_every_site() -> None:
    """docs/high-street.md is complete and says what the list says."""
    page = (ROOT / "docs/high-street.md").read_text("utf-8")
    rows = {row[1].strip(" `"): row for line in page.splitlines() if len(row := line.split("|")) > 4}

    assert {host for host in rows if host.endswith(".example")} == set(HOSTS)
    assert [case.host for case in CASES if case.category.value.replace("_", " ") not in rows[case.host][3]] == []


def test_no_rule_knows_the_street() -> None:
    """The samples are judged by rules that never heard of them."""
    rules = load_ruleset()  # also: the rules load
    folder = ROOT / "rules"

    assert rules is not None
    assert [
        str(file) for file in folder.rglob("*.yaml") if any(host in file.read_text("utf-8") for host in HOSTS)
    ] == []

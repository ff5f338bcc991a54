"""What a trust mark is worth by where it leads: every kind of genuine and of false one."""

# ruff: noqa: E501 - a case of a table in one line

from __future__ import annotations

import pytest

from pharmcheck.model import Seal, SealState, SealWay
from pharmcheck.reading.issuers import EU_LOGO, domain_named
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.seal_states import Circumstances, state_of

ISSUERS = load_ruleset().vocabulary.issuers
S = SealState


def state(
    issuer: str,
    url: str | None,
    *,
    site: str = "pills.example",
    way: SealWay = SealWay.LINK,
    confirmed: tuple[str, ...] = (),
    another: bool = False,
) -> SealState:
    around = Circumstances({site}, confirmed, lambda _scheme, _number: another)
    return state_of(Seal(issuer, "", url, "/seal.png", way), ISSUERS, around)


@pytest.mark.parametrize(
    ("issuer", "url", "expected"),
    [
        ("nabp", "https://safe.pharmacy/buy-safely/?url=pills.example", S.WELL_FORMED),
        ("nabp", "https://www.safe.pharmacy/buy-safely?lang=en&url=https://www.pills.example/x", S.WELL_FORMED),
        ("nabp", "https://safe.pharmacy/buy-safely/?url=shop.pills.example", S.WELL_FORMED),
        ("nabp", "https://safe.pharmacy/buy-safely/?url=other.example", S.MISMATCH),
        ("nabp", "https://safe.pharmacy/buy-safely/?url=pills.example.top", S.MISMATCH),
        ("nabp", "https://safe.pharmacy/buy-safely/?url=", S.ISSUER_HOME),
        ("nabp", "https://safe.pharmacy/buy-safely/", S.ISSUER_HOME),
        ("nabp", "https://nabp.pharmacy/", S.ISSUER_HOME),
        ("nabp", "https://safe.pharmacy.example.top/buy-safely/?url=pills.example", S.SPOOF),
        ("nabp", "https://nabp-verify.example.top/", S.SPOOF),
        ("nabp", "https://approved.example.top/", S.ELSEWHERE),
        ("nabp", None, S.UNLINKED),
        ("nabp", "https://pills.example/about", S.UNLINKED),
        ("vipps", "https://vipps.nabp.net/verify.asp", S.RETIRED),
        ("vipps", None, S.RETIRED),
        ("legitscript", "https://www.legitscript.com/websites/?checker_keywords=pills.example", S.WELL_FORMED),
        ("legitscript", "https://www.legitscript.com/websites/pills.example/", S.WELL_FORMED),
        ("legitscript", "https://legitscript.com/pharmacy/pills.example", S.WELL_FORMED),
        ("legitscript", "https://www.legitscript.com/websites/?checker_keywords=other.example", S.MISMATCH),
        ("legitscript", "https://www.legitscript.com/", S.ISSUER_HOME),
        ("legitscript", "https://blog.legitscript.com/pills", S.ISSUER_HOME),
        ("legitscript", "https://legitscript.com.verify.example/websites/?checker_keywords=pills.example", S.SPOOF),
        ("pharmacychecker", "https://www.pharmacychecker.com/profile/pills", S.REGISTER_REF),
        ("pharmacychecker", "https://pharmacy-checker.example.net/seal", S.SPOOF),
        ("cipa", "https://www.cipa.com/", S.ISSUER_HOME),
        ("gphc", "https://www.pharmacyregulation.org/registers/pharmacy/registrationnumber/1099887", S.REGISTER_REF),
        ("gphc", "https://www.pharmacyregulation.org/registers/pharmacy/1099887", S.REGISTER_REF),
        ("gphc", "https://www.pharmacyregulation.org/registers/pharmacy", S.ISSUER_HOME),
        ("gphc", "https://www.pharmacyregulation.org/registers/pharmacy/2099887", S.ISSUER_HOME),
        ("gphc", "https://www.pharmacy-regulation.org.example/registers/pharmacy/1099887", S.SPOOF),
        ("mhra", "https://medicine-seller-register.mhra.gov.uk/search-registry/649", S.REGISTER_REF),
        ("mhra", "https://medicine-seller-register.mhra.gov.uk/", S.ISSUER_HOME),
        ("it_ministero", "https://www.salute.gov.it/LogoCommercioElettronico/CercaSitoEComm", S.ISSUER_HOME),
        ("it_ministero", "https://www.salute.gov.it/LogoCommercioElettronico/CercaSitoEComm?id=1", S.REGISTER_REF),
        ("it_ministero", "http://www.salute-gov.example/LogoCommercioElettronico/CercaSitoEComm", S.SPOOF),
        ("mcafee", "https://www.mcafeesecure.com/verify?host=www.pills.example", S.WELL_FORMED),
        ("mcafee", "https://www.mcafeesecure.com/verify?host=other.example", S.MISMATCH),
        ("norton", "https://trustsealinfo.websecurity.norton.com/splash?form_file=fdf/splash.fdf&dn=www.pills.example", S.WELL_FORMED),
        ("norton", None, S.RETIRED),
        (EU_LOGO, "https://www.aanbiedersmedicijnen.nl/aanbieders/aanbiederslijst/pills/index", S.REGISTER_REF),
        (EU_LOGO, "https://distafarma.aemps.es/farmacom/faces/sec/CCAA/listadoCCAA.xhtml?farma=0123456789abcdef0123456789abcdef", S.REGISTER_REF),
        (EU_LOGO, "https://distafarma.aemps.es/farmacom/", S.ISSUER_HOME),
        (EU_LOGO, "http://ra.rejestrymedyczne.csioz.gov.pl/_layouts/15/ra/glowna.aspx?unikalneId=1234567%3B1&frame=frameApteka", S.REGISTER_REF),
        (EU_LOGO, "https://www.bda.bg/list", S.ISSUER_HOME),  # nobody has confirmed that host: it excuses
        (EU_LOGO, "https://ec.europa.eu/health/human-use/eu-logo_en", S.ISSUER_HOME),
        (EU_LOGO, "https://bfarm-register.example.top/shop", S.SPOOF),
        (EU_LOGO, "https://www.fimea.fi.example.top/", S.SPOOF),
        (EU_LOGO, "https://lists.example.net/", S.ELSEWHERE),
    ],
)  # fmt: skip
def test_a_seal_is_worth_what_its_link_shows(issuer: str, url: str | None, expected: SealState) -> None:
    """Genuine host and form count only when they name this site; a look-alike host and another's name count against it."""
    assert state(issuer, url) is expected


def test_every_authority_host_is_known_with_and_without_www() -> None:
    """All 31 states; hosts that nobody has confirmed never make an entry."""
    assert len(ISSUERS.authorities) == 31
    for authority in ISSUERS.authorities:
        for host in authority.hosts | authority.maybe:
            for url in (f"https://{host}/", f"http://www.{host}/x"):
                assert state(EU_LOGO, url) in (S.ISSUER_HOME, S.REGISTER_REF)
                assert ISSUERS.authority_at(url) is not None
        for host in authority.maybe:
            assert state(EU_LOGO, f"https://{host}/search-registry/649") is S.ISSUER_HOME


def test_a_window_of_the_site_itself_plays_the_issuer() -> None:
    """An ordinary link to a page of its own explains; a window pretends."""
    own = "https://pills.example/verify.html"
    assert state("nabp", own, way=SealWay.POP_UP) is S.SPOOF
    assert state("nabp", own) is S.UNLINKED


def test_the_issuers_own_page_confirms() -> None:
    """Whatever the scheme of the link; another page of the issuer does not."""
    read = "https://www.aanbiedersmedicijnen.nl/aanbieders/aanbiederslijst/pills/index"
    assert state(EU_LOGO, read.replace("https", "http"), confirmed=(read,)) is S.CONFIRMED
    assert state(EU_LOGO, read.replace("pills", "other"), confirmed=(read,)) is S.REGISTER_REF


def test_an_entry_of_somebody_else_is_a_mismatch() -> None:
    """A genuine entry of another pharmacy is what rogue templates link."""
    url = "https://www.pharmacyregulation.org/registers/pharmacy/1099887"
    assert state("gphc", url, another=True) is S.MISMATCH


def test_credentials_nobody_sees_lead_to_no_stranger() -> None:
    """Only a picture that leads elsewhere is a sign."""
    seal = Seal("nabp", "NABP", "https://news.example.net/", "", SealWay.CREDENTIAL)
    assert state_of(seal, ISSUERS, Circumstances({"pills.example"}, (), lambda *_: False)) is S.UNLINKED


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("www.Pills.example", "pills.example"),
        ("https://shop.pills.example:443/x?y", "pills.example"),
        ("pillen-größe.de", "xn--pillen-gre-e4a9y.de"),
        ("not a name", None),
        ("", None),
        ("http://[x", None),
    ],
)
def test_domains_are_compared_as_people_write_them(text: str, domain: str | None) -> None:
    """Without scheme, port, path and www., in one spelling, by registrable domain."""
    assert domain_named(text) == domain


@pytest.mark.parametrize(
    ("image", "words", "flag"),
    [
        ("/img/LogoSancoInternet_DE_B.png", "", "DE"),
        ("/img/LogoSancoInternet_UK.png?x=1", "", "GB"),
        ("/img/LogoSancoInternet_EU_B.png", "", "EU"),
        ("/img/eu-flag-logo.png", "", "EU"),
        ("/img/logo.png", "EU common logo, EU flag", "EU"),
        ("/img/eu-logo.png", "EU logo", ""),
        ("/img/LogoSancoInternet_XX.png", "", ""),
        ("/img/LogoSancoInternetDeutsch.png", "", ""),
    ],
)
def test_the_flag_is_told_by_file_and_words_only(image: str, words: str, flag: str) -> None:
    """The picture is not looked at; where neither tells, nothing is known."""
    assert ISSUERS.flag_of(image, words) == flag

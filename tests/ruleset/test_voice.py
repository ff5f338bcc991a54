"""Who speaks in a sentence, decided on sentences of our own."""

from __future__ import annotations

import pytest

from pharmcheck.model import PageRole
from pharmcheck.reading import read
from pharmcheck.ruleset import load_ruleset
from pharmcheck.ruleset.scan import Phrase, PhraseIndex, page_text
from pharmcheck.ruleset.voice import Speaker, Statement, listen
from tests.sites import site

_RULES = load_ruleset()
_NEEDLE = {
    "en": "no prescription", "de": "ohne rezept", "fr": "sans ordonnance", "es": "sin receta", "sv": "utan recept",
}  # fmt: skip


def _statement(text: str, lang: str = "en", role: PageRole = PageRole.PRODUCT, *, sells: bool = True) -> Statement:
    capture = site(lang=lang, **{role.value: text})
    page = page_text(read(capture.pages[0], _RULES.vocabulary), _RULES.medicines)
    index = PhraseIndex([Phrase(("T", 0), lang, _NEEDLE[lang])])
    hit = next(iter(index.hits(page)))
    return listen(hit, page, _RULES.lexicon, site_sells=sells)


def _listen(
    text: str, lang: str = "en", role: PageRole = PageRole.PRODUCT, *, sells: bool = True
) -> tuple[Speaker, bool]:
    statement = _statement(text, lang, role, sells=sells)
    return statement.speaker, statement.negated


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Our pharmacy asks for no prescription."),
        ("en", "Order now, no prescription."),
        ("en", "No prescription, no waiting room."),
        ("de", "Bei uns bestellen Sie ohne Rezept."),
        ("de", "Viagra kaufen ohne Rezept"),
        ("fr", "Chez nous, vous pouvez commander sans ordonnance."),
        ("es", "Enviamos su pedido sin receta."),
        ("sv", "Vår butik skickar utan recept."),  # folded, "vår" is the word for "where"
        ("sv", "Köp utan recept, du behöver inte besöka någon läkare."),  # what need not be done takes nothing back
        ("de", "Bei uns bestellen Sie ohne Rezept, Sie müssen nicht zum Arzt."),
    ],
)
def test_a_shop_about_its_own_goods(lang: str, text: str) -> None:
    """Said of itself, by a site that sells."""
    assert _listen(text, lang) == (Speaker.SHOP, False)


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "Can I buy it with no prescription?", Speaker.QUESTION),
        ("en", "Is no prescription needed here?", Speaker.QUESTION),
        ("sv", "Var kan man köpa utan recept", Speaker.QUESTION),
        ("en", "We have received reports that it is sold with no prescription there.", Speaker.REPORT),
        ("en", "The term refers to goods that one gets with no prescription.", Speaker.REPORT),
        ("de", "Angeblich gibt es das dort ohne Rezept, schreiben uns Leser.", Speaker.REPORT),
        ("fr", "Selon des rapports que nous avons lus, il paraît que cela se vend sans ordonnance.", Speaker.REPORT),
        ("es", "Se dice que allí se vende sin receta, nos escriben.", Speaker.REPORT),
        ("en", 'The banner said "no prescription needed".', Speaker.QUOTATION),
        ("en", "> No prescription needed at our store.", Speaker.QUOTATION),
        ("en", "Beware of shops where no prescription is asked for.", Speaker.ADVICE),
        ("en", "Rogue sites ask for no prescription.", Speaker.ADVICE),
        ("en", "# Warning signs of a fake pharmacy\nNo prescription is asked for.", Speaker.ADVICE),
        ("en", "Police said that no prescription was asked for.", Speaker.REPORT),
        ("de", "Kann man Viagra ohne Rezept kaufen?", Speaker.QUESTION),
        ("de", "Vorsicht bei Anbietern, die ohne Rezept liefern.", Speaker.ADVICE),
        ("de", "Laut Zoll wurde ohne Rezept geliefert.", Speaker.REPORT),
        ("fr", "Peut-on l'acheter sans ordonnance ?", Speaker.QUESTION),
        ("fr", "Méfiez-vous de qui vend sans ordonnance.", Speaker.ADVICE),
        ("es", "¿Puedo comprarlo sin receta?", Speaker.QUESTION),
        ("es", "Desconfíe de quien vende sin receta.", Speaker.ADVICE),
        ("es", "Según la policía, se vendía sin receta.", Speaker.REPORT),
    ],
)
def test_others_speak_even_on_the_page_of_a_shop(lang: str, text: str, speaker: Speaker) -> None:
    """Buying guides, warnings and questions on a seller's page are not its own statement."""
    assert _listen(text, lang)[0] is speaker


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "We never sell when no prescription is shown."),
        ("en", "We do not ship with no prescription."),
        ("en", "With no prescription is not allowed here."),
        ("en", "No prescription, we cannot help."),
        ("de", "Wir geben nichts ohne Rezept ab, nicht einmal auf Bitten: ohne Rezept nie."),
        ("fr", "Nous ne vendons jamais sans ordonnance."),
        ("es", "Nunca vendemos sin receta."),
    ],
)
def test_a_negation_turns_it_round(lang: str, text: str) -> None:
    """Before or after the words."""
    assert _listen(text, lang)[1] is True


def test_a_page_that_sells_nothing_does_not_speak_as_a_shop() -> None:
    """Unknown is not the shop."""
    assert _listen("There is no prescription for it.", sells=False)[0] is Speaker.UNKNOWN


def test_an_article_on_a_site_that_sells_nothing_is_a_report() -> None:
    """News and blogs write about others."""
    assert _listen("There is no prescription for it.", role=PageRole.ARTICLE, sells=False)[0] is Speaker.REPORT


def test_the_terms_of_a_shop_are_its_own_words() -> None:
    """What buyers should do is the shop's condition there."""
    assert _listen("You should know that no prescription is asked for.", role=PageRole.TERMS)[0] is Speaker.SHOP


@pytest.mark.parametrize(
    ("text", "limited"),
    [
        ("Products for which no prescription is asked are green.", True),
        ("Where no prescription is asked, we send at once.", True),
        ("We ask for no prescription for hand creams.", True),
        ("For hand creams we ask for no prescription.", True),
        ("Viagra, for which no prescription is asked, is cheap.", False),
        ("Unlike Viagra, products for which no prescription is asked are green.", True),
        ("This is the shop where no prescription is asked.", False),
        ("We promise that no prescription is asked.", False),
        ("We ask for no prescription for Viagra.", False),
        ("We ask for no prescription for your order.", False),
    ],
)
def test_a_statement_about_a_class_of_goods_is_limited(text: str, limited: bool) -> None:
    """What stands nearest before the clause decides: a class of goods, a medicine, or the shop."""
    assert _statement(text).limited is limited


def test_the_sentence_of_a_statement_is_bounded() -> None:
    """A page without a full stop does not make one endless sentence, and the phrase stays in it."""
    statement = _statement("word " * 1_000 + "no prescription " + "word " * 500)
    assert "no prescription" in statement.sentence
    assert len(statement.sentence) < 700


def test_the_words_before_a_name_are_no_part_of_the_phrase() -> None:
    """A phrase that begins with a medicine begins at its name: "never" before it is heard."""
    capture = site(lang="pl", product="Nigdy nie wysyłamy Tramadolu bez recepty.")
    page = page_text(read(capture.pages[0], _RULES.vocabulary), _RULES.medicines)
    hit = next(iter(PhraseIndex([Phrase(("T", 0), "pl", "{medicine} bez recepty")]).hits(page)))
    assert page.block_text(hit.block)[hit.start : hit.end] == "tramadolu bez recepty"
    assert listen(hit, page, _RULES.lexicon, site_sells=True).negated

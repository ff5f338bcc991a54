"""What shops and honest pharmacies write in the languages beyond the first four, and languages that no rule speaks.

Sentences of our own; each stands once beside the offer of a prescription-only medicine and once on another page.
`tests/test_prescription_words.py` holds English, German, French and Spanish.
"""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.coverage import look_back
from pharmcheck.explain import explain
from pharmcheck.model import Category, Outcome
from pharmcheck.reading import read
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_OFFER = "# Amoxicillin 500 mg\n€12.00\n! Add to basket"
_WAIVING = [
    ("it", "Nessuna ricetta è richiesta!"),
    ("it", "Da noi acquisti senza ricetta medica."),
    ("it", "Vendiamo tutto senza prescrizione."),
    ("it", "Non serve la ricetta per il tuo ordine."),
    ("it", "Ordina ora senza ricetta."),
    ("pt", "Não é necessária receita médica."),
    ("pt", "Compre agora sem receita."),
    ("pt", "Enviamos sem receita para todo o país."),
    ("pt", "Não precisa de receita para comprar connosco."),
    ("nl", "Geen recept nodig!"),
    ("nl", "Bij ons koopt u zonder recept."),
    ("nl", "Wij leveren alles zonder doktersrecept."),
    ("nl", "Een recept is niet nodig voor uw bestelling."),
    ("pl", "Recepta nie jest wymagana!"),
    ("pl", "Kup teraz bez recepty."),
    ("pl", "Wysyłamy wszystko bez recepty."),
    ("pl", "Nie potrzebujesz recepty."),
    ("cs", "Předpis není nutný!"),
    ("cs", "Objednejte nyní bez předpisu."),
    ("cs", "Zasíláme vše bez lékařského předpisu."),
    ("cs", "Nepotřebujete žádný recept."),
    ("sv", "Inget recept behövs!"),
    ("sv", "Köp nu utan recept."),
    ("sv", "Vi skickar allt utan recept."),
    ("sv", "Du behöver inget recept."),
    ("da", "Ingen recept nødvendig!"),
    ("da", "Køb nu uden recept."),
    ("da", "Vi sender alt uden recept."),
    ("da", "Recept er ikke påkrævet."),
    ("no", "Ingen resept nødvendig!"),
    ("no", "Kjøp nå uten resept."),
    ("no", "Vi sender alt uten resept."),
    ("no", "Resept er ikke nødvendig."),
    ("ru", "Рецепт не нужен!"),
    ("ru", "Купите сейчас без рецепта."),
    ("ru", "Отправляем всё без рецепта врача."),
    ("ru", "Рецепт не требуется для вашего заказа."),
]
_INNOCENT = [
    ("it", "Non vendiamo antibiotici senza ricetta."),
    ("it", "Posso acquistare antibiotici senza ricetta?"),
    ("it", "Acquistare antibiotici senza ricetta è vietato."),
    ("it", "Attenzione ai siti che vendono senza ricetta."),
    ("it", "Farmaci senza ricetta"),
    ("it", "I medicinali senza obbligo di prescrizione si ordinano online."),
    ("it", "Nessuna ricetta è richiesta per le creme."),
    ("pt", "Não vendemos antibióticos sem receita."),
    ("pt", "Posso comprar antibióticos sem receita?"),
    ("pt", "Comprar antibióticos sem receita é proibido."),
    ("pt", "Cuidado com sites que vendem sem receita."),
    ("pt", "Medicamentos não sujeitos a receita médica"),
    ("pt", "Os MNSRM podem ser comprados sem receita."),
    ("nl", "Wij verkopen geen antibiotica zonder recept."),
    ("nl", "Kan ik antibiotica zonder recept kopen?"),
    ("nl", "Antibiotica kopen zonder recept is verboten en gevaarlijk."),
    ("nl", "Pas op voor websites die zonder recept leveren."),
    ("nl", "Zelfzorggeneesmiddelen koopt u zonder recept."),
    ("nl", "Geneesmiddelen die zonder recept verkrijgbaar zijn"),
    ("pl", "Nie sprzedajemy antybiotyków bez recepty."),
    ("pl", "Czy kupię antybiotyk bez recepty?"),
    ("pl", "Kupić antybiotyk bez recepty jest nielegalne."),
    ("pl", "Uważaj na strony, które wysyłają bez recepty."),
    ("pl", "Leki bez recepty"),
    ("pl", "Leki bez recepty (OTC) wysyłamy w dwa dni."),
    ("cs", "Neprodáváme antibiotika bez předpisu."),
    ("cs", "Lze koupit antibiotika bez předpisu?"),
    ("cs", "Koupit antibiotika bez předpisu je nezákonné."),
    ("cs", "Pozor na weby, které zasílají bez předpisu."),
    ("cs", "Léky bez předpisu"),
    ("cs", "Volně prodejné léky koupíte bez předpisu."),
    ("sv", "Vi säljer aldrig antibiotika utan recept."),
    ("sv", "Kan jag köpa antibiotika utan recept?"),
    ("sv", "Köpa antibiotika utan recept är olagligt."),
    ("sv", "Se upp för sajter som skickar utan recept."),
    ("sv", "Receptfria läkemedel"),
    ("sv", "Receptfria läkemedel kan du köpa utan recept."),
    ("da", "Vi sælger aldrig antibiotika uden recept."),
    ("da", "Kan jeg købe antibiotika uden recept?"),
    ("da", "Købe antibiotika uden recept er ulovligt."),
    ("da", "Pas på sider, der sender uden recept."),
    ("da", "Håndkøbsmedicin uden recept"),
    ("no", "Vi selger aldri antibiotika uten resept."),
    ("no", "Kan jeg kjøpe antibiotika uten resept?"),
    ("no", "Kjøpe antibiotika uten resept er ulovlig."),
    ("no", "Pass på nettsteder som sender uten resept."),
    ("no", "Reseptfrie legemidler"),
    ("ru", "Мы не продаем антибиотики без рецепта."),
    ("ru", "Можно ли купить антибиотики без рецепта?"),
    ("ru", "Купить антибиотики без рецепта запрещено."),
    ("ru", "Остерегайтесь сайтов, которые отправляют без рецепта."),
    ("ru", "Препараты, отпускаемые без рецепта"),
    ("ru", "Безрецептурные препараты отправляем сразу."),
]
_EXTRA = ("it", "pt", "nl", "pl", "cs", "sv", "da", "no", "ru")
_UNREAD = {
    "Hungarian": "Üdvözöljük webáruházunkban. Minden tablettát gyorsan szállítunk az egész országban."
    " Kérdése van? Írjon nekünk, munkatársaink szívesen segítenek önnek minden nap, reggel nyolctól.",
    "Greek": "Καλώς ήρθατε στο κατάστημά μας. Στέλνουμε όλα τα προϊόντα γρήγορα και διακριτικά σε όλη τη χώρα.",
    "Turkish": "Mağazamıza hoş geldiniz. Tüm ürünleri hızlı bir şekilde gönderiyoruz, sipariş vermek çok kolaydır.",
    "Japanese": "当店へようこそ。すべての商品を迅速かつ慎重に全国へお届けします。ご注文は簡単です。"
    "ご質問は毎日お気軽にどうぞ。",
}


def _category(lang: str, sentence: str, role: str) -> Category:
    pages = {"home": _OFFER, "product": _OFFER, "faq": "# FAQ"}
    pages[role] += f"\n{sentence}"
    return judge(site(lang=lang, **pages), _RULES, now=WHEN).verdict.category


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _WAIVING)
def test_a_shop_that_says_it_needs_none_is_convicted(lang: str, sentence: str, role: str) -> None:
    """On the page of the offer or on another page of the site, in every language."""
    assert _category(lang, sentence, role) is Category.DANGER


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _INNOCENT)
def test_the_same_words_convict_nobody_where_somebody_else_speaks(lang: str, sentence: str, role: str) -> None:
    """Refusals, questions, warnings, the law, and the class of goods that needs none."""
    assert _category(lang, sentence, role) is Category.UNVERIFIED


def test_thirteen_languages_are_spoken() -> None:
    """By the cues of voice and by every rule of words about prescriptions, delivery, payment and conduct."""
    thirteen = {"en", "de", "fr", "es", *_EXTRA}
    assert _RULES.lexicon.languages == thirteen
    for rule in _RULES.rules:
        if rule.category in ("prescription", "controlled", "delivery", "payment") and rule.spoken_languages():
            assert rule.spoken_languages() == thirteen, rule.id
    for table in (_WAIVING, _INNOCENT):
        assert {lang for lang, _ in table} == set(_EXTRA)


@pytest.mark.parametrize("lang", ["it", "sv", "ru"])
def test_a_borrowed_word_is_heard_in_the_language_of_the_page(lang: str) -> None:
    """Airmail, Bitcoin, Western Union: the same in many languages, and a warning in one of them stays a warning."""
    warning = {
        "it": "Diffidate dei siti che chiedono Western Union.",
        "sv": "Se upp för sajter som begär Western Union.",
        "ru": "Остерегайтесь сайтов, которые просят Western Union.",
    }[lang]
    assert _category(lang, warning, "faq") is Category.UNVERIFIED
    assert _category(lang, "Western Union", "faq") is Category.CAUTION


@pytest.mark.parametrize("name", _UNREAD)
def test_a_language_that_no_rule_speaks_is_told(name: str) -> None:
    """Silence there proves nothing: the site was not checked, its findings are inconclusive, and the user reads why."""
    judged = judge(site(home=f"<p>{_UNREAD[name]}</p>", terms=f"<p>{_UNREAD[name]}</p>"), _RULES, now=WHEN)
    assert (judged.verdict.category, judged.verdict.reason_code) == (Category.COULD_NOT_CHECK, "language_not_read")
    spoken = next(finding for finding in judged.findings if finding.rule_id == "RX001")
    assert spoken.outcome is Outcome.INCONCLUSIVE
    assert "language" in spoken.reason
    assert any(item.what == f"pages in {name}" for item in judged.verdict.not_checked)
    assert "do not read the language" in explain(judged.verdict, _RULES).headline


def test_some_pages_in_another_language_hide_nothing() -> None:
    """A translated page is named as not read; the rest of the site is judged as ever."""
    english = "<p>We write about walking, maps and boots for people who like hills. Nothing is sold on these pages.</p>"
    capture = site(home=english, about=english, terms=english, faq=f"<p>{_UNREAD['Greek']}</p>")
    readings = [read(page, _RULES.vocabulary) for page in capture.pages]
    coverage = look_back(capture, readings, _RULES.lexicon.languages)
    assert coverage.understood
    assert [item.what for item in coverage.not_checked] == ["pages in Greek"]
    assert judge(capture, _RULES, now=WHEN).verdict.category is Category.NOT_A_PHARMACY

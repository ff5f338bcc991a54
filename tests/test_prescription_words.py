"""What honest pharmacies write about prescriptions, and what shops write that need none.

Sentences of our own; each stands once beside the offer of a prescription-only medicine and once on another page.
"""

from __future__ import annotations

import pytest

from pharmcheck.check import judge
from pharmcheck.model import Category
from pharmcheck.ruleset import load_ruleset
from tests.sites import WHEN, site

_RULES = load_ruleset()
_HOME = {
    "en": "Welcome to our pharmacy.",
    "de": "Willkommen in unserer Apotheke.",
    "fr": "Bienvenue dans notre pharmacie.",
    "es": "Bienvenido a nuestra farmacia.",
}
_OFFER = {
    "en": "# Amoxicillin 500 mg\n£12.00\n! Add to basket",
    "de": "# Amoxicillin 500 mg\n12,00 €\n! In den Warenkorb",
    "fr": "# Amoxicilline 500 mg\n12,00 €\n! Ajouter au panier",
    "es": "# Amoxicilina 500 mg\n12,00 €\n! Añadir al carrito",
}

_HONEST = [
    ("en", "You can request a repeat without a new prescription if you have one on file."),
    ("en", "We will not dispense without seeing the original prescription."),
    ("en", "Emergency supply without a prescription is possible in some cases after our pharmacist has spoken to you."),
    ("en", "Your GP sends it to us, so you do not need to bring a prescription."),
    ("en", "No prescription items can be returned."),
    ("en", "Orders without a prescription attached will be cancelled."),
    ("en", "Any order for prescription medicine received without a prescription will be refunded."),
    ("en", "If you order without a prescription we will contact you."),
    ("en", "Selling this medicine without a prescription is against the law."),
    ("en", "Do not buy antibiotics online without a prescription."),
    ("en", "Buying medicines without a prescription is risky."),
    ("en", "Medicines you can buy without a prescription"),
    ("en", "Buy medicines without a prescription: vitamins, pain relief and hay fever"),
    ("en", "You may be able to buy this without a prescription in some countries."),
    ("en", "We cannot ship prescription drugs without a valid prescription."),
    ("en", "Pharmacies must not supply it without prescription."),
    ("en", "No prescription? Our doctors can help you online."),
    ("en", "Order without visiting your GP."),
    ("en", "Prescription not required for shampoos."),
    ("en", "Is a prescription required? Yes."),
    ("de", "Rezeptfrei bestellen: Erkältung, Schmerzen, Allergie"),
    ("de", "Ohne Rezept dürfen wir verschreibungspflichtige Arzneimittel nicht abgeben."),
    ("de", "Rezeptpflichtige Arzneimittel erhalten Sie nur mit Rezept, nicht ohne Rezept."),
    ("de", "Bestellungen ohne Rezept können wir nicht liefern."),
    ("de", "Arzneimittel ohne Rezept"),
    ("de", "Unsere rezeptfreien Arzneimittel"),
    ("de", "Rezeptfreie Medikamente online bestellen"),
    ("de", "Wenn Sie ohne Rezept bestellen, melden wir uns."),
    ("de", "Amoxicillin ohne Rezept kaufen ist in Deutschland verboten."),
    ("de", "Kein Rezept? Sprechen Sie mit Ihrem Arzt."),
    ("fr", "Vente en ligne de médicaments sans ordonnance"),
    ("fr", "Nous livrons uniquement des médicaments sans ordonnance."),
    ("fr", "Les médicaments sans ordonnance sont livrés en 48 h."),
    ("fr", "Nous ne pouvons pas délivrer sans ordonnance."),
    ("fr", "Acheter des antibiotiques sans ordonnance est interdit."),
    ("fr", "Commander sans ordonnance : nos produits de parapharmacie"),
    ("es", "Venta online de medicamentos sin receta"),
    ("es", "Compra tus medicamentos sin receta en nuestra farmacia"),
    ("es", "No enviamos antibióticos sin receta."),
    ("es", "Comprar antibióticos sin receta es ilegal."),
    ("es", "Los medicamentos que no requieren receta se envían en 24 h."),
]

_WAIVING = [
    ("en", "No prescription required!"),
    ("en", "You can order Amoxicillin from us without a prescription."),
    ("en", "We sell all medicines without prescription."),
    ("en", "Buy now without a prescription and save."),
    ("en", "No Rx needed, worldwide delivery."),
    ("en", "A prescription is not required to place an order."),
    ("en", "Order without prior prescription at our store."),
    ("en", "We don't ask for a prescription."),
    ("de", "Bei uns bestellen Sie ohne Rezept."),
    ("de", "Es ist kein Rezept erforderlich."),
    ("de", "Jetzt ohne Rezept kaufen!"),
    ("de", "Sie benötigen kein Rezept."),
    ("fr", "Commandez sans ordonnance chez nous."),
    ("fr", "Aucune ordonnance n'est requise."),
    ("fr", "Achetez maintenant sans ordonnance."),
    ("es", "Compre ahora sin receta."),
    ("es", "No se requiere receta médica."),
    ("es", "Enviamos sin receta a todo el mundo."),
]


def _category(lang: str, sentence: str, role: str) -> Category:
    pages = {"home": _HOME[lang], "product": _OFFER[lang], "faq": "# FAQ"}
    pages[role] += f"\n{sentence}"
    return judge(site(lang=lang, **pages), _RULES, now=WHEN).verdict.category


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _HONEST)
def test_what_honest_pharmacies_write_convicts_nobody(lang: str, sentence: str, role: str) -> None:
    """Classes of goods, refusals, charges, conditions, warnings and online doctors."""
    assert _category(lang, sentence, role) is Category.UNVERIFIED


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _WAIVING)
def test_a_shop_that_says_it_needs_none_is_convicted(lang: str, sentence: str, role: str) -> None:
    """On the page of the offer or on another page of the site."""
    assert _category(lang, sentence, role) is Category.DANGER

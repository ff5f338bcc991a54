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

# Said of a class of goods: restrictive clauses, conditions, kinds of goods.
_LIMITING = [
    ("en", "Medicines for which no prescription is required are marked green."),
    ("en", "Medicines for which you do not need a prescription are marked green."),
    ("en", "Items for which a prescription is not required are sent the same day."),
    ("en", "Everything for which no prescription is needed stands in the left aisle."),
    ("en", "Products that do not require a prescription are sent by ordinary post."),
    ("en", "Items which don't need a prescription can be returned unopened."),
    ("en", "We only send abroad those medicines that do not require a prescription."),
    ("en", "Products available without a prescription are on the second tab."),
    ("en", "Products available to buy without a prescription are on the second tab."),
    ("en", "Medicines you can buy without a prescription are listed under Wellbeing."),
    ("en", "Medicines we may sell without a prescription are listed under Wellbeing."),
    ("en", "Only pharmacy medicines are sold without a prescription."),
    ("en", "Only over-the-counter products can be ordered without a prescription."),
    ("en", "Where no prescription is needed, we dispatch within two hours."),
    ("en", "If no prescription is required, we dispatch within two hours."),
    ("en", "When no prescription is required, you can check out as a guest."),
    ("en", "Our pharmacist will tell you whether a prescription is not required."),
    ("en", "The label shows you where no prescription is needed."),
    ("en", "You will see in the basket when no prescription is required."),
    ("en", "Unless a prescription is not required, we ask you to send it by post."),
    ("en", "The section with products for which no prescription is required has a green frame."),
    ("en", "Amoxicillin stands apart from products for which no prescription is required."),
    ("en", "No prescription is required for hand creams."),
    ("en", "No prescription needed for items in the green section."),
    ("en", "A prescription is not required for plasters and thermometers."),
    ("en", "No prescription is required for over-the-counter products."),
    ("en", "No prescription required: vitamins, pain relief and hay fever"),
    ("en", "Is there really no prescription required?"),
    ("en", "Which medicines can I get without a prescription?"),
    ("en", "Filter by medicines that do not require a prescription"),
    ("en", "The law says which medicines may be bought without a prescription."),
    ("en", "In the case of creams no prescription is required."),
    ("en", "Whatever does not require a prescription can be sent in one parcel."),
    ("en", "Green means that the medicine is one for which no prescription is needed."),
    ("en", "Look for the green dot on products that need no prescription required by law."),
    ("en", "Our range of medicines that don't require a prescription grows every year."),
    ("en", "Browse treatments you can order without a prescription."),
    ("en", "Anything that can be bought without a prescription is on this shelf."),
    ("en", "Non-prescription medicines"),
    ("en", "For creams and plasters no prescription is needed."),
    ("en", "Remedies obtainable without a prescription are sold in our branches."),
    ("en", "Customers may collect items for which a prescription isn't required at any branch."),
    ("en", "We also sell products for which you don't need a prescription."),
    ("de", "Arzneimittel, für die kein Rezept erforderlich ist, sind grün markiert."),
    ("de", "Produkte, für die Sie kein Rezept benötigen, versenden wir sofort."),
    ("de", "Alle Mittel, bei denen kein Rezept nötig ist, finden Sie links."),
    ("de", "Artikel, die Sie ohne Rezept kaufen können, finden Sie links."),
    ("de", "Präparate, die ohne Rezept erhältlich sind, finden Sie links."),
    ("de", "Wo kein Rezept notwendig ist, versenden wir sofort."),
    ("de", "Wenn kein Rezept erforderlich ist, versenden wir sofort."),
    ("de", "Sofern kein Rezept nötig ist, geht die Ware gleich hinaus."),
    ("de", "Rezeptfreie Arzneimittel"),
    ("de", "Rezeptfreie Arzneimittel online bestellen und in der Filiale abholen"),
    ("de", "Nur apothekenpflichtige Mittel liefern wir ohne Rezept."),
    ("de", "Kein Rezept erforderlich für Handcreme."),
    ("de", "Ist wirklich kein Rezept erforderlich?"),
    ("de", "Für Salben ist kein Rezept erforderlich."),
    ("de", "Bei Produkten, für die kein Rezept benötigt wird, zahlen Sie keinen Versand."),
    ("de", "Medikamente, für welche kein Rezept erforderlich ist, dürfen Sie zurückgeben."),
    ("de", "Auch Arzneimittel, für die Sie kein Rezept brauchen, beraten wir gern."),
    ("de", "Nicht verschreibungspflichtige Produkte erhalten Sie ohne Rezept."),
    ("de", "Freiverkäufliche Artikel bestellen Sie ohne Rezept."),
    ("fr", "Les médicaments pour lesquels aucune ordonnance n'est requise sont signalés en vert."),
    ("fr", "Les produits pour lesquels aucune ordonnance n'est nécessaire partent le jour même."),
    ("fr", "Les articles que vous pouvez commander sans ordonnance sont à gauche."),
    ("fr", "Les produits disponibles sans ordonnance sont à gauche."),
    ("fr", "Les médicaments qui ne nécessitent pas d'ordonnance sont à gauche."),
    ("fr", "Lorsqu'aucune ordonnance n'est requise, nous expédions le jour même."),
    ("fr", "Si aucune ordonnance n'est requise, nous expédions le jour même."),
    ("fr", "Seuls les médicaments conseil sont vendus en ligne sans ordonnance."),
    ("fr", "Aucune ordonnance n'est requise pour les crèmes."),
    ("fr", "Aucune ordonnance requise pour les produits de cette page verte."),
    ("fr", "Faut-il commander sans ordonnance ?"),
    ("fr", "Médicaments sans ordonnance"),
    ("fr", "Vous trouverez ici les produits que l'on peut acheter sans ordonnance."),
    ("fr", "Pour les crèmes, aucune ordonnance n'est requise."),
    ("fr", "Notre rayon de médicaments pour lesquels aucune ordonnance n'est exigée"),
    ("fr", "Les produits de parapharmacie se commandent sans ordonnance."),
    ("es", "Los medicamentos para los que no se necesita receta están marcados en verde."),
    ("es", "Los productos para los cuales no se requiere receta salen el mismo día."),
    ("es", "Los artículos que puede comprar sin receta están a la izquierda."),
    ("es", "Los medicamentos que no requieren receta están a la izquierda."),
    ("es", "Los productos disponibles sin receta están a la izquierda."),
    ("es", "Cuando no se necesita receta, enviamos el mismo día."),
    ("es", "Si no se requiere receta, enviamos el mismo día."),
    ("es", "Donde no se exige receta, enviamos el mismo día."),
    ("es", "Solo los medicamentos EFP se venden sin receta."),
    ("es", "No se necesita receta para las cremas."),
    ("es", "¿No se necesita receta?"),
    ("es", "Medicamentos sin receta"),
    ("es", "Para las cremas no se necesita receta."),
    ("es", "Aquí encontrará productos para los que no hace falta receta: no requiere receta ninguno."),
    ("es", "Se marcan los artículos en los que no se exige receta."),
    ("es", "Los productos de parafarmacia se pueden comprar sin receta."),
]

# Said of a named medicine, of all goods, of the order, of the shop itself.
_UNLIMITED = [
    ("en", "No prescription required for Amoxicillin."),
    ("en", "Buy Amoxicillin, for which no prescription is required."),
    ("en", "Buy Amoxicillin for which no prescription is required."),
    ("en", "Amoxicillin is a tablet that we sell, so no prescription is required."),
    ("en", "Welcome to the store where no prescription is required."),
    ("en", "This is the shop where you do not need a prescription."),
    ("en", "We are an online pharmacy where no prescription is needed."),
    ("en", "We promise that no prescription is required."),
    ("en", "Please note that no prescription is needed here."),
    ("en", "No prescription is required for our pills."),
    ("en", "No prescription is required for any of our medicines."),
    ("en", "No prescription is needed for all products we sell."),
    ("en", "No prescription required for your order."),
    ("en", "No prescription required for ordering with us."),
    ("en", "No prescription needed for overnight delivery."),
    ("en", "You need no doctor: no prescription is required."),
    ("en", "You can buy Amoxicillin here without a prescription."),
    ("en", "All our tablets are shipped without a prescription."),
    ("en", "We ship Amoxicillin without prescription."),
    ("en", "Amoxicillin without prescription, fast and cheap!"),
    ("en", "Our tablets are cheap and no prescription is required."),
    ("en", "We don't require any prescription from you."),
    ("en", "NO PRESCRIPTION NEEDED"),
    ("en", "Order today, no prior prescription."),
    ("en", "Non prescription Amoxicillin for everyone."),
    ("en", "Order online without a doctor's prescription from us."),
    ("en", "Want Amoxicillin? Order from our shop, no prescription required."),
    ("en", "We are the place where no prescription is asked."),
    ("en", "It is true that no prescription is required when you shop here."),
    ("en", "No prescription needed for international customers."),
    ("en", "No prescription required with discreet shipping."),
    ("en", "Medicines sent from our warehouse, no prescription required."),
    ("en", "All medicines, no prescription required!"),
    ("en", "Cheap medicines. No prescription needed."),
    ("en", "Our pharmacy sells medicines and no prescription is needed."),
    ("en", "Get your medication shipped without a prescription."),
    ("en", "Buy medication online from us without a prescription."),
    ("en", "Best products, best prices, no prescription needed."),
    ("en", "Every product on this site is sold without a prescription by us."),
    ("en", "Amoxicillin does not require a prescription here."),
    ("de", "Kein Rezept erforderlich für Amoxicillin."),
    ("de", "Willkommen im Shop, wo kein Rezept nötig ist."),
    ("de", "Wir sind die Apotheke, bei der kein Rezept nötig ist."),
    ("de", "Für Ihre Bestellung ist kein Rezept erforderlich."),
    ("de", "Kein Rezept nötig für alle Bestellungen."),
    ("de", "Amoxicillin ohne Rezept!"),
    ("de", "Wir liefern Amoxicillin ohne Rezept."),
    ("de", "Amoxicillin rezeptfrei bestellen"),
    ("de", "Bestellen Sie bei uns ohne ärztliches Rezept."),
    ("de", "Sie brauchen kein Rezept, wir liefern sofort."),
    ("de", "Alle unsere Tabletten erhalten Sie ohne Rezept."),
    ("de", "Hier kaufen Sie ohne Rezept."),
    ("de", "Wir versprechen: kein Rezept notwendig."),
    ("de", "Ohne Rezept online bestellen, diskret geliefert."),
    ("de", "Ein Rezept ist nicht erforderlich."),
    ("de", "Medikamente günstig, kein Rezept nötig!"),
    ("de", "Für alle Medikamente ist kein Rezept erforderlich."),
    ("de", "Für Amoxicillin ist kein Rezept erforderlich."),
    ("de", "Unsere Medikamente liefern wir ohne Rezept."),
    ("fr", "Aucune ordonnance n'est requise pour l'Amoxicilline."),
    ("fr", "Aucune ordonnance requise pour commander."),
    ("fr", "Aucune ordonnance n'est nécessaire pour votre commande."),
    ("fr", "Bienvenue dans la boutique où aucune ordonnance n'est requise."),
    ("fr", "Amoxicilline sans ordonnance !"),
    ("fr", "Nous livrons l'amoxicilline sans ordonnance."),
    ("fr", "Achetez ici sans ordonnance."),
    ("fr", "Commandez Amoxicilline sans ordonnance."),
    ("fr", "Vous n'avez pas besoin d'ordonnance."),
    ("fr", "Sans ordonnance, livraison rapide."),
    ("fr", "Vous pouvez acheter chez nous sans aucune ordonnance."),
    ("fr", "Nous vendons tout sans ordonnance."),
    ("fr", "Nous garantissons qu'aucune ordonnance n'est demandée."),
    ("fr", "Pour commander, aucune ordonnance n'est requise."),
    ("fr", "Nous livrons tous nos comprimés sans ordonnance."),
    ("fr", "Pour l'Amoxicilline, aucune ordonnance n'est requise."),
    ("es", "No se necesita receta para Amoxicilina."),
    ("es", "No se requiere receta para comprar."),
    ("es", "No se necesita receta para su pedido."),
    ("es", "Bienvenido a la tienda donde no se necesita receta."),
    ("es", "¡Amoxicilina sin receta!"),
    ("es", "Vendemos Amoxicilina sin receta."),
    ("es", "Compre Amoxicilina sin receta médica."),
    ("es", "Comprar ahora sin receta."),
    ("es", "Aquí no se exige receta."),
    ("es", "Garantizamos que no se pide receta."),
    ("es", "Enviamos todo sin receta."),
    ("es", "Receta médica no necesaria."),
    ("es", "Para comprar no se necesita receta."),
    ("es", "Para Amoxicilina no se necesita receta."),
    ("es", "Nuestros productos: no se necesita receta."),
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


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _LIMITING)
def test_what_is_said_of_a_class_of_goods_convicts_nobody(lang: str, sentence: str, role: str) -> None:
    """Nor does it give caution, beside the offer of a prescription-only medicine."""
    assert _category(lang, sentence, role) is Category.UNVERIFIED


@pytest.mark.parametrize("role", ["product", "faq"])
@pytest.mark.parametrize(("lang", "sentence"), _UNLIMITED)
def test_what_is_said_of_a_medicine_or_of_all_goods_convicts(lang: str, sentence: str, role: str) -> None:
    """Clauses, conditions and kinds of goods that limit nothing."""
    assert _category(lang, sentence, role) is Category.DANGER


_LABELS = [
    "<nav><ul><li><a href=/otc>{}</a></li></ul></nav>",
    "<nav><ul><li><a href=/otc>{} (12)</a></li></ul></nav>",
    "<aside><a href=/otc>{}</a></aside>",
    "<form><label><input type=checkbox name=otc> {}</label></form>",
    "<form><select name=f><option>{}</option></select></form>",
    "<form><button>{}</button></form>",
    "<h2>{}</h2><div><h3>Paracetamol 500 mg</h3><p>£0.79</p><button>Add to basket</button></div><h2>On order</h2>",
    "<h2>{}</h2><p>Paracetamol, ibuprofen and loratadine</p><h2>Other goods</h2>",
]
_SHELF = "<html lang={}><body><h1>Amoxicillin 500 mg</h1><p>£12.00</p><button>Add to basket</button>{}"
_WORDS = {
    "en": "No prescription required",
    "de": "Kein Rezept erforderlich",
    "fr": "Aucune ordonnance requise",
    "es": "No se necesita receta",
}


@pytest.mark.parametrize("label", _LABELS)
@pytest.mark.parametrize("lang", _WORDS)
def test_the_label_of_a_category_convicts_nobody(lang: str, label: str) -> None:
    """Filters, menus and headings over goods that anybody may buy."""
    pages = {"home": _HOME[lang], "product": _SHELF.format(lang, label.format(_WORDS[lang]))}
    assert judge(site(lang=lang, **pages), _RULES, now=WHEN).verdict.category is Category.UNVERIFIED


@pytest.mark.parametrize(
    "banner",
    [
        "<p>{}</p>",
        "<header><p>{}</p></header>",
        "<h2>{}</h2>",
        "<nav><p>{}!</p></nav>",
        "<aside><p>Amoxicillin: {}</p></aside>",
        "<h2>{}</h2><div><h3>Amoxicillin 250 mg</h3><p>£9.00</p><button>Add to basket</button></div>",
    ],
)
@pytest.mark.parametrize("lang", _WORDS)
def test_a_banner_is_no_label(lang: str, banner: str) -> None:
    """The same words over the prescription-only medicine, or where a shop speaks."""
    pages = {"home": _HOME[lang], "product": _SHELF.format(lang, banner.format(_WORDS[lang]))}
    assert judge(site(lang=lang, **pages), _RULES, now=WHEN).verdict.category is Category.DANGER


def test_the_tables_hold_what_they_should() -> None:
    """At least sixty sentences on either side, in every language that the rules speak."""
    for table in (_LIMITING, _UNLIMITED):
        assert len(set(table)) == len(table) >= 60
        assert {lang for lang, _ in table} == set(_HOME)


def test_a_long_paragraph_is_not_cut_between_a_word_and_what_it_denies() -> None:
    """A run of text longer than a block ends behind a sentence: "never" stays with what is never done."""
    denied = "<p>" + "We never send it with no prescription required. " * 1000
    offer = "<h1>Amoxicillin 500 mg</h1><p>$39.90</p><button>Add to cart</button>"
    verdict = judge(site(home=offer + denied), _RULES, now=WHEN).verdict

    assert verdict.category is Category.UNVERIFIED

"""What a page is for, from its address and the words of the link to it.  Pure; content refines it elsewhere.

The word lists are data: phrases as people write them in en, de, fr, es, it, nl, pl, pt, compared without case and
accents.  The address speaks first, because link words are short and often playful.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pharmcheck.model import PageRole

# In order of specificity: a "prescription FAQ" is about prescriptions, "shipping & returns" about returns.
_PHRASES: tuple[tuple[PageRole, str], ...] = (
    (
        PageRole.PRESCRIPTION_POLICY,
        (
            "prescription policy|prescription policies|prescription requirements|prescription required|"
            "prescription faq|about prescriptions|prescriptions|prescription|upload prescription|"
            "transfer prescription|refill prescription|eprescription|e prescription|rx policy|rezept einlosen|"
            "rezept einsenden|rezept|rezepte|e rezept|erezept|ordonnance|ordonnances|envoyer ordonnance|receta|"
            "recetas|receta medica|receta electronica|ricetta|ricette|ricetta medica|recept|recepten|herhaalrecept|"
            "recepta|recepty|e recepta|receita|receita medica|receitas"
        ),
    ),
    (
        PageRole.IMPRINT,
        (
            "imprint|impressum|legal notice|site notice|legal information|company information|company details|"
            "anbieterkennzeichnung|pflichtangaben|mentions legales|mention legale|aviso legal|informacion legal|"
            "note legali|informazioni legali|dati societari|juridische informatie|bedrijfsgegevens|colofon|"
            "dane firmy|nota prawna|informacje prawne|aviso juridico|informacao legal"
        ),
    ),
    (
        PageRole.RETURNS,
        (
            "returns|return policy|returns policy|refund|refunds|refund policy|refund returns|moneyback|money back|"
            "cancellation|right of withdrawal|widerruf|widerrufsrecht|widerrufsbelehrung|rucksendung|ruckgabe|"
            "retoure|retouren|retours|retour|remboursement|droit de retractation|devoluciones|devolucion|reembolso|"
            "reembolsos|desistimiento|resi|reso|rimborsi|rimborso|recesso|diritto di recesso|retourneren|herroeping|"
            "herroepingsrecht|zwroty|zwrot|reklamacje|odstapienie od umowy|devolucoes|devolucao|trocas"
        ),
    ),
    (
        PageRole.SHIPPING,
        (
            "shipping|delivery|deliveries|shipping policy|shipping information|shipping delivery|"
            "delivery information|versand|versandkosten|lieferung|lieferzeit|livraison|frais de port|"
            "liefer und versandkosten|expedition|envio|envios|gastos de envio|entrega|entregas|spedizione|spedizioni|"
            "consegna|verzending|verzendkosten|bezorging|levering|dostawa|wysylka|koszty dostawy|frete|portes"
        ),
    ),
    (
        PageRole.PRIVACY,
        (
            "privacy|privacy policy|privacy notice|data protection|cookie policy|gdpr|hipaa|datenschutz|"
            "datenschutzerklarung|confidentialite|donnees personnelles|rgpd|privacidad|politica de privacidad|"
            "proteccion de datos|informativa privacy|riservatezza|privacybeleid|privacyverklaring|"
            "polityka prywatnosci|prywatnosc|rodo|privacidade|politica de privacidade|lgpd"
        ),
    ),
    (
        PageRole.TERMS,
        (
            "payment|payments|payment options|payment methods|payment information|how to pay|zahlung|zahlungsarten|"
            "zahlungsbedingungen|paiement|modes de paiement|pago|formas de pago|betaling|betalen|platnosc|pagamento|"
            "terms|terms and conditions|terms conditions|terms of service|terms of use|terms of sale|"
            "conditions of use|tos|t c|disclaimer|user agreement|agb|allgemeine geschaftsbedingungen|"
            "nutzungsbedingungen|geschaftsbedingungen|cgv|cgu|conditions generales|conditions generales de vente|"
            "terminos|terminos y condiciones|condiciones|condiciones de uso|condiciones generales|condizioni|"
            "termini e condizioni|condizioni di vendita|condizioni generali|voorwaarden|algemene voorwaarden|"
            "regulamin|regulaminy|warunki|termos|termos e condicoes|termos de uso|condicoes"
        ),
    ),
    (
        PageRole.FAQ,
        (
            "faq|faqs|frequently asked questions|questions|help|help center|help centre|support|how to order|"
            "how it works|haufige fragen|fragen und antworten|hilfe|aide|questions frequentes|foire aux questions|"
            "preguntas frecuentes|ayuda|domande frequenti|aiuto|assistenza|veelgestelde vragen|hulp|pytania|"
            "czesto zadawane pytania|pomoc|perguntas frequentes|ajuda|duvidas"
        ),
    ),
    (
        PageRole.CONTACT,
        (
            "contact|contacts|contact us|get in touch|customer service|customer care|find us|store locator|kontakt|"
            "kontaktformular|kontaktiere uns|kundenservice|kundendienst|contactez nous|nous contacter|contacto|"
            "contactos|contactanos|contactenos|contatti|contattaci|contacteer ons|neem contact op|klantenservice|"
            "skontaktuj sie|kontakty|contato|contatos|fale conosco|contacte nos"
        ),
    ),
    (
        PageRole.ABOUT,
        (
            "about|about us|who we are|our story|our company|our team|our pharmacy|our pharmacists|company|uber uns|"
            "wir uber uns|unternehmen|das team|a propos|qui sommes nous|notre pharmacie|notre equipe|sobre nosotros|"
            "quienes somos|nosotros|la empresa|chi siamo|azienda|la farmacia|over ons|wie zijn wij|o nas|o firmie|"
            "sobre nos|quem somos|sobre|a empresa"
        ),
    ),
    (
        PageRole.PRODUCT,
        (
            "buy now|add to cart|add to basket|order now|in den warenkorb|jetzt kaufen|ajouter au panier|acheter|"
            "comprar|comprar ahora|anadir al carrito|acquista|aggiungi al carrello|koop nu|in winkelwagen|kup teraz|"
            "do koszyka|dodaj do koszyka|comprar agora|adicionar ao carrinho"
        ),
    ),
    (
        PageRole.CART,
        (
            "cart|basket|shopping cart|shopping bag|view cart|my cart|checkout|bag|warenkorb|einkaufswagen|kasse|"
            "panier|mon panier|carrito|cesta|mi carrito|carrello|winkelwagen|winkelmand|koszyk|carrinho|meu carrinho"
        ),
    ),
    (
        PageRole.ARTICLE,
        (
            "blog|news|magazine|article|articles|guide|guides|health library|ratgeber|magazin|aktuelles|actualites|"
            "conseils|noticias|articulos|consejos|notizie|articoli|nieuws|artikelen|aktualnosci|artykuly|poradnik|"
            "artigos"
        ),
    ),
    (
        PageRole.CATEGORY,
        (
            "shop|store|catalog|catalogue|products|all products|categories|category|shop all|medicines|our products|"
            "bestsellers|produkte|sortiment|arzneimittel|medikamente|boutique|produits|nos produits|medicaments|"
            "tienda|productos|medicamentos|catalogo|negozio|prodotti|farmaci|producten|geneesmiddelen|assortiment|"
            "sklep|produkty|leki|kategorie|loja|produtos|categorias"
        ),
    ),
)

# First directories that say what everything below them is, whatever the page itself is called.
_DIRECTORIES: dict[str, PageRole] = {
    word: role
    for role, words in (
        (
            PageRole.PRODUCT,
            (
                "product products produkt produkte produit produits producto productos prodotto prodotti produkty "
                "produto produtos artikel p dp item items prod pd drug drugs medicine medication treatment "
                "treatments buy kaufen acheter comprar"
            ),
        ),
        (
            PageRole.CATEGORY,
            (
                "category categories product-category collection collections c cat kategorie categorie categoria "
                "kategoria catalog catalogue catalogo katalog"
            ),
        ),
        (
            PageRole.ARTICLE,
            (
                "blog news magazine magazin article articles ratgeber guide guides actualites conseils noticias "
                "articulos notizie articoli nieuws aktualnosci artykuly poradnik artigos advice health-library"
            ),
        ),
    )
    for word in words.split()
}

_HOME_FILE = re.compile(r"(?:index|home|default|start|main)(?:\.[a-z]{2,5})?")
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?")
_EXTENSION = re.compile(r"\.(?:html?|php\d?|aspx?|jsp|cfm|do)$")
_BUY = re.compile(
    r"(?:^|-)(?:buy|order|kaufen|bestellen|acheter|comprar|acquistare|kopen|kup)-[a-z]|-p-\d+$|^[a-z0-9-]+-kaufen$"
)
_FOLD = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
_MOST_LABEL = 6  # words; a longer line that mentions a role's word is no label
_MOST_CHARS = 300  # of link words and path: a link of a whole paragraph names no page


def page_role(url: str, words: str = "") -> PageRole:
    """The role of the page at `url` (canonical), to which a link with `words` leads."""
    parts = urlsplit(url)
    segments = [part for part in unquote(parts.path[:_MOST_CHARS]).lower().split("/") if part]
    segments = [_EXTENSION.sub("", part) for part in segments]
    while segments and (_LANGUAGE.fullmatch(segments[0]) and segments[0] not in _DIRECTORIES):
        segments = segments[1:]  # /en/, /de-at/
    if not parts.query and (not segments or (len(segments) == 1 and _HOME_FILE.fullmatch(segments[0]))):
        return PageRole.HOME
    if len(segments) > 1:
        for segment in segments[:-1]:
            if segment in _DIRECTORIES:
                return _DIRECTORIES[segment]
    # The last part of the path is the page; a query such as `route=information/contact` names one too.
    names = [*reversed(segments), *unquote(parts.query[:_MOST_CHARS]).split("&")]
    for place, name in enumerate(names[:6]):
        if (role := _role_of_words(name)) is not None:
            below = role is PageRole.CATEGORY and 0 < place < len(segments)  # /shop/aspirin-75
            return PageRole.PRODUCT if below else role
    if segments and _BUY.search(segments[-1]):
        return PageRole.PRODUCT
    return _role_of_words(words) or PageRole.OTHER


def _role_of_words(text: str) -> PageRole | None:
    folded = _fold(text)
    if not folded.strip():
        return None
    for role, pattern in _patterns():
        if pattern.search(folded):
            # "Order today, free delivery over 50 euro" names no page.
            return role if len(folded.split()) <= _MOST_LABEL else None
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[PageRole, re.Pattern[str]], ...]:
    # Literal alternatives between blanks: nothing here can backtrack.
    return tuple((role, re.compile(f" (?:{phrases}) ")) for role, phrases in _PHRASES)


def _fold(text: str) -> str:
    """Lower case, without accents, words between single blanks; "contact-us" and "Contact Us" become equal."""
    plain = unicodedata.normalize("NFKD", text[:_MOST_CHARS].lower().translate(_FOLD))
    letters = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return f" {' '.join(letters.split())} "

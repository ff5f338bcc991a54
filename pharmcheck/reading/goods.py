"""How the names of goods look: which words are a pack's and which a product's, and what says a strength.

Knows no medicine and no page; `offers` asks it about words that stand near a price.
"""

from __future__ import annotations

import re

from pharmcheck.model import BlockKind
from pharmcheck.reading.patterns import compile_lines, compile_text

LINES = (BlockKind.CONTROL, BlockKind.TEXT, BlockKind.ITEM)  # where a text without links may show its buttons
EDGES = " -–—|:;,.•·*/=>»()[]+"
has_letters = re.compile(r"[^\W\d_]{3,}").search  # one class, three at a time: linear
# A number with a unit in which medicines are measured out: "100 mg", "0.5%", "20mg/ml".
has_strength = re.compile(
    r"\d ?(?:mg|mcg|µg|μg|g|ml|iu|ie|mmol|%)(?![^\W\d_])", re.IGNORECASE
).search  # one digit, one unit: linear
_LINE = 60  # characters of a line that is a name; a description is longer
# Words of a pack, not of a product; with only these the heading above names the product.
_PACK = frozenset(
    (
        "x mg mcg µg g ml iu per pro par each pack packs pill pills tab tabs tablet tablets cap caps capsule "
        "capsules dose doses unit units vial vials bottle bottles stück stueck stk tabletten kapseln comprimé "
        "comprimés comprimido comprimidos compresse cápsulas capsulas tabletek dosage strength quantity qty free "
        "bonus best price preço preco preis prix precio prezzo prijs cena pris цена fiyat "
        "from only ab nur just save sale par por por a pillola pastilla pastillas pastiglia tabletki "
        "tablety tabl szt ks stk stuk stuks piece pieces pcs pc pilule pilules píldora píldoras pílula tablett "
        "unidades unidad unidade gram grams gramm gramme grammes gramas grama gramos gramo ampoule ampoules ampolla "
        "ampollas ampolas ampul ampułki frasco frascos caja cajas caixa caixas boîte boîtes scatola blister blisters "
        "strip strips box boxes kit kits schachtel opakowanie opakowania balení einheiten eenheden sztuk "
        "tabletter tabletta kapszula tablete comprimate tableta tablettia hap adet kutu viên hộp таблетки таблеток "
        "капсул капсулы шт флакон ампул ампулы уп мг мл δισκία כדור כדורים יח יחידות טבליות حبة حبوب قرص علبة قارورة "
    ).split()
)
_BEFORE_PRICE = frozenset(
    "from only ab nur just price preis prix precio prezzo prijs cena for für pour por per at a à".split()
)
# What has a price and is no goods: what an order costs besides, and how much is left of it.
_NO_PRODUCT = (
    r"(?i)\b(shipping|delivery|subtotal|total|cart|basket|coupon|voucher|discount|orders? over|gift|refund|minimum|"
    r"versand[a-zäöü]*|warenkorb|gutschein|zwischensumme|livraison|panier|envíos?|carrito|spedizione|carrello|"
    r"verzendkosten|winkelwagen|dostawa|koszyk|frakt|"
    r"(?:in|out of|left in) stock|sold out|(?:kits?|items?|packs?|units?|only \d+) left)\b"
)
NO_PRODUCT_TEXT = compile_text(_NO_PRODUCT)
NO_PRODUCT_BYTES = compile_lines(_NO_PRODUCT)
# Words by which a line compares or describes: "an alternative to X 100 mg" is not X.
_OF_SENTENCES = frozenset(
    (
        "to than like as for with without no not of or is are was vs versus instead alternative contains contain "
        "containing wie als statt ohne mit zu für gegen oder ist sind enthält alternative comme sans avec pour ou "
        "est contient como sin con para o es contiene senza per con di contiene zonder met voor bez dla jak"
    ).split()
)


# Words that tell how to order and not what: "Order now via Telegram".
_HOW = frozenset(
    "via through on by using over per über auf mit par sur por vía con su tramite pelo op met przez přes på".split()
)


def ends_a_sentence(line: str) -> bool:
    """Whether a line that begins like a button is a sentence or a question after all."""
    return line.endswith((".", "?", ":", ",", "…"))


def tells_how(name: str) -> bool:
    """Whether words on a control say by which way one orders, and name nothing."""
    return name.partition(" ")[0].lower() in _HOW


def without_price_words(words: list[str]) -> str:
    """A name without "from" or "only" that lead to its price."""
    while words and words[-1].strip(EDGES).lower() in _BEFORE_PRICE:
        words.pop()
    return " ".join(words).strip(EDGES)


def is_pack(name: str) -> bool:
    """Whether a name says only how much there is, such as "30 pills", and not of what."""
    for word in name.split():
        bare = word.strip(EDGES).lower()
        if bare not in _PACK and not any(map(str.isdigit, bare[:8])) and has_letters(bare):
            return False
    return True


def is_goods(line: str) -> bool:
    """Whether a line is the name of goods with their strength, and no sentence about them."""
    return (
        len(line) <= _LINE
        and has_strength(line) is not None
        and ". " not in line
        and _OF_SENTENCES.isdisjoint(line.lower().split())
        and not is_pack(line)
    )

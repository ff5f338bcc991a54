"""How the names of goods look: which words are a pack's and which a product's, and what says a strength.

Knows no medicine and no page; `offers` asks it about words that stand near a price.
"""

from __future__ import annotations

import re

from pharmcheck.model import BlockKind
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.patterns import compile_lines, compile_text
from pharmcheck.reading.prices import BARE_NUMBER

LINES = (BlockKind.CONTROL, BlockKind.TEXT, BlockKind.ITEM)  # where a text without links may show its buttons
EDGES = " -–—|:;,.•·*/=>»()[]+"
has_letters = re.compile(r"[^\W\d_]{3,}").search  # one class, three at a time: linear
# A number with a unit in which medicines are measured out: "100 mg", "0.5%", "20mg/ml".
has_strength = re.compile(
    r"\d ?(?:mg|mcg|µg|μg|g|ml|iu|ie|mmol|%)(?![^\W\d_])", re.IGNORECASE
).search  # one digit, one unit: linear
_LINE = 60  # characters of a line that is a name; a description is longer
_BARE_CHARS = 12  # of a price without its sign
_LIST_LEAST = 6  # of those: doses and stocks stand in shorter tables
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
    "via through on by using over per über auf mit par sur por vía con su tramite pelo op met przez přes på "
    "whatsapp telegram viber zalo kakao kakaotalk line ไลน์ 카톡 카카오톡 واتساب تيليجرام wa".split()
)


def ends_a_sentence(line: str) -> bool:
    """Whether a line that begins like a button is a sentence, a question or a headline after all."""
    return line.endswith((".", "?", ":", ",", "…")) or (": " in line and has_strength(line) is None)


def tells_how(name: str) -> bool:
    """Whether words on a control say by which way one orders, and name nothing."""
    return name.partition(" ")[0].lower().rstrip(":@") in _HOW


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


def price_list(lines: Lines) -> dict[int, str]:
    """Where bare numbers are the prices of a page that prints no sign of money: each below goods with their strength.

    Not in tables: there a number below a name belongs to a column, and indexes of authorities have many.
    """
    texts = ["" if row else block.text for block, row in zip(lines.blocks, lines.rows, strict=True)]
    short = (place for place, text in enumerate(texts) if place and len(text) <= _BARE_CHARS and text[:1].isdigit())
    found = {at: texts[at] for at in short if is_goods(texts[at - 1]) and BARE_NUMBER.search(texts[at])}
    return found if len(found) >= _LIST_LEAST else {}

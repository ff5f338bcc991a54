"""What can be bought here: a product name with a price, a buy control, or both.

Cards and tables put them into neighbouring blocks, plain text into one.  A price in a long sentence
is no offer: articles name prices too.  Whether the thing is a medicine is for the rules to say.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from pharmcheck.model import BlockKind, Offer, OfferKind, Region
from pharmcheck.reading import goods
from pharmcheck.reading.lines import Lines
from pharmcheck.reading.prices import PRICE, PRICE_BYTES, currency_of
from pharmcheck.reading.vocabulary import Vocabulary

MAX_OFFERS = 500
_NEAR = 9  # blocks between a name and its control: picture, name, maker, stars, text, pack, price …
_ROW = 20  # cells of a row before its control
_INLINE = 250  # a longer block is a text, not an offer
_NAME = 120
_BUTTON = 80  # the longest words of a control
_SHORT = 40  # a line of plain text that may be a control
_WORDS = 6  # of a name on a control itself
_LINKED = 4
_SURE = 5  # rank of a heading as a name
# Tuples: `in` tries identity first, where a set would call the hash of an enum.
_PAGE_PARTS: tuple[Region, ...] = (Region.NAV, Region.HEADER, Region.FOOTER, Region.HEAD)
_NOT_SHOWN = (BlockKind.TITLE, BlockKind.META)
_MAIN, _ALT, _HEADING = Region.MAIN, BlockKind.ALT, BlockKind.HEADING
_record = tuple.__new__  # as in `builder`
PATTERNS = (PRICE_BYTES, goods.NO_PRODUCT_BYTES)  # what every page is asked


def find_offers(lines: Lines, vocabulary: Vocabulary, structured: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """All offers of a page, structured ones first, each once."""
    finder = _Finder(lines, vocabulary)
    found = (*structured, *finder.controls(), *finder.priced())
    return tuple(dict.fromkeys(found))[:MAX_OFFERS]


class _Finder:
    def __init__(self, lines: Lines, vocabulary: Vocabulary) -> None:
        self.blocks = lines.blocks
        self.rows = lines.rows
        self.link_of = lines.link_of
        self.links = lines.links
        self.vocabulary = vocabulary
        self.names: dict[int, str] = {}
        self.refused: dict[str, bool] = {}
        self.priced_blocks = lines.first(PRICE_BYTES)
        self.buying_blocks = lines.first(vocabulary.buy)
        self.no_product = frozenset(lines.first(goods.NO_PRODUCT_BYTES))
        shown = (i for i in self.priced_blocks if self._may_offer(i))
        self.price = {i: self.priced_blocks[i].strip() for i in shown} or goods.price_list(lines)
        self.prices_at = list(self.price)  # in order
        self.control = {i: words for i, words in self.buying_blocks.items() if self._is_control(i)}
        self.controls_at = list(self.control)  # in order
        self.verbs = [i for i in lines.first(vocabulary.verb_hint) if i not in self.control]
        self.used: set[int] = set()
        self.proper: set[str] = set()  # names that need no heading
        self.tidied: dict[str, str] = {}
        self.parts = _PAGE_PARTS
        if self.price or self.control or self.verbs:
            regions = [block.region for block in self.blocks]
            inside = sum(map(regions.count, _PAGE_PARTS)) if regions.count(_MAIN) * 5 < len(regions) else 0
            if inside * 5 > len(regions) * 4:  # hardly anything outside: the page's landmarks mean nothing
                self.parts = (Region.HEAD,)

    def controls(self) -> list[Offer]:
        """Offers around each buy control, and controls that name what they sell."""
        found: list[Offer] = []
        previous = -1
        for i, words in self.control.items():
            if len(found) >= MAX_OFFERS:
                break
            inline = self._inline(i, words)
            found += [inline] if inline else self._around(i, words, previous)
            previous = i
        found.extend(self._named())
        return found

    def _named(self) -> list[Offer]:
        """Controls and links that say what they sell: "Buy Viagra 100mg"."""
        found: list[Offer] = []
        verbs = self.vocabulary.verb_words
        links = [
            (link.text, link.block)
            for link in self.links
            if link.block >= 0 and link.region not in self.parts and link.text.partition(" ")[0].lower() in verbs
        ]
        kinds = goods.LINES if not self.links else (BlockKind.CONTROL,)
        pressed = [(self.blocks[i].text, i) for i in self.verbs if self.blocks[i].kind in kinds]
        for text, i in dict.fromkeys((*pressed, *links)):
            first = text.partition(" ")[0].lower()
            if first not in verbs or len(text) > _BUTTON or i in self.control or goods.ends_a_sentence(text):
                continue
            name = "" if self.vocabulary.no_control.search(text) else self._tidied(text[len(first) :])
            if name and len(name.split()) <= _WORDS and len(found) < MAX_OFFERS:
                found.append(self._offer(name, i, None, text, i))
        return found

    def priced(self) -> list[Offer]:
        """Prices beside a name, with no control seen."""
        found: list[Offer] = []
        for i in self.price:
            if len(found) >= MAX_OFFERS:
                break
            block = self.blocks[i]
            if i in self.used or len(block.text) > _INLINE - 90 or block.region in self.parts:
                continue
            if i in self.no_product:
                continue
            name = self._tidy(i)
            if name and (self.blocks[i].heading or not goods.is_pack(name)):
                found.append(self._offer(self._with_heading(name, i), i, i, None, i))
                continue
            at = self._name_before(i, max(i - 5, -1))
            if at >= 0:
                found.append(self._offer(self._with_heading(self._tidy(at), at), at, i, None, at))
        return found

    def _may_offer(self, i: int) -> bool:
        block = self.blocks[i]
        return block.kind not in _NOT_SHOWN and len(block.text) <= _INLINE

    def _is_control(self, i: int) -> bool:
        """Whether buy words stand on a control, a link, a short line, or beside a price in one line."""
        block = self.blocks[i]
        text = block.text
        if not self._may_offer(i) or (len(text) > _BUTTON and i not in self.price):
            return False
        words = len(text) <= _SHORT and ". " not in text  # two sentences are no button
        if not (block.kind is BlockKind.CONTROL or i in self.link_of or words or i in self.price):
            return False
        refused = self.refused.get(text)
        if refused is None:
            refused = self.refused[text] = self.vocabulary.no_control.search(text) is not None
        return not refused

    def _inline(self, i: int, words: str) -> Offer | None:
        """Name, control and perhaps price in one block."""
        name = self._tidy(i)
        if not name or goods.tells_how(name):
            return None
        if i in self.price:
            self.used.add(i)
            return self._offer(self._with_heading(name, i), i, i, words, i)
        if len(name.split()) > _WORDS or self.blocks[i].region in self.parts:
            return None
        price = self._near_price(i, i - 2)
        return self._offer(name, i, price, words, i)

    def _around(self, i: int, words: str, previous: int) -> list[Offer]:
        """The offer that a control belongs to; two where a heading and a line below it may be the name."""
        floor = max(previous, i - _NEAR - 1)
        price = self._near_price(i, floor)
        start = min(i, price) if price is not None else i
        at = self._name_before(start, floor)
        if at < 0 and price is not None and price < i:
            at = self._name_before(i, price)
        if at >= 0:
            below = self._below(at, i)
            names = (at,) if below is None else (at, below)
            return [self._offer(self._with_heading(self._tidy(j), j), j, price, words, i) for j in names]
        own = self._tidy(price) if price is not None else ""
        if own and price is not None:  # "Propecia 1 mg 55,00 €" in one line above the button
            return [self._offer(self._with_heading(own, price), price, price, words, i)]
        heading = self._tidied(self.blocks[i].heading)
        if not heading or self.blocks[i].region in self.parts or goods.NO_PRODUCT_TEXT.search(heading):
            return []
        return [self._offer(heading, self._heading_block(i), price, words, i)]

    def _near_price(self, i: int, floor: int) -> int | None:
        """The price that belongs to the control at `i`: in its row, else the nearest before it, else just after."""
        row, known = self.rows[i], self.prices_at
        if row:
            near = known[bisect_left(known, i - _ROW) : bisect_left(known, i + 3)]
            options = [j for j in near if self.rows[j] == row]
        else:
            options = known[bisect_right(known, floor) : bisect_left(known, i)]
            options.reverse()
            options = options or [j for j in (i + 1, i + 2) if j in self.price and j - 1 not in self.price]
        self.used.update(options)
        return options[0] if options else None

    def _name_before(self, i: int, floor: int) -> int:
        """Index of the block that names the product above block `i`; -1 when none does."""
        rows, control, linked = self.rows, self.control, self.link_of
        row = rows[i] if i < len(rows) else 0
        best, rank = -1, 0
        lines: dict[str, int] = {}
        for j in range(i - 1, max(floor, -1), -1):
            text, kind, region, _, _, _ = self.blocks[j]
            if row and rows[j] != row:
                break
            if len(text) > _NAME or j in control or kind in _NOT_SHOWN:
                continue
            value = _rank(kind, linked=j in linked, in_row=row > 0)
            if region is not _MAIN and region in self.parts:
                value = 0
            if value > rank and j not in self.no_product and self._tidy(j):
                best, rank = j, value
                if value == _SURE:
                    break
            if kind is _ALT and rank < _LINKED:  # the picture has the name of a line below it: that one
                best, rank = (lines[text], _LINKED) if text in lines else (best, rank)
            lines.setdefault(text, j)
        return best

    def _with_heading(self, name: str, at: int) -> str:
        """Put the heading above before a name such as "30 pills", which is no product."""
        if name in self.proper:
            return name
        if not goods.is_pack(name):
            self.proper.add(name)
            return name
        heading = self._tidied(self.blocks[at].heading)
        return f"{heading} {name}"[:200] if heading else name

    def _below(self, at: int, i: int) -> int | None:
        """The line below the heading at `at` that names the goods whose price or control is at `i`, if one does.

        A heading may be the product ("Viagra") or the shelf ("Pills"), and only the rules know which.
        """
        name = self._tidy(at)
        if self.blocks[at].kind is not _HEADING or goods.has_strength(name):
            return None
        lines = (j for j in range(i, at, -1) if self._says(j) and goods.is_goods(self._tidy(j)))
        line = next(lines, None) or self._like_the_next(at, i)  # never block 0: the heading stands before it
        return None if line is None or name.lower() in self._tidy(line).lower() else line

    def _like_the_next(self, at: int, i: int) -> int | None:
        """The line that names the first goods on a shelf, as far from their control as that of the second is."""
        place = bisect_right(self.controls_at, i)
        following = self.controls_at[place] if place < len(self.controls_at) else i
        heading = self.blocks[at].text
        if following == i or self.blocks[following].heading != heading or self.rows[i]:
            return None
        other = self._name_before(following, i)
        line = i - (following - other)
        if other < 0 or line <= at or self.blocks[other].kind is not self.blocks[line].kind:
            return None
        return line if self._says(line) and self._tidy(line) and not goods.is_pack(self._tidy(other)) else None

    def _says(self, i: int) -> bool:
        """Whether a block may hold a name."""
        block = self.blocks[i]
        shown = block.kind not in _NOT_SHOWN and block.region not in self.parts
        return shown and len(block.text) <= _NAME and i not in self.control and i not in self.no_product

    def _heading_block(self, i: int) -> int:
        heading = self.blocks[i].heading
        for j in range(i - 1, max(i - 60, -1), -1):
            if self.blocks[j].kind is BlockKind.HEADING and self.blocks[j].text == heading:
                return j
        return i

    def _tidy(self, i: int) -> str:
        """The words of a name in block `i`: without prices and controls; "" when no word of three letters is left."""
        known = self.names.get(i)
        if known is None:
            text = self.blocks[i].text
            if text in (self.priced_blocks.get(i), self.buying_blocks.get(i)):
                known = ""
            elif i in self.priced_blocks or i in self.buying_blocks:
                known = self._tidied(text)
            else:
                known = text.strip(goods.EDGES)[:200] if goods.has_letters(text) else ""
            self.names[i] = known
        return known

    def _tidied(self, text: str) -> str:
        known = self.tidied.get(text)
        if known is None:
            name = goods.without_price_words(self.vocabulary.control.sub(" ", PRICE.sub(" ", text)).split())
            known = self.tidied[text] = name[:200] if goods.has_letters(name) else ""
        return known

    def _offer(self, name: str, at: int, price: int | None, control: str | None, pressed: int) -> Offer:
        printed = self.price[price] if price is not None else None
        kind = OfferKind.CONTROL if price is None else OfferKind.CART if control else OfferKind.PRICED
        if price is not None:
            self.used.add(price)
        link = self.link_of.get(at) or self.link_of.get(pressed)
        url = link.url if link and link.url.startswith(("http:", "https:")) else None
        return _record(Offer, (name, kind, printed, currency_of(printed) if printed else None, control, url, at))


def _rank(kind: BlockKind, *, linked: bool, in_row: bool) -> int:
    """How surely a block of this kind names the product below it."""
    if kind is _HEADING:
        return _SURE
    if linked:
        return _LINKED
    if in_row:
        return 3
    return 1 if kind is _ALT or kind is BlockKind.CONTROL else 2

"""One cell → the addresses in it: as they stand, mended, or not to be read without a person.

Both readers of `pharmcheck.address` are used: what the strict one takes as it stands is accepted; what only the lenient
one finds, or only after mending, is a repair and shown as one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pharmcheck.address import IPNetwork, host_of, known_ending, parse_address, read_url
from pharmcheck.errors import AddressError
from pharmcheck.intake.mending import mend
from pharmcheck.intake.rows import MAX_CELL
from pharmcheck.model import Address


class Found(StrEnum):
    """What a piece of a cell is."""

    AS_IT_STANDS = "as_it_stands"
    MENDED = "mended"
    REFUSED = "refused"  # meant to be an address, by the look of it
    SLIP = "slip"  # one word without an ending: an address or a remark
    WORDS = "words"
    MAILBOX = "mailbox"
    NOTHING = "nothing"  # “n/a” and the like


@dataclass(frozen=True, slots=True)
class Piece:
    """One address of a cell, or why there is none."""

    found: Found
    text: str  # what stood there
    address: Address | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Which addresses may be visited."""

    admitted_hosts: Collection[str] = frozenset()
    allowed_networks: Collection[IPNetwork] = ()

    def pieces(self, raw: str) -> list[Piece]:
        """The addresses in a cell; one piece that says why when there are none; nothing for an empty cell."""
        text = raw.strip()
        if not text:
            return []
        if len(text) > MAX_CELL:
            return [Piece(Found.REFUSED, text, reason=f"The cell has more than {MAX_CELL:,} characters.")]
        plain = None if _PARTED.search(text) else self._strict(text)
        if plain is not None:
            return [Piece(Found.AS_IT_STANDS, text, plain)]
        tokens = list(self._tokens(mend(text)))
        meant = [token for token in tokens if self._meant(token)]
        if not meant:
            return [self._remark(text, tokens)]
        found = [self._piece(token, text, alone=len(meant) == 1) for token in meant]
        good = [piece for piece in found if piece.address is not None]
        return found if good or len(found) == 1 else found[:1]

    def _piece(self, token: str, cell: str, *, alone: bool) -> Piece:
        verbatim = token in cell
        text = cell if alone or not verbatim else token
        try:
            address = parse_address(token, admitted_hosts=self.admitted_hosts, allowed_networks=self.allowed_networks)
        except AddressError as error:
            return Piece(Found.REFUSED, text, reason=str(error))
        if not self._ends_well(address.host):
            return Piece(Found.REFUSED, text, reason=_no_such_ending(address.host))
        exact = verbatim and (not alone or token == cell) and self._strict(token) is not None
        return Piece(Found.AS_IT_STANDS if exact else Found.MENDED, text, address)

    def _strict(self, text: str) -> Address | None:
        """The address, when the text is one and can be read in one way only."""
        try:
            url = read_url(text, admitted_hosts=self.admitted_hosts, allowed_networks=self.allowed_networks)
            host = host_of(url)
            if not self._ends_well(host):
                return None
            found = parse_address(text, admitted_hosts=self.admitted_hosts, allowed_networks=self.allowed_networks)
        except AddressError:
            return None
        return found if found.url == url else None

    def _ends_well(self, host: str) -> bool:
        return host in self.admitted_hosts or ":" in host or host[-1:].isdigit() or known_ending(host)

    def _tokens(self, text: str) -> Iterator[str]:
        """The pieces that a cell is cut into: at white space and signs, at a comma only before another address."""
        for word in re.split(r"[\s;|<>\"“”„]+", text):
            token = ""
            for part in word.split(","):
                if token and part and not self._meant(part):
                    token += f",{part}"
                    continue
                if token:
                    yield token.rstrip(",")
                token = part
            if token:
                yield token

    def _meant(self, token: str) -> bool:
        """Whether somebody meant this to be an address of a site."""
        bare = token.strip("()[]{}*_`'.,:!?‘’«»")
        if _MAILBOX.fullmatch(bare):
            return False
        if _WITH_SCHEME.match(bare) or _WWW.match(bare) or _NUMBER.match(bare):
            return True
        name = _NAME.match(bare)
        return name is not None and (known_ending(name[1]) or name[1].lower() in self.admitted_hosts)

    def _remark(self, text: str, tokens: list[str]) -> Piece:
        """A cell without an address."""
        folded = text.casefold().strip(" .!")
        if folded in _NOTHINGS or not any(map(str.isalnum, folded)):
            return Piece(Found.NOTHING, text, reason="The cell says that there is no address.")
        if all(_MAILBOX.fullmatch(token.strip("<>()[],;")) or not _MEANS.search(token) for token in tokens) and any(
            "@" in token for token in tokens
        ):
            return Piece(Found.MAILBOX, text, reason="An e-mail address, not a site.")
        if len(tokens) == 1 and _ONE_NAME.fullmatch(tokens[0]):
            if "." in tokens[0]:
                return Piece(Found.REFUSED, text, reason=_no_such_ending(tokens[0]))
            return Piece(Found.SLIP, text, reason="One word without an ending such as .com.")
        return Piece(Found.WORDS, text, reason="No web address in the cell.")


def _no_such_ending(host: str) -> str:
    return f"No site can end in “.{host.rpartition('.')[2][:40]}”; look for a slip of the keyboard."


_PARTED = re.compile(r"[\s,;|<>\"']")  # perhaps there are several
_MAILBOX = re.compile(r"(?:mailto:)?[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}", re.IGNORECASE)
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+-]{1,15}:(?://|\\\\)\S|https?:\S", re.IGNORECASE)
_WWW = re.compile(r"www\d?\.[\w-]", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_NAME = re.compile(r"((?:[\w-]{1,63}\.){1,10}(?:[^\W\d_]{2,63}|xn--[\w-]{2,59}))\.?(?::\d{1,5})?(?:[/?#].*)?$")
_MEANS = re.compile(r"://|www\.")
_ONE_NAME = re.compile(r"[\w-]{3,63}(?:\.[\w-]{1,63}){0,5}")
_NOTHINGS = frozenset(
    "n/a na none no nil null nan unknown unbekannt keine kein aucun aucune ninguna ninguno nessuno brak tbd tbc x "
    "closed offline geschlossen fermé cerrado #n/a #ref! #value! #name? #null!".split()
) | {"not known", "no website", "no web site", "keine website", "no site"}

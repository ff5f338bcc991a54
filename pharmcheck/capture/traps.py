"""What we never ask for: links that act, and links that lead into endless views of the same things.  Pure.

A visit changes nothing at the shop: nothing is put into a cart, no account is opened or left, no vote is cast.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from pharmcheck.capture.roles import fold, locale_of

_MOST_DEPTH = 7  # path segments below the language; calendars and filters go deeper, policies do not
_NOT_A_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|avif|ico|css|js|json|xml|rss|atom|zip|gz|rar|7z|exe|apk|dmg|mp[34]|avi|mov|webm|"
    r"docx?|xlsx?|pptx?|odt|rtf|txt|csv|ics|vcf|woff2?|ttf|eot)$"
)
# Words that mean an act or an account wherever they stand in an address or a label, folded.
_ACTS = re.compile(
    " (?:log ?in|log ?on|log ?out|log ?off|sign ?in|sign ?up|sign ?out|sign ?off|my ?account|wp (?:admin|login|json)|"
    "account|kundenkonto|mein ?konto|konto|mon ?compte|compte|mi ?cuenta|cuenta|minha ?conta|moje ?konto|muj ?ucet|"
    "mina ?sidor|mijn ?account|il mio account|espace client|area clienti|area cliente|passwor[dt]|passwd|heslo|"
    "anmelden|abmelden|einloggen|ausloggen|abbestellen|registrieren|connexion|deconnexion|desinscription|"
    "se connecter|iniciar sesion|cerrar sesion|accedi|registrati|inloggen|uitloggen|aanmelden|afmelden|zaloguj|"
    "wyloguj|logowanie|prihlasit|prihlaseni|odhlasit|logga in|logga ut|"
    "wish ?list|merkzettel|merkliste|wunschliste|wunschzettel|favorites|favourites|favoris|preferiti|favoritos|"
    "favoriten|verlanglijst|ulubione|schowek|oblibene|favoriter|onskelista|unsubscribe|un subscribe|"
    "add ?to ?(?:cart|basket|bag|wish ?list|compare|favou?rites)|cart ?add|add ?cart|buy_now|remove ?from|"
    "delete|xmlrpc|cdn cgi|cgi bin|tell a friend|email a friend|send ?friend) "
)
# Acts only where they are the whole of a path segment, parameter or label: "/pharmacy-registration" is a page.
_ACT = frozenset(
    "register registration registrierung inscription registro registrace rejestracja registreren cadastro "
    "anmeldung abmeldung add remove delete del edit update save send submit vote like rate subscribe unsubscribe "
    "clear empty destroy reorder cancel confirm activate compare comparison vergleich comparer comparar porownaj "
    "porovnani entrar sair entra esci acceder salir redirect currency language setlang switch admin login logout "
    "wishlist newsletter buynow atc".split()
)
_ACTING_PARAMETER = frozenset(
    "add remove delete del action do cmd func logout token nonce csrf undo confirm vote subscribe unsubscribe buy "
    "ajax replytocom preview download export share buyproducts".split()
)
_ACTING_VALUE = frozenset("add remove delete del buy update register login logout edit submit subscribe".split())
# Views of what other pages show: whole path segments.
_VIEWS = frozenset(
    "filter filters sort order-by orderby sortby search suche recherche buscar cerca zoeken szukaj hledat sok pesquisa "
    "calendar kalender calendrier calendario agenda events termine print drucken imprimer amp feed rss atom tag tags "
    "author archive archives trackback embed wp-content wp-includes comments quickview".split()
)
_VIEW = re.compile(r"(?:page|seite|pagina|strona|sida|strana)[-_]?\d+|(?:19|20)\d\d(?:-\d\d){1,2}|.*[=:].*")
_DATED = re.compile(r"/(?:19|20)\d\d/\d\d?(?:/|$)")
_PAGED = re.compile(r"/(?:page|seite|pagina|strona|sida|strana)/\d+(?:/|$)")
_SESSION = re.compile(
    r"(?:\((?:[sfax]\([^)]*\))+\)|(?:sid|session|phpsessid|jsessionid|s)[-_=:][0-9a-z-]{8,}|[0-9a-f]{32})"
)
# Parameters that change the view, the language or the book-keeping, never the page.
_NOISE = re.compile(
    r"utm_.*|mtm_.*|pk_.*|[a-z]{2}clid|gclid|fbclid|msclkid|yclid|_ga|_gl|mc_.*|ref|referr?er|src|source|aff.*|"
    r"partner|campaign|from|via|.*sess(?:ion)?(?:_?id)?|phpsessid|jsessionid|oscsid|zenid|xtcsid|modsid|sid|s|cfid|"
    r"cftoken|lang.*|language|locale|hl|l|___.*|currency|curr|cur|country|sort.*|order|orderby|dir|direction|limit|"
    r"per_?page|layout|q|query|search|filter.*|f|variant|attribute.*|size|colou?r|qty|"
    r"quantity|v|ver|t|ts|time|timestamp|rand|cache.*|print|printable|amp|tab|date|month|year|day|cal.*"
)
_PAGE_NUMBER = re.compile(r"(?:p|pg|page|paged|start|offset|seite|page_?no)=\d*$")


def may_ask(url: str) -> bool:
    """Whether `url` (canonical) can be asked for by a visitor who only reads, and names a page rather than a view."""
    parts = _split(url)
    if parts is None:
        return False
    path = unquote(parts.path).lower()
    segments = _segments(path)
    return not (
        _NOT_A_PAGE.search(path)
        or len(segments) > _MOST_DEPTH
        or _DATED.search(path)
        or _PAGED.search(path)
        or any(one.partition(".")[0] in _ACT or one in _VIEWS or _VIEW.fullmatch(one) for one in segments)
        or acts(" ".join(segments))
        or (parts.query and _acting_query(parts.query))
        or _goes_round(segments)
    )


def acts(words: str) -> bool:
    """Whether the words of a link promise an act or an account rather than a page to read."""
    folded = fold(words)
    return folded in _ACT or _ACTS.search(f" {folded} ") is not None


def place(url: str) -> tuple[str, str]:
    """The page that a URL names, as (host and path, what in its query names a thing).

    Equal for the same page under `www.`, another language, a session, an index file, a final slash, tracking words.
    """
    parts = _split(url)
    if parts is None:
        return url, ""
    labels = parts.netloc.split(".")
    while len(labels) > 2 and (labels[0] == "www" or locale_of(labels[0])):  # noqa: PLR2004 - never the name itself
        del labels[0]
    segments = _segments(unquote(parts.path).lower())
    if segments and segments[-1].partition(".")[0] in {"index", "default"}:
        del segments[-1]
    kept = sorted(
        one
        for one in parts.query.lower().split("&")
        if one and not _NOISE.fullmatch(one.partition("=")[0]) and not _PAGE_NUMBER.match(one)
    )
    return "/".join([".".join(labels), *segments]), "&".join(kept[:10])


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _segments(path: str) -> list[str]:
    """Path segments without language, session and matrix parameters."""
    parts = [part.partition(";")[0] for part in path.split("/") if part]
    segments = [part for part in parts if part and not _SESSION.fullmatch(part)]
    return [part for at, part in enumerate(segments) if at > 1 or not locale_of(part)]


def _acting_query(query: str) -> bool:
    for parameter in query.lower().split("&")[:50]:
        name, _, value = parameter.partition("=")
        if not _ACTING_PARAMETER.isdisjoint(fold(unquote(name)).split()):
            return True
        words = fold(unquote(value).rpartition("/")[2])  # route=checkout/cart/add
        if words in _ACTING_VALUE or _ACTS.search(f" {words} "):
            return True
    return query.count("&") >= 50  # noqa: PLR2004 - nobody writes that many by hand


def _goes_round(segments: list[str]) -> bool:
    """True for /a/b/a/b and /a/x/a/y/a: a relative link on a server that answers everywhere."""
    pairs = zip(segments, segments[1:], segments[2:], segments[3:], strict=False)
    return any(segments.count(one) > 2 for one in segments) or any(  # noqa: PLR2004
        (first, second) == (third, fourth) for first, second, third, fourth in pairs
    )

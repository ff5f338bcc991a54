"""A made-up web of shops for bench.networks: operators who rotate what they show, and honest shops that share a lot.

Made from a seed, as pages that go through the real reader.  Nothing in it belongs to anybody: names end in
example domains, telephone numbers are of ranges that no pharmacy was taken from.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pharmcheck.address import parse_address
from pharmcheck.model import Capture, Page, PageRole, TlsFacts
from pharmcheck.networks import Trait
from pharmcheck.networks.sketch import bands

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
SHOWN = 0.75  # the chance that a shop shows a kind of thing at all: "only a random subset of the operator's traits"

_MEDICINES = [
    f"{name} {strength} mg"
    for name in (
        "Sildenafil Tadalafil Vardenafil Finasteride Tramadol Modafinil Amoxicillin Azithromycin Prednisolone "
        "Metformin Atorvastatin Ibuprofen Paracetamol Cetirizine Loratadine Omeprazole Salbutamol Zolpidem "
        "Diazepam Orlistat"
    ).split()
    for strength in (10, 20, 50, 100)
]
_WORDS = (
    "parcel order pharmacy customer delivery medicine doctor advice service quality price safe package courier week "
    "morning letter question answer address payment card account reason return refund box tablet leaflet store shelf "
    "cool dry child reach label batch date print stamp office hour phone call team staff help support local family "
    "health care skin hair heart sleep pain fever cough cold winter summer travel bag kit plaster cream drop spray"
).split()
_SERVICES = {
    "ua": lambda r: f"UA-{r.randrange(10**7, 10**9)}-1",
    "ga4": lambda r: "G-" + "".join(r.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=10)),
    "gtm": lambda r: "GTM-" + "".join(r.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=7)),
    "pixel": lambda r: str(r.randrange(10**14, 10**16)),
    "tawk": lambda r: f"{r.getrandbits(96):024x}",
}
_SNIPPETS = {
    "ua": '<script>ga("create", "{}", "auto")</script>',
    "ga4": '<script>gtag("config", "{}")</script>',
    "gtm": '<script>(window,document,"script","dataLayer","{}")</script>',
    "pixel": '<script>fbq("init", "{}")</script>',
    "tawk": '<script src="https://embed.tawk.to/{}/default"></script>',
}


_THEME_CLASSES = [
    *(f"{word}-{at}" for word in ("nav", "menu", "header", "col", "product", "widget") for at in range(6)),
    *(f"bespoke{word}" for word in _WORDS[:10]),  # a theme's own names too, of which the list knows nothing
]
_THEMES = ["storefront", "flatsome", "porto", "avada", "astra", "shopify"]


@dataclass
class Shop:
    """One shop, and what it shows."""

    domain: str
    operator: str  # an honest shop is its own
    honest: bool
    registered: bool = False
    phones: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    telegram: list[str] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)
    checkout: str | None = None
    licence: str | None = None
    credit: str | None = None
    build: str = "storefront"
    prices: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    key: str | None = None


@dataclass
class _Operator:
    """What one hand owns.  Of each kind the first values are old and the last ones new."""

    name: str
    phones: list[str]
    mails: list[str]
    telegram: list[str]
    ids: dict[str, list[str]]
    checkouts: list[str]
    licences: list[str]
    builds: list[str]
    keys: list[str]
    prices: list[tuple[str, str]]
    texts: list[str]

    def of_time(self, values: list[str], when: float, rng: random.Random) -> str:
        """One of those in use at a time from 0 to 1: two at a time, older ones give way to newer ones."""
        at = when * (len(values) - 1)
        return values[min(len(values) - 1, int(at) + rng.randrange(2))]


def make_web(seed: int, *, operators: int, rogue: int, honest: int, shown: float = SHOWN) -> list[Shop]:
    """Shops in the order in which somebody came across them."""
    rng = random.Random(seed)  # noqa: S311 - made-up shops, not secrets
    owners = [_operator(f"operator{number}", rng) for number in range(operators)]
    fair = list(_honest(honest, rng))
    shops = [_rogue_shop(rng.choice(owners), number, fair, rng, shown) for number in range(rogue)] + fair
    rng.shuffle(shops)
    return shops


def _phone(rng: random.Random) -> str:
    return f"+4420{rng.randrange(70_000_000, 89_999_999)}"


def _sentences(rng: random.Random, count: int) -> list[str]:
    return [" ".join(rng.choices(_WORDS, k=14)).capitalize() + "." for _ in range(count)]


def _price_list(rng: random.Random, count: int = 40) -> list[tuple[str, str]]:
    return [(name, f"${rng.randrange(300, 19_900) / 100:.2f}") for name in rng.sample(_MEDICINES, count)]


def _operator(name: str, rng: random.Random) -> _Operator:
    return _Operator(
        name,
        phones=[_phone(rng) for _ in range(5)],
        mails=[f"{name}.care@gmail.com", f"orders@{name}-support.example", f"{name}help@proton.me"],
        telegram=[f"{name}_{place}" for place in ("meds", "orders", "vip", "chat")],
        ids={service: [make(rng) for _ in range(3)] for service, make in _SERVICES.items()},
        checkouts=[f"{name}-pay.example", f"secure-{name}.example"],
        licences=[str(rng.randrange(1_000_000, 1_999_999)) for _ in range(2)],
        builds=[f"{name}one", f"{name}two"],
        keys=[hashlib.sha256(f"{name}{number}".encode()).hexdigest() for number in range(3)],
        prices=_price_list(rng),
        texts=_sentences(rng, 30),
    )


def _rogue_shop(owner: _Operator, number: int, fair: list[Shop], rng: random.Random, shown: float) -> Shop:
    when = rng.random()

    def shows(chance: float = shown) -> bool:
        return rng.random() < chance

    shop = Shop(f"pills{number}.example", owner.name, honest=False)
    if shows():
        shop.phones.append(owner.of_time(owner.phones, when, rng))
    if shows():
        shop.mails.append(owner.of_time(owner.mails, when, rng))
    if shows():
        shop.telegram.append(owner.of_time(owner.telegram, when, rng))
    for service in rng.sample(sorted(_SERVICES), 2):
        if shows():
            shop.ids.append((service, owner.of_time(owner.ids[service], when, rng)))
    if shows(0.3):
        shop.checkout = owner.of_time(owner.checkouts, when, rng)
    if shows(0.3):
        shop.licence = owner.of_time(owner.licences, when, rng)
    if shows(0.3):
        shop.key = owner.of_time(owner.keys, when, rng)
    shop.build = rng.choice(owner.builds) if shows() else rng.choice(_THEMES)
    shop.prices = rng.sample(owner.prices, 30) if shows() else _price_list(rng, 30)
    shop.texts = rng.sample(owner.texts, 24) if shows() else _sentences(rng, 24)
    if shows(0.05):  # a clone: it shows what it copied from a pharmacy
        victim = rng.choice(fair)
        shop.phones, shop.licence, shop.mails = victim.phones[:1], victim.licence, victim.mails[:1]
    return shop


def _honest(count: int, rng: random.Random) -> Iterator[Shop]:
    agencies = [f"agency{number}" for number in range(max(1, count // 15))]
    agency_gtm = {name: _SERVICES["gtm"](rng) for name in agencies}
    franchises = [_phone(rng) for _ in range(max(1, count // 60))]
    wholesalers = [_price_list(rng) for _ in range(max(1, count // 40))]
    stock_texts = [_sentences(rng, 30) for _ in range(max(1, count // 60))]
    for number in range(count):
        domain = f"chemist{number}.example"
        shop = Shop(domain, domain, honest=True, registered=rng.random() < 0.5)
        shop.phones = [_phone(rng)]
        shop.mails = [f"info@{domain}"] if rng.random() < 0.8 else [f"chemist{number}@gmail.com"]
        shop.licence = str(rng.randrange(9_000_000, 9_999_999))
        if rng.random() < 0.6:
            service = rng.choice(sorted(_SERVICES))
            shop.ids.append((service, _SERVICES[service](rng)))
        shop.build = rng.choice(_THEMES)
        shop.prices = rng.sample(rng.choice(wholesalers), 30)
        shop.texts = rng.sample(rng.choice(stock_texts), 24)
        if rng.random() < 0.15:
            shop.phones.append(rng.choice(franchises))
        if rng.random() < 0.4:
            agency = rng.choice(agencies)
            words = "Website by" if rng.random() < 0.5 else "Technical contact:"
            shop.credit = f"{words} hello@{agency}.example"
            if rng.random() < 0.4:
                shop.build = agency
            if rng.random() < 0.2:
                shop.ids.append(("gtm", agency_gtm[agency]))
        yield shop


def traits_of(shop: Shop) -> list[Trait]:
    """What reading the shop's pages would give, without pages: for webs that are too large to be read here."""
    where = (f"https://{shop.domain}/", hashlib.sha256(shop.domain.encode()).hexdigest())
    found = [("phone", phone) for phone in shop.phones]
    found += [("handle", f"telegram:{name}") for name in shop.telegram]
    for mail in shop.mails:
        domain = mail.partition("@")[2]
        free = domain in ("gmail.com", "proton.me")
        if domain != shop.domain:
            found.append(("email", mail) if free else ("mail_domain", domain))
    if shop.credit and "Website by" not in shop.credit:
        found.append(("mail_beside", shop.credit.partition("@")[2]))
    found += [("account" if service == "tawk" else "tracking", f"{service}:{value}") for service, value in shop.ids]
    found += [("checkout", ".".join(shop.checkout.split(".")[-2:]))] if shop.checkout else []
    found += [("licence", f"gb:{shop.licence}")] if shop.licence else []
    found += [("tls_key", shop.key or hashlib.sha256(shop.domain.encode()).hexdigest())]
    found += [("template", band) for band in bands(f"{shop.build} {at}" for at in range(36))]
    found += [("prices", band) for band in bands(f"{name}|{price}" for name, price in shop.prices)]
    found += [("words", band) for band in bands(shingle for text in shop.texts for shingle in _fives(text))]
    return [Trait(kind, value, value, *where) for kind, value in dict.fromkeys(found)]


def _fives(text: str) -> Iterator[str]:
    words = text.strip(".").lower().split()
    return (" ".join(words[at : at + 5]) for at in range(len(words) - 4))


# ------------------------------------------------------------------------------------------------ pages


def capture_of(shop: Shop) -> Capture:
    """The shop as a visit would have found it."""
    pages = [
        _page(shop, "/", PageRole.HOME, _home(shop)),
        _page(shop, "/contact", PageRole.CONTACT, _contact(shop)),
        _page(shop, "/terms", PageRole.TERMS, _terms(shop)),
    ]
    key = shop.key or hashlib.sha256(shop.domain.encode()).hexdigest()
    certificate = hashlib.sha256(f"{shop.domain}{key}".encode()).hexdigest()
    tls = TlsFacts(shop.domain, True, None, "TLSv1.3", (shop.domain,), "CA", WHEN, WHEN, certificate, key)  # noqa: FBT003
    address = parse_address(f"https://{shop.domain}/", admitted_hosts=frozenset({shop.domain}))
    return Capture(address, (), tuple(pages), (tls,), WHEN, WHEN)


def _page(shop: Shop, path: str, role: PageRole, main: str) -> Page:
    scripts = "".join(_SNIPPETS[service].format(value, value) for service, value in shop.ids)
    built = random.Random(shop.build)  # noqa: S311 - the same build looks the same everywhere
    names = _THEME_CLASSES if shop.build in _THEMES else [f"{shop.build}-{word}" for word in _WORDS[:40]]
    bars = "".join(
        f'<div class="{name}"><a href="/p{at}">Aisle {at}</a></div>' for at, name in enumerate(built.sample(names, 36))
    )
    theme = f'<section class="{shop.build}-front">'
    credit = f"<p>{shop.credit}</p>" if shop.credit else ""
    checkout = (
        f'<form method="post" action="https://{shop.checkout}/cart"><button>Add to cart</button></form>'
        if shop.checkout
        else ""
    )
    html = (
        f'<html lang="en"><head><title>{shop.domain}</title>{scripts}</head><body>{theme}<header>{bars}</header>'
        f"<main>{main}{checkout}</main><footer><p>Opening hours</p>{credit}</footer></section></body></html>"
    )
    body = html.encode()
    headers = (("content-type", "text/html; charset=utf-8"),)
    digest = hashlib.sha256(body).hexdigest()
    return Page(f"https://{shop.domain}{path}", role, 200, headers, body, digest, WHEN, truncated=False)


def _home(shop: Shop) -> str:
    card = "product-card" if shop.build in _THEMES else f"{shop.build}-good"
    return "".join(
        f'<div class="{card}"><h3 class="{card}-name">{name}</h3><span class="{card}-cost">{price}</span>'
        f"<button>Add to cart</button></div>"
        for name, price in shop.prices
    )


def _contact(shop: Shop) -> str:
    lines = ["<h1>Contact</h1>"]
    lines += [f'<p>Telephone: <a href="tel:{phone}">{phone}</a></p>' for phone in shop.phones]
    lines += [f'<p>E-mail: <a href="mailto:{mail}">{mail}</a></p>' for mail in shop.mails]
    lines += [f'<p><a href="https://t.me/{name}">Telegram</a></p>' for name in shop.telegram]
    lines += [f"<p>GPhC registration number: {shop.licence}</p>"] if shop.licence else []
    return "".join(lines)


def _terms(shop: Shop) -> str:
    return "<h1>Terms</h1>" + "".join(f"<p>{text}</p>" for text in shop.texts)

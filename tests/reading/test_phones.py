"""Telephone numbers in the ways of eighteen countries, what is none, and handles at messaging services."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("body", "url", "number", "country"),
    [
        ("<p>Call us: (217) 555-0134</p>", "", "+12175550134", "US"),
        ("<p>1-800-356-9377</p>", "", "+18003569377", None),
        ("<a href='tel:+442079460123'>Ring</a>", "", "+442079460123", "GB"),
        ("<a href='tel:%2B44%2020%207946%200123'>Ring</a>", "", "+442079460123", "GB"),
        ("<p>Telefon: 030 1234567</p>", "https://x.de/", "+49301234567", "DE"),
        ("<p>Tel.:02191 - 31 000</p>", "https://x.de/", "+49219131000", "DE"),
        ("<p>Tel.: 04105/8 20 00</p>", "https://x.de/", "+49410582000", "DE"),
        ("<p>+49 (0)381 1202000</p>", "", "+493811202000", "DE"),
        ("<p>0049 381 1202000</p>", "", "+493811202000", "DE"),
        ("<p>+420 224 123 456</p>", "", "+420224123456", "CZ"),
        ("<p>kontaktní údaje: tel. 724571000, e-mail</p>", "https://x.cz/", "+420724571000", "CZ"),
        ("<p>(telefon 731 638 000) bude</p>", "https://x.cz/", "+420731638000", "CZ"),
        ("<p>Zadzwoń: 517163000</p>", "https://x.pl/", "+48517163000", "PL"),
        ("<p>tel.: (22)-648-40-00</p>", "https://x.pl/", "+48226484000", "PL"),
        ("<table><tr><td>Phone</td><td>020 7946 0123</td></table>", "https://x.co.uk/", "+442079460123", "GB"),
        ("<p>Contact: a@b.example · 0113 496 0551</p>", "https://x.co.uk/", "+441134960551", "GB"),
        ("<p>ask to speak to the pharmacist on 04 939 7000 or</p>", "https://x.co.nz/", "+6449397000", "NZ"),
        ("<p>Telephone: 05 61 90 70 00</p>", "", "+33561907000", "FR"),
        ("<p>avec teléfono de atención al cliente/USUARIO 608 701 000.</p>", "https://x.es/", "+34608701000", "ES"),
        ("<p>tel. 081.5108000 – fax 081</p>", "https://x.it/", "+390815108000", "IT"),
        ("<p>Tel. 02.285.40.00</p>", "https://x.be/", "+3222854000", "BE"),
        ("<p>035 – 697 50 00</p>", "https://x.nl/", "+31356975000", "NL"),
        ("<p>tel: 018-17 40 00</p>", "https://x.se/", "+4618174000", "SE"),
        ("<p>Telephone: 041 685 7000</p>", "https://x.ie/", "+353416857000", "IE"),
        ("<p>Tel. 044 668 10 00</p>", "https://x.ch/", "+41446681000", "CH"),
        ("<p>Telefon 04762 2000</p>", "https://x.at/", "+4347622000", "AT"),
        ("<p>Phone: 1300 363 000</p>", "https://x.com.au/", "+611300363000", "AU"),
        ("<p>Call 98765 43210</p>", "https://x.in/", "+919876543210", "IN"),
        ("<p>Made in India.</p><p>Call 80863 04000</p>", "", "+918086304000", "IN"),
        ("<p>Made in India.</p><p>Call 217-555-0134</p>", "", "+12175550134", "US"),
        ("<p>Sent from the United Kingdom.</p><p>Call 020 7946 0123</p>", "", "+442079460123", "GB"),
        ("<p>Call (416) 555-0134</p>", "https://x.ca/", "+14165550134", None),
    ],
)
def test_a_phone_is_found(reading, body, url, number, country):
    """By link, by plus sign, by the word before it, in the next cell, by the trunk zero of its country."""
    found = reading(body, url=url or "https://shop.example/").contacts.phones
    assert [phone.e164 for phone in found] == [number]
    if country:
        assert found[0].country == country


def test_a_second_number_needs_no_second_word(reading):
    """Two numbers after one word are two."""
    found = reading("<p>por teléfono 938410000 o 646652000 donde</p>", url="https://x.es/").contacts.phones
    assert [phone.e164 for phone in found] == ["+34938410000", "+34646652000"]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://x.be/", "ondernemingsnummer BE 0406.753.000"),
        ("https://x.nl/", "onze onderneming, 0871.885.000"),
        ("https://x.pl/", "KRS 0000535000, NIP: 2220898000, REGON: 360325000"),
        ("https://x.cz/", "IČO: 607 19 000, číslo účtu: 418666000/5500"),
        ("https://x.nl/", "Bel ons 09.00 - 17.30"),
        ("https://x.se/", "Ring 08.30-17.00"),
        ("https://x.com/", "Contact us by 2025-11-22 10:00"),
        ("https://x.de/", "Öffnungszeiten: 08.00 - 18.30 Uhr"),
        ("https://x.de/", "Stand 06.2015 09:00, 01.02.2023"),
        ("https://x.de/", "HRB 0381 120200, PZN 01234567"),
        ("https://x.com/", "RCS of Auch under the number 493 713 000"),
        ("https://x.com/", "100 mg x 30 pills for $45.00, 20 mg from 12000 Euro"),
        ("https://x.com/", "Order 62701 was placed on 12/11/2025 at 10:15"),
        ("https://x.co.uk/", "GPhC premises 9011000, ICO Z334000X"),
    ],
)
def test_what_is_no_phone(reading, url, body):
    """Numbers of companies and accounts, opening hours, dates, prices."""
    assert reading(f"<p>{body}</p>", url=url).contacts.phones == ()


@pytest.mark.parametrize(
    ("body", "kind", "value"),
    [
        ("<a href='https://wa.me/442079460123?text=hi'>chat</a>", "whatsapp", "+442079460123"),
        (
            "<a href='https://api.whatsapp.com/send?phone=%2B4915112345678&text=x'>chat</a>",
            "whatsapp",
            "+4915112345678",
        ),
        ("<a href='whatsapp://send?phone=4915112345678'>chat</a>", "whatsapp", "+4915112345678"),
        ("<p>WhatsApp: +44 20 7946 0123</p>", "whatsapp", "+442079460123"),
        ("<p>Tfno: 640 329 000 - Para contactar por WhatsApp</p>", "whatsapp", "+34640329000"),
        ("<a href='https://t.me/pill_shop'>chat</a>", "telegram", "pill_shop"),
        ("<a href='tg://resolve?domain=pill_shop'>chat</a>", "telegram", "pill_shop"),
        ("<p>Telegram: @pill_shop</p>", "telegram", "pill_shop"),
        ("<p>Telegram ID - pill_shop, day and night</p>", "telegram", "pill_shop"),
        ("<p>Wickr me: pillshop99</p>", "wickr", "pillshop99"),
        ("<p>Threema: ABCD1234</p>", "threema", "ABCD1234"),
        ("<a href='https://threema.id/ABCD1234'>chat</a>", "threema", "ABCD1234"),
        ("<a href='https://signal.me/#p/+442079460123'>chat</a>", "signal", "+442079460123"),
        ("<p>Signal: +44 20 7946 0123</p>", "signal", "+442079460123"),
        ("<a href='viber://chat?number=%2B442079460123'>chat</a>", "viber", "+442079460123"),
        ("<a href='skype:pill.shop?chat'>chat</a>", "skype", "pill.shop"),
        ("<p>Skype: pill.shop</p>", "skype", "pill.shop"),
        ("<p>WeChat ID: pillshop99</p>", "wechat", "pillshop99"),
        ("<p>gg: 1193000</p>", "gadu-gadu", "1193000"),
    ],
)
def test_a_handle_is_found(reading, body, kind, value):
    """In links that open a chat, and in words."""
    (handle,) = reading(body, url="https://x.es/").contacts.handles
    assert (handle.kind, handle.value) == (kind, value)


@pytest.mark.parametrize(
    "body",
    [
        "<a href='https://api.whatsapp.com/send?text=look'>share</a>",
        "<a href='https://t.me/share/url?url=x'>share</a>",
        "<a href='https://t.me/joinchat/AAAA'>join</a>",
        "<a href='https://wa.me/'>chat</a>",
        "<a href='https://shop.example/t.me/pill_shop'>page</a>",
        "<p>Chat with us on WhatsApp or Telegram.</p>",
        "<p>Signal: strong. We send you a telegram.</p>",
        "<p>Follow us on Telegram: click here</p>",
        "<p>Telegram: and WhatsApp: available</p>",
    ],
)
def test_what_is_no_handle(reading, body):
    """Buttons that share, invitations to groups, sentences."""
    assert reading(body).contacts.handles == ()

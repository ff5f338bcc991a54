"""E-mail addresses: plain, linked, written round a robot, veiled; and what is none."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "body",
    [
        "<p>Write to Help@shop.example now</p>",
        "<p>help&#64;shop&#46;example</p>",
        "<p>&#x68;elp&commat;shop.example</p>",
        "<a href='mailto:help@shop.example?subject=x'>mail</a>",
        "<a href='mailto:%68elp%40shop.example'>mail</a>",
        "<p>help (at) shop (dot) example</p>",
        "<p>help [at] shop [dot] example</p>",
        "<p>help(at)shop.example</p>",
        "<p>help{at}shop.example</p>",
        "<p>help[ät]shop[punkt]example</p>",
        "<p>help (arroba) shop (punto) example</p>",
        "<p>help(małpa)shop(kropka)example</p>",
        "<p>help (zavináč) shop (tečka) example</p>",
        "<p>help[@]shop.example</p>",
        "<p>help @ shop.example</p>",
        "<p>help AT shop DOT example</p>",
        "<p>help at shop dot example</p>",
        "<a href='/cdn-cgi/l/email-protection#0068656c704073686f702e6578616d706c65'>x</a>",
        "<a href='/cdn-cgi/l/email-protection#543c31382414273c3b247a312c3539243831'>x</a>",
    ],
)
def test_an_email_address_is_found(reading, body):
    """Plain, linked, as entities, masked for people, and veiled by a content network."""
    assert [email.address for email in reading(body).contacts.emails] == ["help@shop.example"]


def test_several_parts_of_a_masked_domain_are_joined(reading):
    """Each mask becomes a dot."""
    (email,) = reading("<p>info [at] mail [dot] shop [dot] co [dot] uk</p>").contacts.emails
    assert email.address == "info@mail.shop.co.uk"


@pytest.mark.parametrize(
    "body",
    [
        "<p>logo@2x.png</p>",
        "<p>Meet us at home. Look at shop.example for more.</p>",
        "<p>Visit us at shop dot com</p>",
        "<p>We are at shop dot com today</p>",
        "<p>Take 2 (at night) with food.</p>",
        "<p>Our prices (at cost) start low.</p>",
        "<p>5 pills @ 2.50 each</p>",
        "<a href='/cdn-cgi/l/email-protection#zz'>x</a>",
        "<a href='/cdn-cgi/l/email-protection#'>x</a>",
        "<p>[email&#160;protected]</p>",
    ],
)
def test_what_is_no_email(reading, body):
    """Files, sentences with "at", prices, and a veil that hides nothing."""
    assert reading(body).contacts.emails == ()

"""Whatever stands on a page, nothing of it acts on the terminal."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.address.defanging import defang
from pharmcheck.cli.answer import AnswerPrinter, age
from pharmcheck.cli.screen import console, plain, safe_json
from pharmcheck.document import to_json
from pharmcheck.explain import Explanation, RecordTold, Why
from pharmcheck.model import Address, Category, Verdict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = Address(
    "Shop.Example.com", "https://shop.example.com/buy?x=1", "shop.example.com", "shop.example.com", "example.com"
)

# Every character there is, and bytes as a careless decoder would hand them on.
hostile = st.one_of(
    st.text(st.characters()),
    st.binary().map(lambda raw: raw.decode("latin-1")),
    st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.sampled_from(["\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "\x1b[2J\x1b[H", "\x9b31m", "\u202eelgoog"]),
)


def verdict(category: Category = Category.DANGER) -> Verdict:
    return Verdict(
        ADDRESS, category, "r", 3, 80, (), (), (), (), (), None, NOON, NOON + timedelta(days=7), "2026.11.0+x", (), None
    )


def explanation(text: str = "words", url: str | None = "https://shop.example.com/a") -> Explanation:
    return Explanation(
        label=text,
        headline=text,
        action=text,
        why=(Why(text, ((text, url),), (text,)),),
        advice=(text,),
        criteria=(("Licence", text, text), ("Connection", "yes", text)),
        not_checked=((text, text),),
        plain_why=(text,),
        notes=(text,),
        dates=text,
        basis=text,
        meanings=(text,),
        records=(RecordTold(text, ((text, text),)),),
    )


def printed(told: Explanation, category: Category = Category.DANGER, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    AnswerPrinter(console(stream)).print(verdict(category), told, ["a remark"])
    stream.flush()
    return raw.getvalue().decode(encoding)


def acts(text: str) -> list[str]:
    """The characters that a terminal would obey, or that nobody can see."""
    return [
        char
        for char in text
        if (unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and char != "\n")
        or unicodedata.bidirectional(char) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}
    ]


@given(hostile)
def test_no_words_of_a_page_act_on_the_terminal(text: str) -> None:
    """Any bytes in a quote, a message or an address: no escape sequence and no control character comes out."""
    assert acts(printed(explanation(text, text))) == []


@given(hostile)
def test_no_words_of_a_page_act_through_json_either(text: str) -> None:
    """`--json` on a terminal is as harmless, and says exactly the same."""
    line = safe_json(to_json({"quote": text}))

    assert acts(line) == []
    assert "\n" not in line
    line.encode("utf-8")
    assert json.loads(line) == {"quote": text} or any("\ud800" <= char <= "\udfff" for char in text)


@given(hostile)
def test_plain_text_stays_one_line_and_stays_plain(text: str) -> None:
    """Cleaning twice changes nothing, and what is left has no line break."""
    clean = plain(text)

    assert "\n" not in clean
    assert plain(clean) == clean


def test_the_register_stays_a_link_below_a_site_that_nobody_should_visit() -> None:
    """Whoever is warned can still look the pharmacy up; the site itself is written so that nobody clicks it."""
    told = replace(explanation("shop.example.com says"), look_up=(("The register", "https://register.example.org/"),))
    shown = printed(told)

    assert "      https://register.example.org/" in shown.splitlines()
    assert "shop.example.com" not in shown
    assert "https://shop" not in shown


def test_console_markup_in_a_quote_is_shown_as_it_stands() -> None:
    """`[red]` is what the page says, not an order to us; so are emoji codes."""
    shown = printed(explanation("[red]Buy[/red] [link=https://x.example]now[/link] :pill:"), Category.UNVERIFIED)

    assert "“[red]Buy[/red] [link=https://x.example]now[/link] :pill:”" in shown


def test_the_answer_comes_first_then_the_action_then_the_proof() -> None:
    """Somebody who reads two lines has read what matters."""
    shown = printed(
        Explanation(
            "Do not buy here",
            "It sells prescription medicine without a prescription.",
            "Leave this site.",
            (Why("It says so.", (("No prescription needed.", "https://shop.example.com/faq"),), ("NABP", "FDA")),),
            ("Call your bank.",),
            (("Secure connection", "yes", "It is."), ("Licence", "no", "None found.")),
            (("the cart", "we never buy"),),
            ("It says so.",),
            (),
            "Looked at noon.",
            "Rules of today.",
        )
    )

    assert shown.splitlines() == [
        "✖ Do not buy here: It sells prescription medicine without a prescription.",
        "  hxxps://shop[.]example[.]com/buy?x=1",
        "→ Leave this site.",
        "a remark",
        "",
        "Why",
        "  • It says so.",
        "      “No prescription needed.”",
        "      hxxps://shop[.]example[.]com/faq",
        "      Why it matters: NABP; FDA",
        "",
        "What to do now",
        "  • Call your bank.",
        "",
        "The four criteria",
        "  Secure connection  yes: It is.",
        "  Licence            no: None found.",
        "",
        "Not checked",
        "  • the cart: we never buy",
        "",
        "Looked at noon. Rules of today.",
    ]


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_sign_of_its_own(category: Category) -> None:
    """Symbol and word differ without any colour, in old locales too."""
    modern = {one: printed(explanation(), one).split()[0] for one in Category}
    old = {one: printed(explanation(), one, "ascii").split(" words")[0] for one in Category}

    assert len(set(modern.values())) == len(set(old.values())) == len(Category)
    assert modern[category] != "words"
    assert old[category].isascii()


def test_an_old_locale_shows_what_it_can() -> None:
    """A script that the terminal cannot write is spelled out; nothing fails."""
    shown = printed(explanation("без рецепта"), Category.CAUTION, "ascii")

    assert "\\u0431\\u0435\\u0437" in shown


def test_dangerous_addresses_cannot_be_clicked_wherever_they_stand() -> None:
    """In the head line, the quotes, the text and the places: hxxps and [.], in any case."""
    shown = printed(explanation("go to HTTPS://Shop.Example.com/x or http://other.example.net or SHOP.example.com"))

    assert "http" not in shown.lower().replace("hxxp", "")
    assert "shop.example.com" not in shown.lower()
    assert "hxxp://other[.]example[.]net" in shown


def test_other_addresses_can_be_copied() -> None:
    """Only danger is defanged; and no address is broken over two lines."""
    long = "https://shop.example.com/" + "a" * 300
    shown = printed(explanation("words", long), Category.UNVERIFIED)

    assert f"      {long}\n" in shown
    assert "https://shop.example.com/buy?x=1" in shown


def test_long_text_is_broken_under_its_beginning() -> None:
    """No line is longer than a reader likes, and none ends in blanks."""
    shown = printed(explanation("many words " * 60), Category.UNVERIFIED)

    lines = [line for line in shown.splitlines() if "https://" not in line]
    assert max(len(line) for line in lines) <= 100
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("text", "hosts", "expected"),
    [
        ("https://a.b.example/x.y", (), "hxxps://a[.]b[.]example/x.y"),
        ("see a.example, not ba.example", ("a.example",), "see a[.]example, not ba[.]example"),
        ("hxxps://a[.]example", ("a.example",), "hxxps://a[.]example"),
        ("3.5 mg at 1.20", ("a.example",), "3.5 mg at 1.20"),
        ("https://[::1]/", (), "hxxps://[::1]/"),
    ],
)
def test_defanging(text: str, hosts: tuple[str, ...], expected: str) -> None:
    """Addresses lose their teeth, numbers keep their points, and twice is as good as once."""
    assert defang(text, *hosts) == expected
    assert defang(expected, *hosts) == expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=3, hours=5), "3 days ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_fits(passed: timedelta, expected: str) -> None:
    """One number and one word; a clock that was set back is no negative age."""
    assert age(NOON, NOON + passed) == expected


def test_a_file_gets_no_colours() -> None:
    """What is no terminal gets text alone."""
    assert not re.search("\x1b", printed(explanation()))

"""Empty shells that scripts would fill, and short pages that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmcheck.capture.outline import outline
from pharmcheck.capture.shells import is_shell, needs_scripts

SHELLS = {
    "vue": "<title>Shop</title><div id=app></div><script src=/app.js></script>",
    "react": "<noscript>You need to enable JavaScript.</noscript><div id=root></div><script src=m.js></script>",
    "next": "<div id=__next><div class=spinner>Loading…</div></div><script src=/_next/main.js></script>",
    "nuxt": "<div id=__nuxt></div><script type=module src=/a.js></script>",
    "angular": "<body ng-app=shop><ui-view></ui-view><script src=a.js></script>",
    "angular-root": "<app-root>One moment, the shop is being loaded for you</app-root><script src=main.js></script>",
    "gatsby": "<div id=___gatsby></div><script src=/app.js></script>",
    "nothing": "<body><script src=/all.js></script></body>",
    "name": "<h1>Meds24</h1><script>boot()</script>",
    "notice-en": "<noscript>Please enable JavaScript to use this site</noscript><p>{}</p><script></script>",
    "notice-de": "<noscript>Bitte aktivieren Sie JavaScript.</noscript><p>{}</p><script></script>",
    "notice-fr": "<noscript>Veuillez activer JavaScript.</noscript><p>{}</p><script></script>",
    "notice-es": "<noscript>Habilite JavaScript en su navegador.</noscript><p>{}</p><script></script>",
    "notice-it": "<noscript>Per usare il sito attiva JavaScript.</noscript><p>{}</p><script></script>",
    "notice-nl": "<noscript>Schakel JavaScript in.</noscript><p>{}</p><script></script>",
    "notice-pl": "<noscript>Włącz obsługę JavaScript.</noscript><p>{}</p><script></script>",
    "notice-pt": "<noscript>Ative o JavaScript.</noscript><p>{}</p><script></script>",
    "notice-cs": "<noscript>Povolte prosím JavaScript.</noscript><p>{}</p><script></script>",
    "notice-sv": "<noscript>Aktivera JavaScript i din webbläsare.</noscript><p>{}</p><script></script>",
    "notice-ru": "<noscript>Включите JavaScript.</noscript><p>{}</p><script></script>",
}
LONG = "Family pharmacy in the old town since 1962. Open Monday to Friday, 9 to 18. " * 5
SHORT = "Family pharmacy in the old town. Phone 01632 960001, open 9 to 18."
PAGES = {
    "short and plain": f"<p>{SHORT}</p>",
    "short, with statistics": f"<p>{SHORT}</p><script src=https://stats.example/a.js></script>",
    "empty, no scripts": "<body></body>",
    "filled root": f"<div id=root><p>{LONG}</p></div><script src=/hydrate.js></script>",
    "notice on a real page": f"<noscript>Enable JavaScript for the map.</noscript><p>{LONG}</p><script></script>",
    "menu in the page": "<div id=app></div><script></script>" + "".join(f"<a href=/{n}>{n}</a>" for n in range(12)),
    "data only": '<div id=app></div><script type="application/ld+json">{"@type":"Pharmacy"}</script>',
    "frames": "<frameset>" + "".join(f"<frame src=/{n}.htm>" for n in range(10)) + "</frameset><script></script>",
}


@pytest.mark.parametrize("source", SHELLS.values(), ids=SHELLS.keys())
def test_a_shell_is_known(source: str) -> None:
    """Hardly a word and a script; or few words and a framework's root or a notice in any of our languages."""
    assert needs_scripts(source.format("Welcome to our shop, one moment please while it loads.").encode())


@pytest.mark.parametrize("source", PAGES.values(), ids=PAGES.keys())
def test_a_page_that_says_something_is_no_shell(source: str) -> None:
    """A short honest page, a page with a menu, a page that a framework filled on the server."""
    assert not needs_scripts(source.encode())


@pytest.mark.parametrize("source", [*SHELLS.values(), *PAGES.values()], ids=[*SHELLS, *PAGES])
def test_looking_no_further_than_needed_says_the_same(source: str) -> None:
    """A page that says enough is known by its first words: the answer is that of the whole outline."""
    for page in (source, source + f"<a href=/x>{LONG}</a>" * 20, f"<p>{LONG}</p>{source}"):
        assert needs_scripts(page.encode()) == is_shell(outline(page.encode(), "https://example.com/"))


def test_links_are_not_read_where_words_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a hundred links strictly costs more than all other judging of a page."""
    monkeypatch.setattr("pharmcheck.capture.outline.resolve_link", lambda *_, **__: pytest.fail("a link was read"))
    links = "".join(f"<a href=/{n}>Category {n} of our shop</a>" for n in range(100))
    assert not needs_scripts(f"<script></script>{links}".encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_judged(body: bytes) -> None:
    """Total."""
    needs_scripts(b"<script></script>" + body)

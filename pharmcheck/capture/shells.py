"""Is a page an empty shell that its scripts would fill?  Pure, and one pass over the page.

A judgement about *reading*, not about the shop: it decides whether rendering, a sitemap or a sentence about what
could not be read is worth the trouble.  A short page that says what it has to say is no shell.
"""

from __future__ import annotations

import re

from pharmcheck.capture.outline import ENOUGH_TEXT, Outline, outline

_HARDLY_ANY = 40  # characters of "Loading …", a name or nothing at all
_FEW_LINKS = 10  # a page with a menu can be read on, whatever fills its middle

# Elements that frameworks start in: ids, attributes and tags as their starter projects name them.
_MOUNTS = frozenset(
    "app root __next __nuxt ___gatsby svelte q-app react-root app-root ng-app ng-version data-reactroot ember-app "
    "app-container application reactapp vue-app main-app spa flutter-view my-app app-main".split()
)
# "Enable JavaScript": the word for it, near the word JavaScript, in the languages we plan in and a few more.
_NOTICE = re.compile(
    r"java ?script.{0,80}(?:enable|activat|aktivier|required|necess|erforderlich|activ|habilit|attiv|abilit|inschakel|"
    r"schakel|włącz|wlacz|ativ|povol|zapn|aktiver|slå på|nutzen|benötig|need|включ|вимкн|engedélyez)|"
    r"(?:enable|activat|aktivier|turn on|need|requires?|without|activ|habilit|attiv|abilit|schakel|włącz|wlacz|ativ|"
    r"povol|zapn|aktiver|slå på|benötig|ohne|sans|sin|senza|zonder|bez|sem|utan|включ|engedélyez).{0,80}java ?script",
    re.IGNORECASE | re.DOTALL,
)


def needs_scripts(body: bytes) -> bool:
    """Whether the page in `body` shows nothing until scripts have run."""
    # Most pages say enough before their first hundred links, which cost more to read than all else here.
    return is_shell(outline(body, "https://example.com/", brief=True))


def is_shell(page: Outline) -> bool:
    """The same judgement on an outline that is already there."""
    if page.text_chars >= ENOUGH_TEXT or not page.scripts or len(page.links) >= _FEW_LINKS:
        return False
    return page.text_chars < _HARDLY_ANY or not _MOUNTS.isdisjoint(page.mounts) or bool(_NOTICE.search(page.notes))

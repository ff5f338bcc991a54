"""Which part of the page an element is, by its tag, its role or the usual class names."""

from __future__ import annotations

import re

from turbohtml import Token

from pharmcheck.model import Region

LANDMARKS = {
    "header": Region.HEADER,
    "nav": Region.NAV,
    "main": Region.MAIN,
    "article": Region.ARTICLE,
    "aside": Region.ASIDE,
    "footer": Region.FOOTER,
}
_ROLES = {
    "banner": Region.HEADER,
    "navigation": Region.NAV,
    "main": Region.MAIN,
    "article": Region.ARTICLE,
    "complementary": Region.ASIDE,
    "contentinfo": Region.FOOTER,
}
_NAMES = {
    **dict.fromkeys(("footer", "site-footer", "page-footer", "main-footer", "footer-area", "colophon"), Region.FOOTER),
    **dict.fromkeys(("footer-wrapper", "footer-container", "footer-widgets", "footer-bottom"), Region.FOOTER),
    **dict.fromkeys(("header", "site-header", "page-header", "main-header", "topbar", "masthead"), Region.HEADER),
    **dict.fromkeys(("nav", "navbar", "navigation", "main-nav", "main-menu", "menu", "mainmenu"), Region.NAV),
    **dict.fromkeys(("breadcrumb", "breadcrumbs", "woocommerce-breadcrumb"), Region.NAV),
    **dict.fromkeys(("sidebar", "widget-area", "side-bar", "left-column", "right-column"), Region.ASIDE),
}
_button = re.compile("btn|button|addtocart|add-to-cart|add_to_cart|buy-now|buynow|buy_now").search  # linear: words


class Hints:
    """Looks at `class`, `id` and `role` values, each value once: pages repeat them by the hundred."""

    def __init__(self) -> None:
        self._regions: dict[str, dict[str, Region | None]] = {"class": {}, "id": {}, "role": {}}
        self._buttons: dict[str, bool] = {}

    def region(self, token: Token) -> Region | None:
        """The region that an element's names say it is; where several do, the first in the source counts."""
        classes = token.attr("class")
        if token.attr("id") is None and token.attr("role") is None:  # as of most elements
            if classes is None:
                return None
            known = self._regions["class"]
            if classes not in known:
                known[classes] = _region("class", classes)
            return known[classes]
        found: dict[str, Region] = {}
        for name, known in self._regions.items():
            value = token.attr(name)  # not all attributes at once: a tag may have half a million
            if value is None:
                continue
            try:
                region = known[value]
            except KeyError:
                region = known[value] = _region(name, value)
            if region is not None:
                found[name] = region
        if not found:
            return None
        if len(found) == 1:
            return next(iter(found.values()))
        return next(found[name] for name, _ in token.attrs or () if name in found)

    def is_button(self, classes: str) -> bool:
        """Whether class names are those of a button."""
        known = self._buttons.get(classes)
        if known is None:
            known = self._buttons[classes] = _button(classes[:500].lower()) is not None
        return known


def _region(name: str, value: str) -> Region | None:
    known = _ROLES if name == "role" else _NAMES
    words = value[:500].lower().split()
    return None if known.keys().isdisjoint(words) else next(known[word] for word in words if word in known)

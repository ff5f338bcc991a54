"""Absolute addresses of what a page links to; cheap, as a page has hundreds and `urljoin` costs microseconds each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from pharmcheck.reading.text import clean

MAX_URL = 2_000
_simple = re.compile(r"/(?![/\\])[!-~]*").fullmatch  # one class, one repeat: linear
_KEPT_SCHEMES = ("http://", "https://", "mailto:", "tel:", "javascript:", "sms:", "whatsapp:")


@dataclass(slots=True, eq=False)
class Urls:
    """What the links of one page are relative to, and each link made absolute once."""

    base: str
    _urls: dict[str, str] = field(default_factory=dict)
    _origin: str = ""

    def absolute(self, url: str) -> str:
        """The absolute form of a link; cheap for the usual ones (`urljoin` costs microseconds each)."""
        known = self._urls.get(url)
        if known is not None:
            return known
        if _simple(url) and "/." not in url and len(url) <= MAX_URL:
            self._urls[url] = result = (self._origin or self._root()) + url
            return result
        tidy = url.strip()
        if not (tidy.isascii() and tidy.isprintable()):
            tidy = clean(tidy.replace("\t", "").replace("\n", "").replace("\r", ""), MAX_URL)
        tidy = tidy[:MAX_URL]
        if tidy[:1] == "/" and tidy[1:2] not in ("/", "\\") and "/." not in tidy:
            result = (self._origin or self._root()) + tidy
        elif tidy.startswith(_KEPT_SCHEMES):
            result = tidy
        else:
            try:
                if tidy[:1] == "?":
                    result = self.base.partition("#")[0].partition("?")[0] + tidy
                elif tidy[:1] == "#":
                    result = self.base.partition("#")[0] + tidy
                elif tidy[:5].lower() == "data:":
                    result = ""
                else:
                    result = urljoin(self.base, tidy)
            except ValueError:  # an IPv6 literal or port that is none
                result = tidy
        self._urls[url] = result
        return result

    def rebase(self, href: str) -> None:
        """A `<base>`: only before any link was read, as the first one counts."""
        self.base = self.absolute(href)
        self._urls.clear()
        self._origin = ""

    def _root(self) -> str:
        """Scheme and host of the page; nothing when its `<base>` has a host that is none."""
        try:
            scheme, host, *_ = urlsplit(self.base)
        except ValueError:
            return ""
        self._origin = f"{scheme}://{host}"
        return self._origin

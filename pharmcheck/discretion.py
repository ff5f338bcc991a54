"""What a service may keep and show of what one person pasted, when the answer is for everybody.

The query of an address may hold a name, an order or a token, and the text around it a whole message.  The visit needs
the address as it was; the verdict names pages without it, those too to which the site carried it on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from pharmcheck.model import Address, Evidence, Finding, Judgement, NotChecked

_URL = re.compile(r"https?://[^\s<>\"'\u201c\u201d]+")
_TELLING = 4  # letters: a shorter value ("en", "12") stands in many addresses, and tells only beside its own name
_TELLING_IN_PATH = 8


def without_query(url: str) -> str:
    """The address of a page, without what somebody may have passed to it."""
    return url.partition("?")[0]


def discreet(judgement: Judgement) -> Judgement:
    """The same judgement, naming pages without what was pasted in a query, and nothing else that was pasted."""
    verdict = judgement.verdict
    bare = bare_address(verdict.address)
    if bare == verdict.address:
        return judgement
    hide = _hiding(verdict.address.url)

    def text(said: str) -> str:
        return _URL.sub(lambda found: hide(found[0]), said) if "://" in said else said

    def evidence(found: Evidence) -> Evidence:
        return replace(found, quote=text(found.quote), url=found.url and hide(found.url))

    def finding(found: Finding) -> Finding:
        return replace(found, evidence=tuple(map(evidence, found.evidence)))

    told = replace(
        verdict,
        address=bare,
        reasons=tuple(map(finding, verdict.reasons)),
        not_checked=tuple(NotChecked(text(item.what), text(item.why), item.code) for item in verdict.not_checked),
    )
    return replace(judgement, verdict=told, findings=tuple(map(finding, judgement.findings)))


def bare_address(address: Address) -> Address:
    """An address that says which page, and nothing of who asked or how."""
    url = without_query(address.url)
    return replace(address, url=url, raw=url)


def _hiding(pasted: str) -> Callable[[str], str]:
    """What takes out of an address whatever `pasted` passed in its query, wherever a redirect put it."""
    query = urlsplit(pasted).query
    pairs = set(parse_qsl(query, keep_blank_values=True))
    values = {value for _, value in pairs} | ({unquote_plus(query)} if not pairs or "=" not in query else set())
    telling = [value for value in values if len(value) >= _TELLING]

    def hide(url: str) -> str:
        base, _, rest = url.partition("?")
        if any(value in unquote(base) for value in telling if len(value) >= _TELLING_IN_PATH):
            parts = urlsplit(url)
            return f"{parts.scheme}://{parts.netloc}/"
        said = unquote_plus(unquote_plus(rest))  # twice: an address within an address
        carried = pairs.intersection(parse_qsl(rest, keep_blank_values=True)) or any(value in said for value in telling)
        return base if carried or url == pasted else url

    return hide

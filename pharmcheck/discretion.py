"""What a service may keep and show of what one person pasted, when the answer is for everybody.

The query of an address may hold a name, an order or a token, and the text around it a whole message.  The visit needs
the address as it was; the verdict names the page without its query.
"""

from __future__ import annotations

from dataclasses import replace

from pharmcheck.model import Address, Evidence, Finding, Judgement, NotChecked


def without_query(url: str) -> str:
    """The address of a page, without what somebody may have passed to it."""
    return url.partition("?")[0]


def discreet(judgement: Judgement) -> Judgement:
    """The same judgement, naming the pasted page without its query and nothing else that was pasted."""
    verdict = judgement.verdict
    pasted, bare = verdict.address.url, bare_address(verdict.address)
    if bare == verdict.address:
        return judgement

    def page(text: str) -> str:
        return text.replace(pasted, bare.url)

    def evidence(found: Evidence) -> Evidence:
        return replace(found, url=page(found.url)) if found.url else found

    def finding(found: Finding) -> Finding:
        return replace(found, evidence=tuple(map(evidence, found.evidence)))

    told = replace(
        verdict,
        address=bare,
        reasons=tuple(map(finding, verdict.reasons)),
        not_checked=tuple(NotChecked(page(item.what), item.why, item.code) for item in verdict.not_checked),
    )
    return replace(judgement, verdict=told, findings=tuple(map(finding, judgement.findings)))


def bare_address(address: Address) -> Address:
    """An address that says which page, and nothing of who asked or how."""
    url = without_query(address.url)
    return replace(address, url=url, raw=url)

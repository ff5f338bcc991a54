"""How the site is reached."""

from __future__ import annotations

from pharmcheck.address import host_of
from pharmcheck.capture import page_role
from pharmcheck.model import Attempt, EvidenceKind, FetchOutcome, Look, PageRole, TlsFacts
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.site import Site

_NAMES_SAID = 3
_PERSONAL = frozenset({"password", "email", "tel", "file"})


def _home_tls(site: Site) -> TlsFacts | None:
    by_host = {facts.host: facts for facts in site.capture.tls}
    return by_host.get(host_of(site.home.reading.url) if site.home else "") or by_host.get(site.address.host)


@fact
def connection_verified(site: Site) -> Answer:
    """The site was reached over HTTPS and its certificate holds."""
    if site.capture.archived:
        return inconclusive("an archive written by others does not show the certificate check")
    tls = _home_tls(site)
    if tls is None:
        return inconclusive("no secure connection was tried") if not site.pages else ABSENT
    if not tls.verified or not (site.home and site.home.reading.url.startswith("https:")):
        return ABSENT
    return present(say(EvidenceKind.TLS, _in_words(tls), site.home.reading.url))


def _in_words(tls: TlsFacts) -> str:
    """Chain, names, dates and protocol in one sentence."""
    issuer = tls.issuer or "its issuer"
    dates = (
        f", good from {tls.not_before:%Y-%m-%d} to {tls.not_after:%Y-%m-%d}" if tls.not_before and tls.not_after else ""
    )
    names = ", ".join(tls.subject_names[:_NAMES_SAID]) or tls.host
    more = f" and {len(tls.subject_names) - _NAMES_SAID} more" if len(tls.subject_names) > _NAMES_SAID else ""
    protocol = tls.protocol or "TLS"
    return f"{tls.host} answered over {protocol} with a valid certificate from {issuer}{dates}, for {names}{more}."


@fact
def certificate_broken(site: Site) -> Answer:
    """HTTPS answers with a certificate that does not hold."""
    tls = _home_tls(site)
    if tls is None or tls.verified or tls.certificate_sha256 is None:
        return ABSENT if tls else inconclusive("no secure connection was tried")
    return present(say(EvidenceKind.TLS, f"The certificate of {tls.host} does not hold. {tls.problem}"))


@fact
def no_secure_connection(site: Site) -> Answer:
    """Pages are served over plain HTTP only."""
    if site.capture.archived:
        plain = [page for page in site.pages if page.reading.url.startswith("http:")]
        return inconclusive("an archive does not show whether HTTPS was offered") if plain else ABSENT
    if not site.home:
        return inconclusive("the home page was not read")
    if site.home.reading.url.startswith("https:"):
        return ABSENT
    return present(
        say(EvidenceKind.HTTP, f"{site.address.host} was only reached over plain HTTP.", site.home.reading.url)
    )


@fact
def served_in_clear_too(site: Site) -> Answer:
    """HTTPS works, and plain HTTP is served as well instead of leading there."""
    asked = _asked_in_clear(site)
    if asked is None:
        return inconclusive("plain HTTP was not asked")
    if not _served_in_clear(asked):
        return ABSENT
    quote = f"Asked over plain HTTP, {host_of(asked.url)} serves its pages instead of leading to the secure connection."
    return present(say(EvidenceKind.HTTP, quote, asked.url))


@fact
def data_entered_in_clear(site: Site) -> Answer:
    """A form on a plain HTTP page, or leading to one, asks for personal or payment data; or the checkout is plain."""
    for page in site.pages:
        for form in page.reading.forms:
            asks = [field for field in form.fields if field.kind in _PERSONAL or "card" in field.name.lower()]
            if asks and (form.action or page.reading.url).startswith("http:"):
                quote = f"A form on {page.reading.url} sends {asks[0].label or asks[0].kind} without encryption."
                return present(say(EvidenceKind.HTTP, quote, page.reading.url))
    asked = _asked_in_clear(site)
    if asked is None or not _served_in_clear(asked):
        return ABSENT  # links to http: pages are led to the secure connection
    for page in site.pages:
        for link in page.reading.links:
            if link.url.startswith("http:") and page_role(link.url, link.text) is PageRole.CART:
                quote = f"{page.reading.url} leads to a checkout without encryption."
                return present(say(EvidenceKind.HTTP, quote, page.reading.url))
    return ABSENT


def _asked_in_clear(site: Site) -> Attempt | None:
    """The request over plain HTTP, when it was answered."""
    looks = (attempt for attempt in site.capture.attempts if attempt.look is Look.INSECURE)
    return next((attempt for attempt in looks if attempt.outcome is FetchOutcome.FETCHED and attempt.hops), None)


def _served_in_clear(asked: Attempt) -> bool:
    """Whether the answer was the page itself: a success that leads nowhere, or only to another plain page."""
    status = asked.hops[0].status or 0
    led = asked.hops[1].url if len(asked.hops) > 1 else ""
    return status < 400 and not led.startswith("https:")  # noqa: PLR2004 - the number is the meaning

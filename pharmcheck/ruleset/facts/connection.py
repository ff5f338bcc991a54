"""How the site is reached."""

from __future__ import annotations

from pharmcheck.address import host_of
from pharmcheck.model import EvidenceKind, TlsFacts
from pharmcheck.ruleset.answers import ABSENT, Answer, inconclusive, present, say
from pharmcheck.ruleset.facts.registry import fact
from pharmcheck.ruleset.site import Site


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
    quote = (
        f"{tls.host} answered over {tls.protocol or 'TLS'} with a valid certificate from {tls.issuer or 'its issuer'}."
    )
    return present(say(EvidenceKind.TLS, quote, site.home.reading.url))


@fact
def certificate_broken(site: Site) -> Answer:
    """HTTPS answers with a certificate that does not hold."""
    tls = _home_tls(site)
    if tls is None or tls.verified or tls.certificate_sha256 is None:
        return ABSENT if tls else inconclusive("no secure connection was tried")
    return present(say(EvidenceKind.TLS, f"The certificate of {tls.host} does not hold: {tls.problem}."))


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
def data_entered_in_clear(site: Site) -> Answer:
    """A form on a plain HTTP page, or leading to one, asks for personal or payment data."""
    wanted = {"password", "email", "tel", "file"}
    for page in site.pages:
        for form in page.reading.forms:
            asks = [field for field in form.fields if field.kind in wanted or "card" in field.name.lower()]
            if asks and (form.action or page.reading.url).startswith("http:"):
                quote = f"A form on {page.reading.url} sends {asks[0].label or asks[0].kind} without encryption."
                return present(say(EvidenceKind.HTTP, quote, page.reading.url))
    return ABSENT

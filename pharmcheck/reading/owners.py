"""Whose postal address it is: the shop's own, somebody else's, or nobody says.

A page prints the addresses of authorities, payment services, hosts and warehouses too.  The word nearest before
an address decides; without one, the head and foot of a page speak for the shop.  What a page says here is a
claim like any other.
"""

# ruff: noqa: E501 - one kind of somebody in a line

from __future__ import annotations

from pharmcheck.model import Block, Region
from pharmcheck.reading.patterns import compile_text

REACH = 160  # characters before an address that may say whose it is
_AUTHORITIES = (
    r"aufsichtsbeh[öo]rde|aufsichtsf[üu]hrende|datenschutzbeh[öo]rde|datenschutzbeauftragte[rn]? (?:des landes|f[üu]r)|landesbeauftragte|landesdatenschutz|bundesbeauftragte|gesundheitsamt|regierungspr[äa]sidium|bezirksregierung|bezirkshauptmannschaft|"
    r"apothekerkammer|landesapothekerkammer|[äa]rztekammer|landesamt|bundesamt|ministerium|bfarm|swissmedic|kantonsapotheker\pL*|handelskammer|wirtschaftskammer|verbraucherzentrale|"
    r"supervisory authority|data protection (?:authority|commission(?:er)?)|information commissioner(?:'s)?|\bico\b|general pharmaceutical council|gphc|mhra|medicines and healthcare|care quality commission|pharmaceutical society|board of pharmacy|"
    r"pharmacy (?:council|guild|board)|college of pharmacists|health products regulatory|ministry of health|department of health|medicines authority|office of the|ombudsman|privacy commissioner|authority|"
    r"cnil|commission nationale|ordre (?:national )?des pharmaciens|ordre|agence r[ée]gionale|\bars\b|ansm|afmps|autorit[ée]|m[ée]diateur|m[ée]diation|minist[èe]re|"
    r"agencia espa[ñn]ola|aepd|aemps|colegio oficial|consejer[íi]a|autoridad|ministerio|garante|ordine dei farmacisti|ministero|autorit[àa]|agenzia|azienda sanitaria|"
    r"autoriteit|klachten\pL*|geschillen\pL*|gegevensbeschermingsautoriteit|inspectie|fagg|ministerie|"
    r"inspektorat|inspektora|inspekcja|urz[ąa]d|uodo|prezes\pL* urz[ęe]du|rzecznik\pL*|izba|minister\pL*|"
    r"s[úu]kl|[úu]stav|[úu][řr]ad|inspekce|inspekc[ií]|ministerstv\pL*|komora|"
    r"l[äa]kemedelsverket|datainspektionen|integritetsskyddsmyndigheten|konsumentverket|n[äa]mnden|myndighet\pL*"
)
_SERVICES = (
    r"paypal|klarna|stripe|adyen|mollie|worldpay|worldline|sofort gmbh|unzer|heidelpay|payone|amazon (?:payments|europe)|google|facebook|meta platforms|microsoft|cloudflare|mailchimp|rocket science|hotjar|hubspot|matomo|"
    r"trustpilot|trusted shops|shopify|zendesk|sendinblue|brevo|ovh|ionos|1&1|hetzner|strato|"
    r"payment (?:provider|service|processor)|processor|hosting|hosted by|host|h[ée]bergeur|h[ée]berg[ée]|hoster|webhosting|web ?design|website (?:by|design)|agentur|"
    r"schlichtungsstelle|schlichtung|verbraucherschlichtung\pL*|conciliation|arbitration|rechtsanw[äa]lt\pL*|solicitors?|avocat|abogad[oa]s?|avvocat\pL+|datenschutzbeauftragter?|dhl|dpd|hermes|gls|fedex|"
    r"warehouse|fulfil(?:l)?ment|lager|lagerhaus|entrep[ôo]t|almac[ée]n|magazzino|magazijn|magazyn\pL*|sklad\pL*|supplier|lieferant|manufactur(?:er|ed by)|hersteller|fabricant"
)
_OWN = (
    r"registered (?:office|address)|head office|our (?:pharmacy|address|premises|office|shop|store|location)|visit us|find us|contact us|write to us|located at|situated at|operated by|run by|trading (?:as|name)|data controller|premises address|postal address|return(?:s|ed)?|"
    r"impressum|anbieter|inhaber(?:in)?|betreiber\pL*|verantwortlich\pL*|dienstanbieter|diensteanbieter|anschrift|firmensitz|sitz|angaben gem[äa][ßs]+|herausgeber|medieninhaber|"
    r"si[èe]ge(?: social)?|[ée]diteur|exploit[ée]\pL*|responsable du|titulaire|mentions l[ée]gales|nous contacter|appartient|"
    r"domicilio(?: social)?|titular(?:idad)?|responsable(?: del tratamiento)?|sede|razón social|aviso legal|titolare|contatti|"
    r"gevestigd|eigendom|verantwoordelijke|vestigingsadres|maatschappelijke zetel|kvk|"
    r"siedzib\pL+|w[łl]a[śs]ciciel\pL*|administrator\pL*|prowadzon\pL+|mieszcz\pL+|s[íi]dl\pL+|provozovatel\pL*|prod[áa]vaj[íi]c\pL+|poskytovatel\pL*|kontakt|bes[öo]ksadress|personuppgiftsansvarig|"
    r"apotheke|apotheek|apotek|apteka|apteki|pharmacy|pharmacie|farmacia|farm[àa]cia|l[ée]k[áa]rn[ay]|parafarmacia|drogerie|chemist|chemists"
)
_said = compile_text(rf"(?i)(?:^|[^\pL])(?:(?P<other>{_AUTHORITIES}|{_SERVICES})|(?P<own>{_OWN}))(?:$|[^\pL])")


def owner_of(before: str, block: Block) -> str:
    """Whether `own`, `other` or `unknown`, by the words before an address and where its block stands."""
    for context in (before[-REACH:], block.heading):
        found = None
        at = 0
        while (match := _said.search(context, at)) is not None:
            found = match
            at = max(match.end() - 1, at + 1)  # the letter after one word may stand before the next
        if found is not None:
            return "other" if found.group("other") else "own"
    return "own" if block.region in (Region.FOOTER, Region.HEADER) else "unknown"

"""What kind of place the words of an address name: a street, a rented letter box, a rented front.

Only services that say what they are.  Streets that are known for it stand in `rules/lists/shared_addresses.yaml`.
"""

from __future__ import annotations

from pharmcheck.reading.patterns import compile_text

_mail_drop = compile_text(
    r"(?i)(?:^|[^\pL])(?:PMB ?#?\d|Private Mail ?Box|(?:The )?UPS Store|Mail ?Boxes Etc|MBE \d|Mail ?box \d|Mail ?Drop|"
    r"Mail ?Forwarding|iPostal1|Anytime Mailbox|Earth Class Mail|PostNet|PostScan Mail|Packstation \d|"
    r"Boîte aux lettres \d|Buzón \d|Casilla \d|Skrytka \d)"
)
_virtual_office = compile_text(
    r"(?i)(?:^|[^\pL])(?:Regus|Servcorp|Virtual Office|Virtuelles Büro|Bureau virtuel|Oficina virtual|Ufficio virtuale|"
    r"Virtueel kantoor|Wirtualne biuro|Virtuální sídlo|Clevver|Hoxton Mix|Davinci Virtual|Opus Virtual Offices|"
    r"(?:c/o|care of) [^,]{0,40}Registered Agents?)(?:$|[^\pL])"
)


def kind_by_words(words: str) -> str:
    """The kind of an address that is no post-office box: street | mail_drop | virtual_office."""
    if _mail_drop.search(words):
        return "mail_drop"
    return "virtual_office" if _virtual_office.search(words) else "street"

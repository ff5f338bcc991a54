"""Who issues trust marks: where a genuine one leads, what its link names, and who imitates the issuer.

Pure data and questions about addresses.  Hosts are compared whole, with or without `www.`: a name that contains an
issuer's name is somebody else.  What a seal is worth is decided in `pharmcheck.ruleset.seal_states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pharmcheck.address import host_of, read_url, registrable_domain
from pharmcheck.errors import AddressError
from pharmcheck.reading.patterns import Pattern, compile_text

EU_LOGO = "eu_common_logo"
_SHORT_NAME = 5  # shorter names stand in other words by chance: they must be a whole part of the host
_MOST_FIELDS = 50  # of a query


@dataclass(frozen=True, slots=True, eq=False)
class SealMark:
    """One trust mark: how it looks, and where a genuine one leads."""

    id: str
    name: str
    body: str  # authority | accreditor | private | none
    retired: bool
    weak: bool  # says nothing about a pharmacy even when genuine
    alt: tuple[str, ...]
    src: tuple[str, ...]
    images: frozenset[str]
    scripts: frozenset[str]
    hosts: frozenset[str]
    form: Pattern | None
    domain_in: tuple[str, ...]
    scheme: str
    homes: frozenset[str]
    names: tuple[str, ...]
    countries: tuple[str, ...]
    answers: bool


@dataclass(frozen=True, slots=True, eq=False)
class Authority:
    """Who keeps one state's list behind the EU common logo."""

    country: str
    name: str
    hosts: frozenset[str]
    maybe: frozenset[str]
    entry: Pattern | None
    listing: Pattern | None
    names: tuple[str, ...]
    answers: bool
    prescription: str  # may prescription-only medicine be sold online: no | yes | ""


@dataclass(frozen=True, slots=True)
class Named:
    """What a link of an issuer's own form names."""

    domain: str | None = None  # registrable
    number: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Issuers:
    """The whole table of rules/lists/seals.yaml."""

    marks: Mapping[str, SealMark]
    authorities: tuple[Authority, ...]
    by_host: Mapping[str, tuple[SealMark, ...]]  # genuine link hosts, without www.
    by_authority: Mapping[str, Authority]  # hosts of authorities, without www.
    real: frozenset[str]  # domains of all issuers and authorities
    flag_file: Pattern
    eu_flag_file: Pattern
    eu_flag_words: tuple[str, ...]

    @classmethod
    def from_list(cls, data: Mapping[str, Any]) -> Issuers:
        """Read the parsed file (BaseLoader: every scalar is a string)."""
        authorities = tuple(_authority(row) for row in data["authorities"])
        marks = {row["id"]: _mark(row) for row in data["seals"]}
        hosts: dict[str, list[SealMark]] = {}
        for mark in marks.values():
            for host in mark.hosts:
                hosts.setdefault(host, []).append(mark)
        for authority in authorities:
            for host in authority.hosts | authority.maybe:
                hosts.setdefault(host, []).append(marks[EU_LOGO])
        everywhere = [host for mark in marks.values() for host in (*mark.hosts, *mark.homes)]
        everywhere += [host for known in authorities for host in (*known.hosts, *known.maybe)]
        flag = data["logo_flag"]
        return cls(
            marks,
            authorities,
            {host: tuple(found) for host, found in hosts.items()},
            {host: known for known in authorities for host in (*known.hosts, *known.maybe)},
            frozenset(map(registrable_domain, everywhere)),
            compile_text(f"(?i){flag['file']}"),
            compile_text(f"(?i){flag['eu_file']}"),
            tuple(flag["eu_words"]),
        )

    def authority_at(self, url: str) -> Authority | None:
        """The state authority on whose host an address stands."""
        return self.by_authority.get(bare_host(url))

    def known(self, host: str) -> bool:
        """Whether a host belongs to some issuer or authority of the table: then it imitates nobody."""
        labels = host.split(".")
        return any(".".join(labels[at:]) in self.real for at in range(len(labels)))

    def page_to_read(self, url: str, domain: str) -> str | None:
        """The address of the page that says what an issuer thinks of `domain`, when `url` leads to such a page.

        Only an issuer's own host, only the form that names an entry, a list or this very domain, only encrypted.
        """
        host = bare_host(url)
        if host not in self.by_host or registrable_domain(host) == domain:
            return None  # nobody who answers, or the issuer itself is being looked at
        secure = "https" + url[url.index(":") :]
        authority = self.by_authority.get(host)
        if authority is not None and authority.answers and host in authority.hosts:
            place = place_of(url)
            if any(form is not None and form.fullmatch(place) for form in (authority.entry, authority.listing)):
                return secure
        for mark in self.by_host[host]:
            named = named_by(mark, url) if mark.answers else None
            if named is not None and (named.domain == domain or (named.number and not named.domain)):
                return secure
        return None

    def imitated(self, host: str, mark: SealMark) -> bool:
        """Whether `host` passes itself off as the issuer of a mark."""
        if mark.id != EU_LOGO:
            return self.imitates(host, mark.names, mark.hosts | mark.homes)
        return any(self.imitates(host, known.names, known.hosts | known.maybe) for known in self.authorities)

    def imitates(self, host: str, names: Iterable[str], real: Iterable[str] = ()) -> bool:
        """Whether a host of nobody in the table holds one of the `real` hosts whole, or carries one of the names."""
        if self.known(host):
            return False
        if any(f".{known}." in f".{host}." for known in real):  # safe.pharmacy.example.top
            return True
        parts = set(host.replace("-", ".").split("."))
        squeezed = host.replace("-", "").replace(".", "")
        return any(name in parts if len(name) < _SHORT_NAME else name in squeezed for name in names)

    def flag_of(self, image: str, text: str) -> str:
        """Country of the flag on an EU common logo, `EU` for the false one, "" when neither file nor words tell."""
        file = image.rpartition("/")[2].partition("?")[0]
        if self.eu_flag_file.search(file) or any(words in text.lower() for words in self.eu_flag_words):
            return "EU"
        found = self.flag_file.search(file)
        country = found.group(1).upper() if found else ""
        country = {"UK": "GB", "EL": "GR"}.get(country, country)
        return country if any(known.country == country for known in self.authorities) else ""


def bare_host(url: str) -> str:
    """The host of an address without `www.` and root dot."""
    return host_of(url).rstrip(".").removeprefix("www.")


def place_of(url: str) -> str:
    """Path and query, as the forms of rules/lists/seals.yaml are written."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def named_by(mark: SealMark, url: str) -> Named | None:
    """What a link to a mark's own host names; None when it has not the form of a seal's link."""
    place = place_of(url)
    found = mark.form.fullmatch(place) if mark.form is not None else None
    if found is None and (mark.form is not None or place == "/"):
        return None
    groups = found.groupdict() if found else {}
    text = groups.get("domain") or _value(place, mark.domain_in)
    domain = domain_named(text) if text else None
    number = groups.get("number")
    if domain is None and mark.domain_in:
        return None  # a form that should name somebody and does not is the search page
    return Named(domain, number)


def domain_named(text: str) -> str | None:
    """The registrable domain that somebody wrote as a name or an address; None for what is none."""
    text = text.strip()
    host = host_of(text if "://" in text else f"https://{text}")
    try:
        return registrable_domain(host_of(read_url(text, admitted_hosts={host})).removeprefix("www."))
    except AddressError:
        return None


def _value(place: str, keys: Iterable[str]) -> str:
    try:
        fields = dict(parse_qsl(place.partition("?")[2], max_num_fields=_MOST_FIELDS))
    except ValueError:
        return ""
    return next((fields[key] for key in keys if fields.get(key)), "")


def _mark(row: Mapping[str, Any]) -> SealMark:
    return SealMark(
        id=row["id"],
        name=row["name"],
        body=row["body"],
        retired=row.get("retired") == "yes",
        weak=row.get("weak") == "yes",
        alt=tuple(row["alt"]),
        src=tuple(row["src"]),
        images=_hosts(row, "images"),
        scripts=_hosts(row, "scripts"),
        hosts=_hosts(row, "hosts"),
        form=_form(row, "form"),
        domain_in=tuple(row.get("domain_in", ())),
        scheme=row.get("scheme", ""),
        homes=_hosts(row, "homes"),
        names=tuple(row.get("names", ())),
        countries=tuple(row.get("countries", ())),
        answers=row.get("answers") == "yes",
    )


def _authority(row: Mapping[str, Any]) -> Authority:
    return Authority(
        country=row["cc"],
        name=row["name"],
        hosts=_hosts(row, "hosts"),
        maybe=_hosts(row, "maybe"),
        entry=_form(row, "entry"),
        listing=_form(row, "list"),
        names=tuple(row["names"]),
        answers=row.get("answers") == "yes",
        prescription=row.get("prescription", ""),
    )


def _hosts(row: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(row.get(key, ()))


def _form(row: Mapping[str, Any], key: str) -> Pattern | None:
    return compile_text(row[key]) if row.get(key) else None

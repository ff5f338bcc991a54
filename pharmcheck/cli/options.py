"""What the options of a command mean, strictly: a mistyped option is refused with a sentence, never guessed."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import idna

from pharmcheck.address import IPNetwork, parse_address
from pharmcheck.capture import Policy
from pharmcheck.errors import AddressError, UsageError
from pharmcheck.settings import Settings, load_settings
from pharmcheck.workplaces import policy_of

# ISO 3166-1 alpha-2, officially assigned.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)
_OTHER_NAMES = {"UK": "GB", "EL": "GR"}  # as the European Union writes them

_RESOLVE = re.compile(
    r"(?P<host>[^:\[\]\s]+):(?P<port>[0-9]{1,5}):(?P<to>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(?P<to_port>[0-9]{1,5}))?"
)
_MOST_PORT = 65535


def country(text: str | None) -> str | None:
    """`--destination`: a country code.  Raises UsageError."""
    if text is None:
        return None
    code = text.strip().upper()
    code = _OTHER_NAMES.get(code, code)
    if code not in COUNTRIES:
        raise UsageError(f"--destination {text}: give the two-letter code of a country, such as DE, GB or US.")
    return code


def mapping(texts: Iterable[str]) -> dict[tuple[str, int], tuple[str, int]]:
    """`--resolve HOST:PORT:ADDR[:PORT]`, as in curl; an IPv6 address stands in brackets.  Raises UsageError."""
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for text in texts:
        match = _RESOLVE.fullmatch(text)
        if match is None:
            raise UsageError(f"--resolve {text}: write HOST:PORT:ADDRESS[:PORT], an IPv6 address in brackets.")
        port, to_port = int(match["port"]), int(match["to_port"] or match["port"])
        if not (0 < port <= _MOST_PORT and 0 < to_port <= _MOST_PORT):
            raise UsageError(f"--resolve {text}: a port is a number from 1 to {_MOST_PORT}.")
        try:
            to = str(ipaddress.ip_address(match["to"].strip("[]")))
        except ValueError:
            raise UsageError(f"--resolve {text}: {match['to']} is not an IP address.") from None
        found[_host(match["host"], text), port] = (to, to_port)
    return found


def networks(texts: Iterable[str]) -> tuple[IPNetwork, ...]:
    """`--allow-network CIDR`.  Raises UsageError."""
    found: list[IPNetwork] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise UsageError(f"--allow-network {text}: write a network such as 127.0.0.0/8 ({error}).") from None
    return tuple(found)


def trusted(file: Path | None) -> str | None:
    """`--ca-file PEM`.  Raises UsageError when no certificate can be read from it."""
    if file is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        reason = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else "cannot be read"
        raise UsageError(f"--ca-file {file}: the file {reason}.") from None
    return str(file)


def policy(settings: Settings, resolve: Sequence[str], allow: Sequence[str], ca_file: Path | None) -> Policy:
    """What a visit may do.  Raises UsageError."""
    return policy_of(
        settings,
        resolve=MappingProxyType(mapping(resolve)),
        allowed_networks=networks(allow),
        ca_file=trusted(ca_file),
    )


def moment(text: str | None, option: str = "--at") -> datetime | None:
    """`--at TIME` and its like, ISO 8601; a time without a zone is UTC.  Raises UsageError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{option} {text}: write a time such as 2026-11-20 or 2026-11-20T12:00:00Z.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(text: str | None) -> date | None:
    """`--as-of DATE`, ISO 8601.  Raises UsageError."""
    try:
        return date.fromisoformat(text.strip()) if text is not None else None
    except ValueError:
        raise UsageError(f"--as-of {text}: write a date such as 2026-11-20.") from None


def settings_for(data_dir: Path | None) -> Settings:
    """The settings, with `--data-dir` over the environment.  Raises UsageError."""
    try:
        return load_settings(data_dir)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _host(text: str, option: str) -> str:
    """The A-label form that capture compares with."""
    name = text.lower().removesuffix(".")
    try:
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
        return parse_address(f"https://{name}/", admitted_hosts=frozenset({name})).host
    except (AddressError, idna.IDNAError) as error:
        raise UsageError(f"--resolve {option}: {error}") from None

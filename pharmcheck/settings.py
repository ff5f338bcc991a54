"""Everything the surroundings may decide, in one place: the only reader of the environment.

Every setting has a reason and a default that is right for one person on one machine.  No secret has a default.
`docs/cli.md` lists them all; a test holds that.
"""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    AliasChoices,
    AnyHttpUrl,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

_MOUNTED = Path("/run/secrets")  # where Docker puts them
_REDIS = ("redis://", "rediss://", "redis+socket://")


class Settings(BaseSettings):
    """What `PHARMCHECK_*` variables may set.  Made by `load_settings`; options of a command win over it."""

    model_config = SettingsConfigDict(
        env_prefix="PHARMCHECK_",
        env_ignore_empty=True,  # `PHARMCHECK_DATA_DIR= pharmcheck …` means "the default", as in any shell script
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # a database address may hold a password; an error message is no place for it
    )

    secrets_dir: Path | None = None
    """A folder with a file for each setting that is a secret, named like its variable: what Docker and Kubernetes
    mount.  Unset, `/run/secrets` where there is one.  A variable wins over a file."""

    data_dir: Path = Field(default_factory=lambda: _data_home() / "pharmcheck")
    """Where the database and the captures live.  Verdicts outlive a run, so it is a data folder, not a cache."""

    database_url: SecretStr | None = None
    """Another database than the SQLite file in the data folder: a service with many workers needs PostgreSQL."""

    broker_url: SecretStr | None = None
    """Redis, where checks are handed to workers elsewhere (`redis://`, `rediss://` or `redis+socket://`; needs
    `pharmcheck[workers]`).  Unset, the service does them itself.  May hold a password: it is never printed."""

    lease_s: PositiveFloat = Field(default=30.0, ge=1, le=3600)
    """Seconds after which a silent worker's checks go to somebody else.  What clients of a killed worker wait at most;
    it is renewed six times as often, so a busy machine does not lose its work."""

    sites_per_worker: PositiveInt = Field(default=50, le=200)
    """Sites that one worker process visits side by side.  A polite visit takes some 15 s and a tenth of a second of
    processor time, so fifty keep a third of a core busy; each may hold `byte_budget` bytes."""

    shift_s: PositiveFloat = Field(default=240.0, ge=1, le=3600)
    """Seconds for which one message keeps a worker process taking checks.  Long enough that the end of a shift, when
    few sites are in flight, hardly counts; short enough that a process that hangs is ended within minutes."""

    worker_metrics: str = Field(default="", pattern=r"^(|.+:[0-9]{1,5})$")
    """ADDRESS:PORT where a worker shows its metrics and that it lives; unset, nowhere.  Of the worker, not of the
    service, which has `/metrics`."""

    rechecks_per_hour: int = Field(default=60, ge=0, le=100_000)
    """Sites that are looked at again by themselves once their verdict is too old, the dangerous first: those of watched
    lists, and where there are workers others too; 0 for none.  One a minute is nothing to anybody's server."""

    page_budget: PositiveInt = Field(default=12, le=100)
    """Most pages read of one site.  Twelve reach imprint, terms, shipping and a few products of nearly every shop."""

    byte_budget: PositiveInt = Field(default=16 << 20, le=1 << 30)
    """Most bytes read of one site, after decompression.  Three pages at our limit of 5 MiB each; a visit holds all that
    it has read, so without it twelve such pages would cost 63 MB for each site in flight."""

    visit_deadline_s: PositiveFloat = Field(default=60.0, le=3600)
    """Most seconds for one site, everything included: a site that drips bytes must not hold a check for ever."""

    fetch_deadline_s: PositiveFloat = Field(default=20.0, le=600)
    """Most seconds for one page with its redirects: one slow page must not eat the time of the others."""

    sites_at_once: PositiveInt = Field(default=4, le=64)
    """How many sites one command visits side by side.  Each host still sees one request at a time."""

    capture_days: PositiveInt = 90
    """Days that the bytes of a visit are kept: long enough to answer a complaint, and verdicts outlive them."""

    capture_budget_mb: PositiveInt = 5000
    """Most megabytes of captures on the disk; beyond, the oldest go first.  A visit takes about 0.1 MB."""

    sync_registers: bool = True
    """Whether the service keeps small open registers up to date by itself, when it is online.  Large ones, and those
    whose address nobody has confirmed, are fetched by `pharmcheck registers sync NAME` only."""

    public_url: AnyHttpUrl | None = None
    """Where people reach the service, for links to share; unset, what their browser says."""

    checks_per_hour: PositiveInt = 10
    """Checks one network address may ask for without a key.  Each makes us visit a stranger's site."""

    reads_per_minute: PositiveInt = 60
    """Answers one network address may read without a key: twice what a page that polls needs."""

    key_checks_per_day: PositiveInt = 1000
    """Checks a key may ask for one by one; lists have limits of their own."""

    key_reads_per_minute: PositiveInt = 600
    """Answers a key may read: ten a second, enough for a browser extension's back end."""

    looks_per_site_and_hour: PositiveInt = 6
    """How often one site may be looked at, whoever asks, so that nobody uses us to hammer it."""

    connections_per_address: PositiveInt = Field(default=100, le=1000)
    """Connections that one network address may hold open, of a thousand in all, so that nobody takes every place.  A
    browser takes six, an office behind one address some dozens; those of trusted proxies are not counted."""

    trusted_proxies: str = ""
    """Addresses of reverse proxies, separated by commas, whose X-Forwarded-For is believed.  None by default: anybody
    may send that header, and limits would count what a stranger made up."""

    identity_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,64}$")
    """A request header in which a reverse proxy that signs people in says who they are, such as X-Forwarded-User.  None
    by default: whoever can send it is whom it names.  The proxy must take the header out of what browsers send."""

    identity_proxies: str = ""
    """Addresses or networks, separated by commas, from which that header counts; from anywhere else it says nothing.
    Apart from `trusted_proxies`, because a proxy that only passes addresses on passes this header on too."""

    chromium: Path | None = None
    """A Chromium that runs the scripts of pages which are empty without them (needs `pharmcheck[render]`).  Unset, such
    pages are said to be unread: a browser costs a hundred times a plain fetch and runs a stranger's program."""

    icons: bool = True
    """Ask each site for its icon: one request more, the last of a visit, for telling shops of one hand. Off where that
    second for each site is worth more than the trace: an icon is weak evidence and moves no verdict."""

    http2: bool = False
    """Offer HTTP/2 (needs `pharmcheck[http2]`).  Off, because a few pages per site cost 14–40 % more over it; for the
    rare site that speaks nothing else."""

    operator: str = Field(default="", max_length=200)
    """Who runs this, as evidence packages and exchanged bundles name them; unset, they name nobody.  Whoever gets a
    package has to know whom to ask."""

    tlp: Literal["clear", "green", "amber", "amber+strict", "red"] = "green"
    """Who may pass on what is exchanged (Traffic Light Protocol 2.0).  Green: a community, not the public; what
    somebody has looked through may be clear."""

    timestamp_url: AnyHttpUrl | None = None
    """An authority that timestamps evidence packages (RFC 3161).  It learns a hash and when it was asked.  Unset,
    nobody is asked: that is a word to a third party, and the operator's to choose."""

    contact_url: AnyHttpUrl = AnyHttpUrl("https://github.com/pharmcheck/pharmcheck")
    """Where a site's owner finds out who visited and why: it stands in every request.  Operators put their own here."""

    debug: bool = False
    """Show the inner details of an unexpected failure.  Off, because they say nothing to most people."""

    no_color: str = Field(default="", validation_alias=AliasChoices("NO_COLOR", "no_color"))
    """Plain text when set to anything: the convention of no-color.org, so it carries no prefix of ours."""

    term: str = Field(default="", validation_alias=AliasChoices("TERM", "term"))
    """The kind of terminal, as every terminal says it; `dumb` gets plain text and no progress display."""

    @field_validator("broker_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(_REDIS):
            raise ValueError(f"write the address of a Redis, beginning with {' or '.join(_REDIS)}")
        return value

    @field_validator("identity_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            if ip_network(part).prefixlen == 0:
                raise ValueError("the whole internet is no proxy")
        return value

    @model_validator(mode="after")
    def _header_needs_a_proxy(self) -> Settings:
        if bool(self.identity_header) != bool(self.identity_proxies):
            raise ValueError("PHARMCHECK_IDENTITY_HEADER and PHARMCHECK_IDENTITY_PROXIES go together: set both or none")
        return self

    @field_validator("data_dir", "chromium")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    @property
    def plain_terminal(self) -> bool:
        """Whether colours and moving lines are unwanted whatever the terminal could do."""
        return bool(self.no_color) or self.term in ("dumb", "unknown")


def load_settings(data_dir: Path | None = None) -> Settings:
    """Read the environment; a `data_dir` given here (the option of a command) wins over it.

    Raises ValueError with one sentence that names the wrong settings.
    """
    try:
        given: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
        return Settings(**given, _secrets_dir=_secrets())  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        raise ValueError(f"A setting is wrong. {wrong}.") from None
    except RuntimeError as error:  # from Path.home() and expanduser(): no home folder, or nobody's
        raise ValueError("There is no home folder to keep data in; set PHARMCHECK_DATA_DIR.") from error


def _secrets() -> Path | None:
    """Where secrets lie; asked before everything else, because they are settings too.  Raises ValueError."""
    named = os.environ.get("PHARMCHECK_SECRETS_DIR", "")
    if named and not Path(named).is_dir():
        raise ValueError("PHARMCHECK_SECRETS_DIR does not name a folder that can be read.")
    folder = Path(named) if named else _MOUNTED
    return folder if folder.is_dir() else None


def variable_names() -> dict[str, str]:
    """Field name → the environment variable that sets it."""
    return {name: _variable((name,)) for name in Settings.model_fields}


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else ""
    return name.upper() if name.upper() in ("NO_COLOR", "TERM") else f"PHARMCHECK_{name.upper()}"


def _data_home() -> Path:
    """The XDG base directory for data; a relative value is to be ignored, says its specification."""
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "share"

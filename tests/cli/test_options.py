"""What the options mean, and what the environment may set."""

from __future__ import annotations

import ast
import ipaddress
from pathlib import Path

import pytest
import typer.main

import pharmcheck
from pharmcheck.cli import options
from pharmcheck.cli.app import app
from pharmcheck.errors import UsageError
from pharmcheck.settings import Settings, load_settings, variable_names

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("shop.example:443:127.0.0.1", ("shop.example", 443), ("127.0.0.1", 443)),
        ("shop.example:443:127.0.0.1:8443", ("shop.example", 443), ("127.0.0.1", 8443)),
        ("Shop.Example.:443:127.0.0.1:8443", ("shop.example", 443), ("127.0.0.1", 8443)),
        ("shop.example:443:[::1]:8443", ("shop.example", 443), ("::1", 8443)),
        ("shop.example:443:[0:0::1]", ("shop.example", 443), ("::1", 443)),
        ("münchen.example:80:127.0.0.1", ("xn--mnchen-3ya.example", 80), ("127.0.0.1", 80)),
    ],
)
def test_resolve_reads_as_in_curl(text: str, key: tuple[str, int], value: tuple[str, int]) -> None:
    """HOST:PORT:ADDR[:PORT], IPv6 in brackets, names in the form that the fetcher compares."""
    assert options.mapping([text]) == {key: value}


@pytest.mark.parametrize(
    "text",
    ["", "a", "a:443", "a.example:x:1.2.3.4", "a.example:443:b.example", "a.example:443:::1:80", "a.example:443:[::1",
     "a.example:70000:1.2.3.4", "a.example:443:1.2.3.4:", "a.example:443:1.2.3.4:99999", "a_ b.example:443:1.2.3.4",
     "[::1]:443:1.2.3.4", "a.example:443:[1.2.3]", "a.example:٤٤٣:1.2.3.4"],
)  # fmt: skip
def test_a_mapping_that_is_not_one_is_refused(text: str) -> None:
    """Nothing is guessed: a wrong mapping would check the wrong site."""
    with pytest.raises(UsageError, match="--resolve"):
        options.mapping([text])


def test_networks_are_read_strictly() -> None:
    """Opening a network is a safety matter: host bits are a slip, not a wish."""
    assert options.networks(["127.0.0.0/8", "fd00::/8"]) == (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("fd00::/8"),
    )
    with pytest.raises(UsageError, match="--allow-network 127\\.0\\.0\\.1/8"):
        options.networks(["127.0.0.1/8"])


def test_the_budgets_of_the_settings_reach_the_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and times; one page never gets longer than the whole visit."""
    monkeypatch.setenv("PHARMCHECK_PAGE_BUDGET", "3")
    monkeypatch.setenv("PHARMCHECK_VISIT_DEADLINE_S", "5")

    policy = options.policy(load_settings(), [], [], None)

    assert (policy.page_budget, policy.visit_deadline_s, policy.fetch_deadline_s) == (3, 5, 5)


def test_the_defaults_of_the_settings_are_those_of_the_fetcher() -> None:
    """Nobody who sets nothing gets something else than the fetcher's own defaults."""
    from pharmcheck.capture import Policy

    assert options.policy(load_settings(), [], [], None) == Policy()


def test_the_data_folder_follows_the_desktop_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Option over variable over XDG over home; a relative XDG value is ignored, as its standard says."""
    home = Path.home()
    assert load_settings().data_dir == home / ".local/share/pharmcheck"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert load_settings().data_dir == home / ".local/share/pharmcheck"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings().data_dir == tmp_path / "pharmcheck"
    monkeypatch.setenv("PHARMCHECK_DATA_DIR", "~/here")
    assert load_settings().data_dir == home / "here"
    monkeypatch.setenv("PHARMCHECK_DATA_DIR", "")
    assert load_settings().data_dir == tmp_path / "pharmcheck"
    assert load_settings(tmp_path / "option").data_dir == tmp_path / "option"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PHARMCHECK_PAGE_BUDGET", "0"),
        ("PHARMCHECK_VISIT_DEADLINE_S", "-1"),
        ("PHARMCHECK_SITES_AT_ONCE", "1000"),
        ("PHARMCHECK_DEBUG", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the variable and what is wrong with it."""
    monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match=f"^A setting is wrong. {name}: "):
        load_settings()


def test_a_password_in_the_database_address_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when settings are printed nor when another one is wrong."""
    monkeypatch.setenv("PHARMCHECK_DATABASE_URL", "postgresql://me:hunter2@db/x")
    assert "hunter2" not in repr(load_settings())
    monkeypatch.setenv("PHARMCHECK_PAGE_BUDGET", "many")

    with pytest.raises(ValueError, match="PAGE_BUDGET") as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)


def test_no_secret_has_a_default() -> None:
    """A secret that ships with the program is none."""
    assert load_settings().database_url is None


def test_every_setting_says_why_and_is_documented() -> None:
    """A reason in the code, a line in docs/cli.md."""
    reasons = {name: field.description for name, field in Settings.model_fields.items()}

    assert [name for name, reason in reasons.items() if not reason] == []
    assert [variable for variable in variable_names().values() if f"`{variable}`" not in DOCS] == []


def test_every_command_and_option_is_documented() -> None:
    """docs/cli.md knows the whole command tree."""
    missing = []

    def walk(command: object, path: str) -> None:
        commands = getattr(command, "commands", {})
        if path and not commands and f"`{path}" not in DOCS:
            missing.append(path)
        for parameter in getattr(command, "params", []):
            options_of = [name for name in parameter.opts if name.startswith("--")]
            missing.extend(f"{path} {name}" for name in options_of if path and f"`{name}" not in DOCS)
        for name, below in commands.items():
            walk(below, f"{path} {name}".strip())

    walk(typer.main.get_command(app), "")

    assert missing == []


def test_no_help_shows_the_mark_that_keeps_its_lines() -> None:
    """A docstring read raw would hand on a backslash and a letter."""
    shown = []

    def walk(command: object, path: str) -> None:
        if "\\b" in (getattr(command, "help", "") or ""):
            shown.append(path)
        for name, below in getattr(command, "commands", {}).items():
            walk(below, f"{path} {name}".strip())

    walk(typer.main.get_command(app), "")

    assert shown == []


def test_every_exit_code_is_documented() -> None:
    """Scripts rest on them."""
    assert [code for code in (0, 1, 2, 3, 4, 130, 141) if f"| {code} |" not in DOCS] == []


def test_only_the_settings_read_the_environment() -> None:
    """One place decides what the surroundings may change; the store and the command line ask it."""
    package = Path(pharmcheck.__file__).parent
    readers = [
        str(path.relative_to(package))
        for room in ("cli", "store")
        for path in (package / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    ]

    assert readers == []


def test_versions_are_told(data_dir: Path) -> None:
    """What a bug report needs: program, rules, Python."""
    from typer.testing import CliRunner

    long, short = CliRunner().invoke(app, ["version"]), CliRunner().invoke(app, ["--version"])

    assert short.stdout == f"pharmcheck {pharmcheck.__version__}\n"
    assert long.stdout.startswith(short.stdout + "ruleset 20")
    assert "\npython 3." in long.stdout


def test_demo_hands_over_and_returns_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration is a room of its own; its exit code is ours."""
    from typer.testing import CliRunner

    from pharmcheck import demo

    asked = []

    def run(once: bool, console: object) -> int:
        asked.append((once, console is not None))
        return 1

    monkeypatch.setattr(demo, "run", run)

    assert CliRunner().invoke(app, ["demo", "--once"]).exit_code == 1
    assert asked == [(True, True)]

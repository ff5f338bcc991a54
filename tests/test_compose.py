"""docker-compose.yml and Dockerfile against the real things they name.  There is no Docker here; all else is held."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml
from celery.bin.celery import celery as celery_command
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from pharmcheck.api import about
from pharmcheck.broker import REGISTERS
from pharmcheck.cli.app import app as pharmcheck_command
from pharmcheck.settings import load_settings, variable_names
from pharmcheck.store import QueueName
from tests.services.valkey import ValkeyServer
from tests.workers.fleet import wait_until
from tests.yardstick import ROOT
from workers.passwords import make_secrets

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "pharmcheck:local"}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_it_keeps_to_the_schema_of_compose_files() -> None:
    """Docker itself would refuse anything else; the schema is the specification's own."""
    tool = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        (tool, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
        check=False, cwd=ROOT, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()


def test_it_has_every_part() -> None:
    """One API, workers for people and for lists, one clock, Redis, PostgreSQL."""
    assert set(SERVICES) == {"api", "worker-interactive", "worker-batch", "beat", "redis", "postgres"}
    assert set(OURS) == {"api", "worker-interactive", "worker-batch", "beat"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened(name: str) -> None:
    """Read-only, nobody's root, without capabilities, bounded in memory, watched."""
    service = SERVICES[name]
    user = str(service["user"]).partition(":")[0]
    assert user.isdecimal()
    assert int(user) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


def test_only_the_api_is_published_and_only_on_this_machine() -> None:
    """Databases have no port; only workers have a way out."""
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": ["127.0.0.1:8000:8000"]
    }
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {
        "worker-interactive", "worker-batch",
    }  # fmt: skip
    assert all("inner" in service["networks"] for service in SERVICES.values())


@pytest.mark.parametrize("name", OURS)
def test_our_commands_are_understood(name: str) -> None:
    """Every option is one of the command that will read it; and the program is one that the image has."""
    program, *words = OURS[name]["command"]
    group = {"pharmcheck": typer.main.get_command(pharmcheck_command), "celery": celery_command}[program]
    at = next(place for place, word in enumerate(words) if word in group.commands)  # type: ignore[attr-defined]
    before, after = words[:at], words[at + 1 :]

    assert _unknown(group, before) == []
    assert _unknown(group.commands[words[at]], after) == []  # type: ignore[attr-defined]
    assert before == ([] if program == "pharmcheck" else ["-A", "workers.app"])
    assert (Path(sys.executable).parent / program).is_file()


def _unknown(command: click.Command, words: list[str]) -> list[str]:
    known = {option for parameter in command.params for option in parameter.opts}
    return [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]


def test_every_queue_is_served_and_nothing_else() -> None:
    """A line that nobody serves would hold checks for ever."""
    served: list[str] = []
    for service in OURS.values():
        words = service["command"]
        if "-Q" in words:
            served += words[words.index("-Q") + 1].split(",")
    assert sorted(served) == sorted([*(queue.value for queue in QueueName), REGISTERS])
    assert sum("beat" in service["command"] for service in OURS.values()) == 1


def test_every_variable_and_secret_is_one_that_we_read() -> None:
    """A misspelt one would be silently ignored."""
    known = set(variable_names().values())
    docker = re.findall(r"\bPHARMCHECK_[A-Z_]+", DOCKERFILE)
    for service in OURS.values():
        assert set(service.get("environment", {})) <= known
        assert {name.upper() for name in service["secrets"]} <= known
    assert set(docker) <= known


def test_passwords_are_made_once_and_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every secret of the file is made; the service reads its two from there; a second run changes nothing."""
    folder = tmp_path / "secrets"
    made = make_secrets(folder)
    before = {name: (folder / name).read_text() for name in made}

    assert set(made) == set(COMPOSE["secrets"])
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == set(made)
    assert folder.stat().st_mode & 0o077 == 0
    assert make_secrets(folder) == []
    assert {name: (folder / name).read_text() for name in made} == before

    monkeypatch.setenv("PHARMCHECK_SECRETS_DIR", str(folder))
    settings = load_settings(tmp_path)
    assert settings.database_url is not None
    assert settings.broker_url is not None
    assert before["postgres_password"] in settings.database_url.get_secret_value()
    assert before["redis_password"] in settings.broker_url.get_secret_value()
    assert before["redis_password"] not in repr(settings)
    for url, service in ((settings.database_url, "postgres"), (settings.broker_url, "redis")):
        assert f"@{service}:" in url.get_secret_value()


def test_a_variable_wins_over_a_secret_and_a_missing_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one can try another database without touching files."""
    make_secrets(tmp_path)
    monkeypatch.setenv("PHARMCHECK_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("PHARMCHECK_BROKER_URL", "redis://elsewhere/0")
    broker = load_settings(tmp_path).broker_url
    assert broker is not None
    assert broker.get_secret_value() == "redis://elsewhere/0"

    monkeypatch.setenv("PHARMCHECK_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="PHARMCHECK_SECRETS_DIR"):
        load_settings(tmp_path)


@pytest.mark.parametrize("name", ["api", "worker-interactive", "worker-batch"])
def test_health_is_asked_where_somebody_answers(name: str) -> None:
    """The program parses, and asks the port that the service listens on; of the API a path that it has."""
    *program, code = OURS[name]["healthcheck"]["test"]
    assert program == ["CMD", "python", "-c"]
    ast.parse(code)
    port, path = re.search(r"127\.0\.0\.1:(\d+)(/\w*)", code).groups()  # type: ignore[union-attr]
    if name == "api":
        words = OURS[name]["command"]
        assert words[words.index("--port") + 1] == port
        assert path in {route.path for route in about.router.routes}  # type: ignore[attr-defined]
    else:
        assert OURS[name]["environment"]["PHARMCHECK_WORKER_METRICS"].endswith(f":{port}")


def test_the_command_of_redis_wants_a_password_and_forgets_nothing(tmp_path: Path) -> None:
    """The very shell line, with its folders put elsewhere: a stranger gets nothing, the health check an answer."""
    server = ValkeyServer()
    program = Path(server._program)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "valkey-server").symlink_to(program)
    make_secrets(tmp_path / "secrets")
    shell, flag, line = SERVICES["redis"]["command"]
    line = _here(line, tmp_path) + f" --port 0 --unixsocket {tmp_path}/s"
    (tmp_path / "run").mkdir()
    (tmp_path / "data").mkdir()
    process = subprocess.Popen((shell, flag, line), env={"PATH": f"{tools}:{os.defpath}"}, stdout=subprocess.DEVNULL)
    try:
        _assert_guarded(tmp_path)
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert (tmp_path / "run/password.conf").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "data").rglob("*.aof*"))


def _here(line: str, folder: Path) -> str:
    places = {"/run/secrets": folder / "secrets", "/run/redis": folder / "run", "--dir /data": f"--dir {folder}/data"}
    for there, here in places.items():
        assert there in line
        line = line.replace(there, str(here))
    return line.replace("$$", "$")


def _assert_guarded(folder: Path) -> None:
    def refused() -> bool:
        try:
            Redis(unix_socket_path=f"{folder}/s").ping()
        except AuthenticationError:
            return True
        except RedisError:
            return False
        raise AssertionError("it answers anybody")

    wait_until(refused)
    known = Redis(unix_socket_path=f"{folder}/s", password=(folder / "secrets/redis_password").read_text())
    assert known.ping()
    assert known.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert known.config_get("appendonly") == {"appendonly": "yes"}
    known.set("a", "b")


def test_the_image_is_built_from_what_there_is() -> None:
    """The same uv as make's, parts that exist and are let through, a Python that we support, nobody's root."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    version = re.search(r"^UV_VERSION := (\S+)$", makefile, re.MULTILINE)
    assert version is not None
    assert f"uv=={version[1]}" in DOCKERFILE

    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }  # fmt: skip
    assert copied == kept
    assert all((ROOT / source).exists() for source in copied)
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert package in copied

    extras = set(re.findall(r"--extra (\w+)", DOCKERFILE))
    assert extras == {"workers", "postgres"}
    assert extras <= set(PROJECT["project"]["optional-dependencies"])

    for major, minor in re.findall(r"^FROM python:(\d+)\.(\d+)-slim", DOCKERFILE, re.MULTILINE):
        assert (3, 11) <= (int(major), int(minor)) <= (3, 14)
    assert re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[1] == OURS["api"]["user"].partition(":")[0]  # type: ignore[index]
    assert list(ast.literal_eval(re.search(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[1])) == OURS["api"]["command"]  # type: ignore[index]

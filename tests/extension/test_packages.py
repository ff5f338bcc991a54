"""The packages: the same bytes from the same source, least permissions, whole in every language, and clean to lint."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

import pharmcheck
from extension.build import BROWSERS, LANGUAGES, SOURCE, build, files

ROOT = Path(__file__).parents[2]
WEB_EXT = ROOT / "extension" / "node_modules" / ".bin" / "web-ext"
_MISSING = "NO WEB-EXT: the packages are not linted.  `make webext` installs it (needs npm)."


def messages(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SOURCE / "_locales" / language / "messages.json").read_text("utf-8"))
    return found


def test_the_same_source_makes_the_same_bytes(tmp_path: Path) -> None:
    """Built twice, in other folders and with other times of files, by another umask."""
    first = build(tmp_path / "one")
    before = os.umask(0o077)
    try:
        second = build(tmp_path / "two")
    finally:
        os.umask(before)
    assert [one.name for one in first] == [f"pharmcheck-{browser}-{pharmcheck.__version__}.zip" for browser in BROWSERS]
    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in second]
    with zipfile.ZipFile(first[0]) as package:
        assert package.testzip() is None
        assert package.namelist() == sorted(package.namelist())
        assert {one.compress_type for one in package.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("browser", BROWSERS)
def test_it_asks_for_no_more_than_it_says(browser: str) -> None:
    """No host, no content script, nothing that pages may load; each permission has its paragraph."""
    made = dict(files(browser))
    manifest = json.loads(made["manifest.json"])
    assert manifest["permissions"] == ["activeTab", "alarms", "storage"]
    assert manifest["optional_permissions"] == ["webNavigation"]
    assert not {"host_permissions", "optional_host_permissions", "content_scripts", "web_accessible_resources",
                "externally_connectable"} & set(manifest)  # fmt: skip
    page = made["permissions.html"].decode()
    for permission in (*manifest["permissions"], *manifest["optional_permissions"]):
        assert f"<code>{permission}</code>" in page
        assert f'data-say="permission_{permission}"' in page
    assert "unsafe" not in str(manifest["content_security_policy"])


def test_only_one_door_leads_out() -> None:
    """No other file of the extension speaks to the network, and none runs words as code or reads them as markup."""
    for place in SOURCE.glob("*.js"):
        code = re.sub(r"//.*", "", place.read_text("utf-8"))
        assert not re.search(r"XMLHttpRequest|WebSocket|sendBeacon|EventSource|eval\(|new Function", code), place
        assert not re.search(r"(inner|outer|Adjacent)HTML|document\.write|DOMParser|ContextualFragment", code), place
        fetches = re.findall(r"fetch\(([^)]*)", code)
        if place.name != "quiet.js":
            assert all(one.startswith("api.runtime.getURL(") for one in fetches), place


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    """What pages and code ask for, and nothing that nobody asks for; the same placeholders as in English."""
    ours, english = messages(language), messages("en")
    assert set(ours) == set(english)
    for name, entry in ours.items():
        assert entry["message"].strip()
        assert set(entry.get("placeholders", ())) == set(english[name].get("placeholders", ()))
        assert not re.search(r"\bsafe\b|scam|criminal|betrüg|sicher(?!ung)", entry["message"], re.IGNORECASE), name
    text = "".join(
        place.read_text("utf-8") for place in SOURCE.glob("*.*") if place.suffix in (".html", ".js", ".json")
    )
    asked = set(re.findall(r'(?:data-say|data-title)="(\w+)"|say\("(\w+)"|__MSG_(\w+)__', text))
    named = {name for names in asked for name in names if name}
    assert named <= set(english)
    made_up = ("label_", "todo_", "problem_")  # put together from what was decided
    quoted = set(re.findall(r'"(\w+)"', text))
    assert {name for name in english if not name.startswith(made_up)} <= named | quoted


def test_the_signs_are_those_of_the_command_line() -> None:
    """One sign for one answer, wherever it is read."""
    from pharmcheck.explain import SIGNS

    looks = (SOURCE / "looks.js").read_text("utf-8")
    for name in ("danger", "caution", "unverified", "verified_elsewhere", "verified"):
        assert re.search(rf'{name}: {{ sign: "{re.escape(SIGNS[name])}"', looks)


def test_reasons_are_said_without_what_only_a_verdict_knows() -> None:
    """No sentence has a gap that the extension could not fill."""
    for browser in BROWSERS:
        for name, content in files(browser):
            if name.startswith("words/"):
                words = json.loads(content)
                assert len(words["reasons"]) > 30
                assert len(words["rules"]) > 30
                assert set(re.findall(r"\{\w+\}", content.decode())) == {"{host}"}


def test_the_lock_file_names_no_place() -> None:
    """Whoever installs it takes it from their own registry, held by the digests."""
    lock = json.loads((ROOT / "extension" / "package-lock.json").read_text("utf-8"))
    packages = [one for name, one in lock["packages"].items() if name]
    assert all("resolved" not in one and one["integrity"].startswith("sha512-") for one in packages)


@pytest.mark.parametrize("package", ["firefox", "source"])
def test_web_ext_finds_no_error(package: str, tmp_path: Path) -> None:
    """Mozilla's own linter: no error; for the package that goes to Firefox no warning either."""
    if not WEB_EXT.exists() or shutil.which("node") is None:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(_MISSING, stacklevel=1)
        pytest.skip(_MISSING)
    build(tmp_path)
    folder = SOURCE if package == "source" else tmp_path / package
    command = [str(WEB_EXT), "lint", "--source-dir", str(folder), "--no-config-discovery", "--output", "json"]
    found = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "CI": "1"})
    report = json.loads(found.stdout)
    assert report["errors"] == []
    expected = {"BACKGROUND_SERVICE_WORKER_IGNORED"} if package == "source" else set()
    assert {one["code"] for one in report["warnings"]} <= expected

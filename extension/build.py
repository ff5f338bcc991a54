"""Makes both packages of the extension from one source: `make extension`, or this file with options.

The same source gives the same bytes on every machine: names in order, one date, nothing compressed (another zlib would
compress to other bytes).  The packages differ in their manifest only: each browser warns of the other's keys.
Sentences about reasons and rules come from pharmcheck itself, so that they are said once.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pharmcheck.explain import catalogue
from pharmcheck.ruleset import Ruleset, load_ruleset

SOURCE = Path(__file__).parent / "source"
OUT = Path(__file__).parents[1] / "dist" / "extension"
LANGUAGES = ("en", "de", "fr", "es")
BROWSERS = ("chrome", "firefox")
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold


def main() -> None:
    """Read the options, make the packages, say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the packages (default: dist/extension)")
    parser.add_argument("--service", help="address of the service that lists come from")
    parser.add_argument("--key", help="its public key, as `pharmcheck lists key` prints it")
    given = parser.parse_args()
    if bool(given.service) != bool(given.key):
        parser.error("--service and --key go together: lists of one service are signed with its own key")
    for package in build(given.out, given.service, given.key):
        print(package)  # noqa: T201 - the answer of a command


def build(out: Path, service: str | None = None, key: str | None = None) -> list[Path]:
    """Make `chrome/` and `firefox/` in `out`, ready to be loaded, and a zip file of each."""
    packages = []
    for browser in BROWSERS:
        folder = out / browser
        shutil.rmtree(folder, ignore_errors=True)
        made = dict(sorted(files(browser, service, key)))
        for name, content in made.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        version = json.loads(made["manifest.json"])["version"]
        packages.append(_zip(out / f"pharmcheck-{browser}-{version}.zip", made))
    return packages


def files(browser: str, service: str | None = None, key: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file of a package with its content."""
    for place in SOURCE.rglob("*"):
        name = place.relative_to(SOURCE).as_posix()
        if place.is_file() and name not in ("manifest.json", "config.json"):
            yield name, place.read_bytes()
    yield "manifest.json", _json(_manifest(browser))
    config = json.loads((SOURCE / "config.json").read_text("utf-8"))
    yield "config.json", _json({**config, "service": service, "key": key} if service else config)
    for language in LANGUAGES:
        yield f"words/{language}.json", _json(_words(language))


def _manifest(browser: str) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((SOURCE / "manifest.json").read_text("utf-8"))
    if browser == "chrome":
        del manifest["background"]["scripts"], manifest["browser_specific_settings"]
    else:
        del manifest["background"]["service_worker"], manifest["minimum_chrome_version"]
    return manifest


@cache
def _words(language: str) -> dict[str, dict[str, str]]:
    """Sentences for the codes that a look-up by prefix answers with: those that need to know nothing but the host."""
    said = {
        key.removeprefix("reason."): sentence
        for key, sentence in catalogue(language).items()
        if key.startswith("reason.") and key.count(".") == 1
    }
    rules = {rule.id: _in(language, rule.message) for rule in _ruleset().rules}
    return {"reasons": _plain(said), "rules": _plain(rules)}


@cache
def _ruleset() -> Ruleset:
    return load_ruleset()


def _in(language: str, message: Mapping[Any, str]) -> str:
    return message.get(language, message["en"])


def _plain(sentences: Mapping[str, str]) -> dict[str, str]:
    return {
        code: text for code, text in sorted(sentences.items()) if set(re.findall(r"\{(\w+)\}", text)) <= {"host"}
    }  # fmt: skip


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _zip(target: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it was made
            package.writestr(entry, data)
    return target


if __name__ == "__main__":
    main()

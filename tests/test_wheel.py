"""What users install works: sdist → wheel → an empty environment without network, far from this repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOT = Path(__file__).parents[1]

# One worker builds and installs once for all of these (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("wheel")

CONTRACT_KEYS = {
    "override",
    "records",
    "look_up",
    "schema",
    "address",
    "category",
    "reason_code",
    "score",
    "coverage",
    "criteria",
    "reasons",
    "proofs",
    "not_checked",
    "advice",
    "overlays",
    "destination",
    "checked_at",
    "valid_until",
    "ruleset",
    "registers",
    "capture_id",
}
EXIT_CODES = {"danger": 1, "could_not_check": 3}  # every other category: 0

PAGE = b"""<!doctype html>
<html lang="en"><head><title>Example Pharmacy: tablets online</title></head><body>
<h1>Example Pharmacy</h1>
<p>We sell Viagra and Xanax. No prescription required, worldwide delivery.</p>
<div class="product"><h2>Viagra 100 mg</h2><span class="price">$49.00</span>
<button type="submit">Add to cart</button></div>
</body></html>
"""


def run(*command: str | Path, cwd: Path, path: str = os.defpath) -> subprocess.CompletedProcess[str]:
    """Run a command as a stranger would: none of our variables, no pharmcheck on the path."""
    environment = {"PATH": path, "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=240, check=False)


def succeed(*command: str | Path, cwd: Path) -> str:
    """Run a command that must work; return what it printed on stdout."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, built by the locked hatchling without touching the repository."""
    folder = tmp_path_factory.mktemp("sdist")
    succeed(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("pharmcheck-*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive alone, as a packager would."""
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "tarfile", "-e", sdist, folder, cwd=folder)
    (source,) = folder.glob("pharmcheck-*")
    succeed(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
    (built,) = folder.glob("pharmcheck-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment that holds our wheel and borrows what it depends on.

    The borrowed folder is named in a .pth file.  Python does not follow the .pth files inside a folder added that way,
    so the link from there to this repository (the editable install) is dead.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True, symlinks=True)
    succeed(folder / "bin/python", "-m", "pip", "install", "--no-index", "--no-deps", "--quiet", wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", "utf-8")
    return folder / "bin"


@pytest.fixture
def capture_file(tmp_path: Path) -> Path:
    """A web archive with the home page of one made-up shop."""
    file = tmp_path / "shop.warc.gz"
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        record = writer.create_warc_record(
            "https://pharmacy.example.com/",
            "response",
            payload=BytesIO(PAGE),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2026-11-20T12:00:00Z"},
        )
        writer.write_record(record)
        record.raw_stream.close()  # warcio measures through a temporary file and leaves it open
    return file


def _rule_files() -> set[str]:
    return {str(path.relative_to(ROOT / "rules")) for path in (ROOT / "rules").rglob("*") if path.is_file()}


def test_the_source_archive_holds_what_building_needs(sdist: Path) -> None:
    """Package, rules, licence and lock file travel together."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "pyproject.toml",
        "uv.lock",
        "LICENSE",
        "README.md",
        "pharmcheck/model/__init__.py",
        "workers/app.py",
    } <= names
    assert {f"rules/{name}" for name in _rule_files()} <= names


def test_the_wheel_holds_every_rule_and_nothing_of_the_tests(wheel: Path) -> None:
    """An installed pharmcheck judges by the same rules as the repository."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert {name.removeprefix("pharmcheck/_rules/") for name in names if "/_rules/" in name} == _rule_files()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"pharmcheck", "workers"}
    assert {"pharmcheck/py.typed", "workers/tasks.py"} <= names


def test_the_installed_package_is_not_the_repository(installed: Path, tmp_path: Path) -> None:
    """The tests below try the wheel, not the sources beside them."""
    where = succeed(installed / "python", "-c", "import pharmcheck; print(pharmcheck.__file__)", cwd=tmp_path)

    assert Path(where.strip()).is_relative_to(installed.parent)
    path = succeed(installed / "python", "-c", "import sys; print(*sys.path, sep='\\n')", cwd=tmp_path).splitlines()
    assert str(ROOT) not in path


def test_the_installed_rules_pass_their_own_lint(installed: Path, tmp_path: Path) -> None:
    """`pharmcheck rules lint` finds the rules inside the package."""
    succeed(installed / "pharmcheck", "rules", "lint", cwd=tmp_path)


def test_the_installed_command_judges_a_web_archive(installed: Path, capture_file: Path, tmp_path: Path) -> None:
    """One WARC with one site in, one contract document out, on stdout and nothing else there."""
    done = run(installed / "pharmcheck", "check", "--json", capture_file, cwd=tmp_path)

    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout + done.stderr
    document = json.loads(lines[0])
    assert document["schema"] == "pharmcheck.verdict/1"
    assert document.keys() == CONTRACT_KEYS
    assert document["criteria"].keys() == {"https", "address", "licence", "prescription"}
    assert document["address"]["host"] == "pharmacy.example.com"
    assert document["address"]["registrable_domain"] == "example.com"
    assert done.returncode == EXIT_CODES.get(document["category"], 0), done.stderr


def test_the_installed_workers_are_found_by_celery(installed: Path, tmp_path: Path) -> None:
    """`celery -A workers.app` loads what was installed; without a broker it says so in a sentence."""
    told = run(installed / "python", "-m", "celery", "-A", "workers.app", "worker", cwd=tmp_path)

    assert told.returncode == 1
    assert "PHARMCHECK_BROKER_URL" in told.stderr
    where = succeed(installed / "python", "-c", "import workers.tasks; print(workers.tasks.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_wheel_holds_what_pages_are_made_of(wheel: Path) -> None:
    """Templates, style, the vendored script, catalogues, sentences and numbers to call."""
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    kinds = ("web/templates/*.html", "web/static/*", "web/locales/*.po", "web/help.yaml", "messages/*.yaml")
    package = ROOT / "pharmcheck"

    for kind in kinds:
        files = {f"pharmcheck/{file.relative_to(package)}" for file in package.glob(kind)}
        assert files
        assert files <= held


def test_the_installed_command_serves_the_page(installed: Path, tmp_path: Path) -> None:
    """`pharmcheck serve` far from the repository: page, style and translation are there, and it ends when told to."""
    environment = {"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [installed / "pharmcheck", "serve", "--port", "0"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        german = Request(f"{found[0]}help", headers={"Accept-Language": "de"})
        assert "Was die Antworten bedeuten" in urlopen(german, timeout=60).read().decode()
        assert b"color-scheme" in urlopen(f"{found[0]}static/style.css", timeout=60).read()
    finally:
        process.terminate()
        process.communicate(timeout=120)
    assert process.returncode == 0

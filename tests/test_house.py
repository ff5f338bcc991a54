"""The house rules that no linter knows.  The order of the rooms is import-linter's to keep (pyproject.toml)."""

from __future__ import annotations

import ast
import inspect
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import pharmcheck
from pharmcheck import errors

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pharmcheck"
MODULES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "workers").rglob("*.py")])

MOST_LINES = 300  # docs: CONTRIBUTING.md, house rules


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module a file imports, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _stands_in(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_the_package_imports_nothing_from_the_tests() -> None:
    """No fake, fixture or sample hides in what users install."""
    offenders = [
        f"{path.name}:{line}: {name}"
        for path in MODULES
        for line, name in _imports(path)
        if _stands_in(name, {"tests", "conftest", "bench", "pytest", "hypothesis"})
    ]

    assert offenders == []


def test_no_module_is_longer_than_300_lines() -> None:
    """A file that outgrows a reader's patience has two jobs; split it."""
    lengths = {_module_name(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    """A module opens with a docstring, tests included."""
    files = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]

    assert [str(path.relative_to(ROOT)) for path in files if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_test_has_a_docstring() -> None:
    """A test's docstring reads as a requirement."""
    silent = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def _errors() -> list[type]:
    return [cls for cls in vars(errors).values() if inspect.isclass(cls) and cls.__module__ == errors.__name__]


def test_the_tree_of_errors_shows_every_error_under_its_parent() -> None:
    """Reading the first lines of errors.py is enough to write a correct `except` clause."""
    parents = {cls.__name__: cls.mro()[1].__name__ for cls in _errors() if cls is not errors.PharmcheckError}

    assert _drawn_parents(inspect.getdoc(errors) or "") == parents


def _drawn_parents(tree: str) -> dict[str, str]:
    """Child → parent, as drawn with box characters, four columns a level."""
    path: list[str] = []
    parents = {}
    for line in tree.splitlines():
        if drawn := re.match(r"(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w*Error)\s", line):
            depth = len(drawn["branch"]) // 4
            path[depth:] = [drawn["name"]]
            if depth:
                parents[drawn["name"]] = path[depth - 1]
    return parents


def test_every_error_has_a_code() -> None:
    """Codes are contract: each error of ours carries one, as a short word."""
    assert [cls.__name__ for cls in _errors() if not re.fullmatch(r"[a-z][a-z_]*", getattr(cls, "code", ""))] == []


def test_the_changelog_names_the_current_version() -> None:
    """Nobody ships a version that the changelog does not know."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert re.search(rf"^## \[{re.escape(pharmcheck.__version__)}\]", changelog, re.MULTILINE)


def test_the_version_is_the_same_everywhere() -> None:
    """The package and its metadata agree."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    assert f'\nversion = "{pharmcheck.__version__}"\n' in project


def test_the_lock_file_names_only_the_public_package_index() -> None:
    """A fresh machine needs no private mirror to set the project up."""
    lock = (ROOT / "uv.lock").read_text("utf-8")

    assert set(re.findall(r'registry = "([^"]+)"', lock)) == {"https://pypi.org/simple"}
    assert {re.match(r"https://[^/]+", url)[0] for url in re.findall(r'\burl = "([^"]+)"', lock)} == {  # type: ignore[index]
        "https://files.pythonhosted.org"
    }


def test_a_test_cannot_look_up_a_name() -> None:
    """A test that forgot to hand in a resolver fails here, not at somebody's name server."""
    with pytest.raises(pytest.fail.Exception, match="look up"):
        socket.getaddrinfo("pharmacy.example", 443)


def test_a_test_cannot_leave_loopback() -> None:
    """A test that forgot to start its server fails here, not at somebody's pharmacy (192.0.2.0/24: RFC 5737)."""
    with socket.socket() as out, pytest.raises((RuntimeError, UserWarning), match=r"192\.0\.2\.1"):
        out.connect(("192.0.2.1", 443))

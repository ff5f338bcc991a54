"""Read a YAML file as text, strictly.

Every scalar stays text and the schema gives it a type: with the usual loader `NO` becomes False,
`1.10` becomes 1.1 and `0123` becomes 83.  Duplicate keys are errors.  Every mapping and sequence
remembers its line, so that whoever is wrong can be told where.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import ErrorDetails

from pharmcheck.errors import RulesetError

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is ten times faster, where it was built


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: plain dicts, lists and strings, and the line of every node by its path."""

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int]

    def line_of(self, where: tuple[str | int, ...]) -> int:
        """The line of the node at `where`, or of its nearest ancestor that stands in the file."""
        for end in range(len(where), -1, -1):
            if where[:end] in self.lines:
                return self.lines[where[:end]]
        return 1


_IN_QUOTES = "; words with [ ], { } or : in them stand in quotes, in a list of one line each"
"""What most often is meant when YAML misses a bracket: the marks of a phrase are YAML's own."""


def read_yaml(path: Path) -> YamlFile:
    """Parse one file.

    Raises:
        RulesetError: not UTF-8, not YAML, a duplicate key, or an anchor (`file:line: reason`).
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as exc:
        raise RulesetError(f"{path}:1: not UTF-8 text ({exc.reason})") from exc
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        hint = _IN_QUOTES if (exc.problem or "").startswith("did not find expected") else ""
        raise RulesetError(f"{path}:{line}: {exc.problem or 'not YAML'}{hint}") from exc
    except OSError as exc:
        raise RulesetError(f"{path}:1: cannot be read ({exc.strerror})") from exc
    lines: dict[tuple[str | int, ...], int] = {}
    data = _plain(path, node, (), lines) if node is not None else None
    return YamlFile(path, data, lines)


def problem(file: YamlFile, error: ErrorDetails) -> str:
    """What a schema found wrong, as `file:line: where: what`."""
    where = tuple(part for part in error["loc"] if not (isinstance(part, str) and part in ("phrase", "fact")))
    path = ".".join(str(part) for part in error["loc"]) or "rule"
    return f"{file.path}:{file.line_of(where)}: {path}: {error['msg']}"


def _plain(path: Path, node: yaml.Node, where: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:  # noqa: ANN401 - YAML holds anything; the schema types it
    # Our own files only: recursion depth is bounded by what a reviewer accepts.
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                raise RulesetError(f"{path}:{key_node.start_mark.line + 1}: duplicate key {key!r}")
            mapping[key] = _plain(path, value_node, (*where, key), lines)
            lines[(*where, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(path, item, (*where, index), lines) for index, item in enumerate(node.value)]
    return node.value

"""`pharmcheck networks`: put together, listed, shown, written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import stix2

from pharmcheck.model import Category
from pharmcheck.networks import Trait
from pharmcheck.settings import load_settings
from pharmcheck.store import Networks, Store
from tests.cli.conftest import Run

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_networks_are_put_together_listed_shown_and_written(run: Run, data_dir: Path, tmp_path: Path) -> None:
    """From what checks saw to a file for other programs; characters of a page act on no terminal and in no file."""
    shown = [Trait("phone", "+4420", "+44\x1b[31m20", "https://a.example/c", "9f" * 32),
             Trait("handle", "telegram:x", "telegram x", "https://a.example/c", "9f" * 32)]  # fmt: skip
    with Store.open(load_settings(data_dir)) as store:
        for domain in ("one.example", "two.example"):
            Networks(store).note(domain, Category.DANGER, shown, NOON)
    assert "2 sites looked at again; there are 1 networks." in run("networks", "build").stderr
    listed = run("networks", "list").stdout
    network = listed.splitlines()[1].split()[0]
    told = run("networks", "show", network)
    assert "two[.]example" in told.stdout
    assert "telephone number" in told.stdout
    assert "\x1b" not in told.stdout
    assert "changes no verdict" in told.stderr
    document = json.loads(run("networks", "show", network, "--json").stdout)
    assert document["ties"][0]["sites"] == ["one.example", "two.example"]
    out = tmp_path / "network.graphml"
    assert run("networks", "export", network, "--format", "graphml", "--out", str(out)).exit_code == 0
    assert ET.parse(out).getroot().tag.endswith("graphml")  # noqa: S314 - our own
    bundle = run("networks", "export", network, "--format", "stix").stdout
    (tie,) = [one for one in json.loads(bundle)["objects"] if one["type"] == "relationship"]
    assert "telephone number" in tie["description"]
    assert tie["confidence"] >= 40
    assert stix2.parse(bundle).type == "bundle"


def test_a_network_that_is_not_there_is_a_sentence(run: Run, data_dir: Path) -> None:
    """And exit code 2, as for every wrong word."""
    for arguments in (("show", "x"), ("export", "x"), ("export", "x", "--format", "pdf")):
        result = run("networks", *arguments)
        assert result.exit_code == 2
        assert "network" in result.stderr or "graphml" in result.stderr

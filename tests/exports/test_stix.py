"""Verdicts as STIX 2.1: valid for the standard's own tools, attributed, dated, marked, and the same every time."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import stix2

from pharmcheck.check import judge
from pharmcheck.demo import sample_registers
from pharmcheck.document import verdict_document
from pharmcheck.exports import TLP, Cluster, Link, Source, cluster_bundle, verdicts_bundle
from pharmcheck.ruleset import Ruleset, load_ruleset
from tests.sites import WHEN, site

OURS = Source("Office for made-up shops", "amber")
ROGUE = {
    "home": "# Sildenafil 100 mg\n$2.50\n! Add to cart",
    "faq": "# Questions\nNo prescription required for any order.",
}
Objects = dict[str, list[dict[str, Any]]]


@cache
def rules() -> Ruleset:
    return load_ruleset()


def document(host: str = "pills.example.com", **pages: str) -> dict[str, Any]:
    ruleset = rules()
    capture = site(host, **(pages or ROGUE))
    verdict = judge(capture, ruleset, registers=sample_registers(WHEN.date()), now=WHEN).verdict
    return verdict_document(verdict, ruleset)


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """A shop that convicts itself, a warned one, one that the register names, and one with hostile words."""
    hostile = '# Viagra\n$2\n! Add to cart\nNo prescription required \'or \\ "quoted" ]} \u202e \x1b[2J'
    return [
        document(),
        document("pillswift.example"),
        document("harbourpharmacy.example", home="# Harbour Pharmacy\nIbuprofen 200 mg\n$3.50\n! Add to cart"),
        {**document("hostile.example.com", home=hostile), "overlays": ["disputed"]},
        warned(document("warned.example.com")),
    ]


def warned(one: dict[str, Any]) -> dict[str, Any]:
    """With the sentence of an authority's list, as the rules write it."""
    proof = {
        "kind": "list", "url": "https://authority.example/list", "page_sha256": None, "start": None, "end": None,
        "quote": "Authority of Examples put warned.example.com on its list of sites that it warns about on 2026-10-01.",
    }  # fmt: skip
    reason = {**one["reasons"][0], "evidence": [proof]}
    return {**one, "reasons": [reason, *one["reasons"]]}


def written(documents: list[dict[str, Any]], source: Source = OURS) -> bytes:
    return b"".join(verdicts_bundle(documents, source, "test"))


def by_type(bundle: bytes) -> Objects:
    found: Objects = {}
    for one in json.loads(bundle)["objects"]:
        found.setdefault(one["type"], []).append(one)
    return found


def test_the_tools_of_the_standard_accept_it(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    """Strictly, but for two recommendations: ids that follow from content (103) and hashes of rules' sources (302)."""
    link = Link("pills.example.com", "hostile.example.com", "the same tracking id", 0.9)
    cluster = Cluster("Cluster 7", ["pills.example.com", "other.example.net"], [link], WHEN)
    files = {"list.json": written(documents), "cluster.json": b"".join(cluster_bundle(cluster, OURS, documents))}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        assert stix2.parse(data.decode(), version="2.1").objects

    program = Path(sys.executable).with_name("stix2_validator")
    command = [
        program,
        "--version",
        "2.1",
        "--strict",
        "--enforce-refs",
        "-d",
        "103,302",
        *map(str, tmp_path.iterdir()),
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout
    assert told.stdout.count("STIX JSON: Valid") == 2


def test_only_what_warns_becomes_an_indicator(documents: list[dict[str, Any]]) -> None:
    """Nobody blocks a site for having been looked at; what warns has a confidence and an end."""
    found = by_type(written(documents))
    warns = {one["address"]["host"] for one in documents if one["category"] in ("danger", "caution")}

    assert "harbourpharmacy.example" not in warns
    assert len(found["observed-data"]) == len(documents)
    assert {one["pattern"] for one in found["indicator"]} == {f"[domain-name:value = '{host}']" for host in warns}
    for one in found["indicator"]:
        assert one["confidence"] in (50, 85)
        assert one["valid_from"] < one["valid_until"]


def test_everything_is_marked_and_says_whose_it_is(documents: list[dict[str, Any]]) -> None:
    """Ours by the operator, others' by their own names; the marking is TLP 2.0."""
    found = by_type(written(documents))
    names = {one["id"]: one["name"] for one in found["identity"]}
    notes = [one for one in found["note"] if "authors" in one]

    assert {one["id"] for one in found["marking-definition"]} == {TLP["amber"]}
    for kind in ("indicator", "note", "opinion", "observed-data", "relationship", "infrastructure"):
        assert all(one["object_marking_refs"] == [TLP["amber"]] for one in found[kind])
        assert {names[one["created_by_ref"]] for one in found[kind]} == {"Office for made-up shops"}
    assert any(
        one["authors"] == ["Authority of Examples"] and "on its list of sites" in one["content"] for one in notes
    )
    assert all(names[one["object_refs"][1]] == one["authors"][0] for one in notes)
    assert len(found["identity"]) == len(names)
    assert found["opinion"][0]["opinion"] == "disagree"


def test_the_same_verdict_makes_the_same_bytes_and_another_check_other_ids(documents: list[dict[str, Any]]) -> None:
    """Names of sites keep their id for everybody; what we say of them is of one check."""
    later = {**documents[0], "checked_at": "2026-11-09T12:00:00Z"}
    first, second = by_type(written(documents[:1])), by_type(written([later]))

    assert written(documents) == written(documents)
    assert first["domain-name"] == second["domain-name"]
    assert first["domain-name"][0]["id"] == stix2.DomainName(value="pills.example.com").id
    assert first["indicator"][0]["id"] != second["indicator"][0]["id"]
    assert by_type(written(documents[:1], replace(OURS, operator="Another")))["indicator"] != first["indicator"]


def test_words_of_a_page_stay_words(documents: list[dict[str, Any]]) -> None:
    """No character that a terminal obeys, no pattern but our own."""
    data = written(documents)

    assert not [letter for letter in data.decode() if letter in "\x1b\u202e"]
    assert all(one["pattern"].count("'") == 2 for one in by_type(data)["indicator"])


def test_a_cluster_shows_each_link_and_judges_nobody() -> None:
    """A grouping of names with its evidence; without verdicts there is no indicator."""
    link = Link("one.example.com", "two.example.net", "the same licence number, 1234", 0.7)
    found = by_type(b"".join(cluster_bundle(Cluster("Cluster 9", ["one.example.com"], [link], WHEN), OURS)))

    assert "indicator" not in found
    assert {one["value"] for one in found["domain-name"]} == {"one.example.com", "two.example.net"}
    assert found["relationship"][0]["description"] == "the same licence number, 1234"
    assert found["relationship"][0]["confidence"] == 70
    assert set(found["grouping"][0]["object_refs"]) == {
        *(one["id"] for one in found["domain-name"]), found["relationship"][0]["id"],
    }  # fmt: skip

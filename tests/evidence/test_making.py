"""What goes into a package, and what does not."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from pharmcheck.capture import write_warc
from pharmcheck.errors import EvidenceError
from pharmcheck.evidence import Maker, make_package
from pharmcheck.evidence.cases import Case
from pharmcheck.evidence.indexing import index_lines, search_key
from tests.sites import WHEN, site


def test_the_page_for_people_escapes_everything_and_leads_nowhere(cases: list[Case]) -> None:
    """The operator's name, and whatever else may hold markup; addresses are defanged."""
    members = {one.name: one for one in make_package(cases, Maker("<script>alert(1)</script>"), WHEN)}
    page = members["evidence/how-this-was-made.html"].source.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"<(script|a|img|iframe|form|link|object)\b", page)
    assert not re.search(r"\s(on\w+|href|src)=", page)
    assert "pills[.]example[.]com" in page
    assert "pills.example.com" not in page
    assert "not signed" in page
    assert "no timestamp" in page


@pytest.mark.parametrize("spoilt", ["one member", "cut off", "other bytes behind"])
def test_an_archive_that_cannot_be_indexed_is_refused(tmp_path: Path, spoilt: str) -> None:
    """An index says where each record begins; a package with a wrong one would show something else elsewhere."""
    file = tmp_path / "handed-in.warc.gz"
    write_warc([site("pills.example.com", home="# Hello"), site("meds.example.net", home="# Hello")], file)
    whole = file.read_bytes()
    file.write_bytes({
        "one member": gzip.compress(gzip.decompress(whole)),
        "cut off": whole[:-5],
        "other bytes behind": whole + b"x",
    }[spoilt])  # fmt: skip

    with pytest.raises(EvidenceError, match=r"record by record|breaks off|cannot be read to its end"):
        index_lines(file, file.name)


def test_an_archive_that_changes_under_our_hands_is_noticed(cases: list[Case]) -> None:
    """What was judged and what is packed must be the same bytes."""
    with cases[0].archive.open("ab") as archive:
        archive.write(b"more")

    with pytest.raises(EvidenceError, match="not the ones"):
        make_package(cases, Maker(""), WHEN)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Shop.example.com/A/b?q=1", "com,example,shop)/a/b?q=1"),
        ("http://shop.example.com:8080", "com,example,shop:8080)/"),
        ("https://shop.example.com/\u0663 \n", "com,example,shop)/%663%20"),
        ("https://[::1", "invalid)/"),
    ],
)
def test_pages_of_a_site_stand_together_in_the_index(url: str, key: str) -> None:
    """Host first and turned round; a line of the index stays one line of ASCII, whatever an address holds."""
    assert search_key(url) == key

"""Lists of sites: those that an authority warns about, and those that a private body vouches for or advises against."""

from __future__ import annotations

from datetime import date

import pytest

from pharmcheck.errors import RegisterFileError
from pharmcheck.registers import Record, WarningEntry


def test_a_plain_list_has_no_dates_and_none_is_invented(read) -> None:
    """One site a line, remarks aside; what is not one name is quarantined; typesetter's hyphens are hyphens."""
    sites = "pills.example\r\nwww.tablets.example\norder\u2010meds.example\ncanada meds.example\nacme ltd.\n"
    found = read("fda_warned_us", "# collected by others\n" + sites)

    assert [(entry.domain, entry.listed_on, entry.url) for entry in found.warnings] == [
        ("pills.example", None, None), ("tablets.example", None, None), ("order-meds.example", None, None),
    ]  # fmt: skip
    assert [bad.text for bad in found.quarantined] == ["canada meds.example", "acme ltd."]


def test_a_warning_about_a_page_condemns_no_host(read) -> None:
    """Platforms, and sites of which only a page is named, are quarantined."""
    found = read(
        "fda_warned_us", "pills.example\nmarket.example/stall/7\nwebnode.cz\nshop.webnode.cz\n192.0.2.7\n8.8.8.8\n"
    )

    assert [entry.domain for entry in found.warnings] == ["pills.example", "shop.webnode.cz"]
    assert len(found.quarantined) == 4


def test_a_table_of_letters_gives_dates_and_links(read) -> None:
    """Each site of a letter is a warning of its own, with the letter's date and address."""
    page = (
        "<!DOCTYPE html><html><body><table><tr><th>Other<td>table</table><table>"
        "<tr><th>Letter Issue Date</th><th>Company Name</th><th>Website(s)</th></tr>".replace("Website(s)", "Websites")
        + '<tr><td>11/05/2026</td><td><a href="https://authority.example/letter-1">Pills Inc.</a></td>'
        "<td>pills.example<br>tablets.example</td></tr>"
        "<tr><td>not a date</td><td>Q</td><td>bad-date.example</td></tr></table>"
    )
    found = read("fda_warned_us", page)

    assert found.warnings == [
        WarningEntry(
            "fda_warned_us",
            found.warnings[0].authority,
            domain,
            date(2026, 11, 5),
            "https://authority.example/letter-1",
        )
        for domain in ("pills.example", "tablets.example")
    ]
    assert [bad.reason for bad in found.quarantined] == ["“not a date” is not a date as this register writes them"]


def test_an_accredited_site_is_a_record_that_names_it(read) -> None:
    """From a table of names and addresses, or from a plain list."""
    listed = read("nabp_us", "Pharmacy Name;Website\nSample Drugs;https://www.drugs.example/\n").records
    plain = read("nabp_us", "drugs.example\n").records

    assert [(record.name, record.web_addresses) for record in listed] == [
        ("Sample Drugs", ("https://www.drugs.example/",))
    ]
    assert [(record.entry_id, record.web_addresses) for record in plain] == [
        ("drugs.example", ("https://drugs.example/",))
    ]
    assert all(isinstance(record, Record) for record in listed)


def test_not_recommended_is_a_private_warning(read, sources) -> None:
    """A private body's list never becomes a government's."""
    (entry,) = read("nabp_not_recommended", "Domain,Date added\npills.example,11/05/2026\n").warnings

    assert (entry.register, entry.domain, entry.listed_on) == (
        "nabp_not_recommended",
        "pills.example",
        date(2026, 11, 5),
    )
    assert {source.name: source.kind.value for source in sources}["nabp_not_recommended"] == "private_warning"


@pytest.mark.parametrize("name", ["fda_warned_us", "nabp_us", "nabp_not_recommended"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><h1>404</h1></html>",
        b"TYP;NAZEV\nZ;x\nO;y\n",
        b"F1,A Pharmacy,1 Street,52.1\n" * 9,
        b"just\nsome\nwords\n",
    ],
)
def test_anything_else_is_no_list_of_sites(read, name: str, content: bytes) -> None:
    """A table without header is known by its contents."""
    with pytest.raises(RegisterFileError, match=r"^Expected a file of US "):
        read(name, content)

"""The Czech list of pharmacies, in both forms in which it is published."""

from __future__ import annotations

import pytest

from pharmcheck.errors import RegisterFileError
from pharmcheck.registers import Identifier, binds

HEADER = (
    "NAZEV,KOD_PRACOVISTE,KOD_LEKARNY,ICZ,ICO,MESTO,ULICE,PSC,LEKARNIK_PRIJMENI,LEKARNIK_JMENO,LEKARNIK_TITUL,WWW,EMAIL,"
    "TELEFON,FAX,ERP,TYP_LEKARNY,ZASILKOVY_PRODEJ,POHOTOVOST"
)


def row(web: str = "", name: str = "Lékárna U Vzoru", code: str = "00999000001", mail_order: str = "ANO") -> str:
    """One pharmacy that does not exist."""
    return (
        f'{name},{code},99995010,99900001,00006947,Vzorov,Smyšlená 12/3,99901,Vymyšlená,Jana,PharmDr.,"{web}",'
        f'info@vzor.example,"224 999 001, 606 999 002",,1,Z,{mail_order},'
    )


def table(*rows: str) -> str:
    return "\r\n".join([HEADER, *rows, ""])


def test_an_entry_keeps_what_the_register_says_of_the_pharmacy_and_nothing_of_persons(read) -> None:
    """Name, numbers, place, telephones, web address and mail-order mark are kept; a pharmacist's name is not."""
    (record,) = read("sukl_cz", table(row("www.vzor.example"))).records

    assert (record.entry_id, record.name, record.country) == ("00999000001", "Lékárna U Vzoru", "CZ")
    assert record.identifiers == (Identifier("cz_sukl", "00999000001"), Identifier("cz_ico", "00006947"))
    assert (record.address, record.postcode) == ("Smyšlená 12/3, Vzorov", "99901")
    assert record.phones == ("+420224999001", "+420606999002")
    assert record.web_addresses == ("https://www.vzor.example/",)
    assert record.online_sale is True
    assert "Vymyšlen" not in repr(record)


def test_the_monthly_archive_reads_as_the_plain_file_does(read, pack) -> None:
    """The zip with code page 1250 and semicolons holds the same entries as the UTF-8 file with its mark and commas."""
    plain = table(row("http://vzor.example"))
    old = plain.replace('"224 999 001, 606 999 002"', "224 999 001, 606 999 002").replace('"', "")
    parts = old.split("\r\n")
    # commas inside a cell stay, those between cells become semicolons
    old = "\r\n".join(line.replace(", ", "\0").replace(",", ";").replace("\0", ", ") for line in parts).encode("cp1250")
    archive = pack(lekarny_seznam__csv=old, lekarny_typ__csv=b"TYP_LEKARNY;NAZEV\r\nZ;x\r\n")

    assert read("sukl_cz", archive).records == read("sukl_cz", "\ufeff" + plain).records


def test_a_cell_may_hold_several_addresses(read) -> None:
    """Each clean address of a cell counts, once, with or without a scheme."""
    (record,) = read("sukl_cz", table(row("http://vzor.example/, www.druhy.example, www.druhy.example"))).records

    assert record.web_addresses == ("http://vzor.example/", "https://www.druhy.example/")


@pytest.mark.parametrize(
    "cell",
    [
        "http//:www.vzor.example",
        "http.//www.vzor.example",
        "http.://www.vzor.example",
        "http: //www.vzor.example",
        "https://www. vzor.example",
        "www.vzor..cz",
        "info@vzor.example",
        "vzor.example, https:",
        "http://vzor-cz",
        "http://www.vzor ",
    ],
)
def test_a_cell_that_is_not_clean_names_nobody(read, cell: str) -> None:
    """A malformed cell is quarantined whole, even where half of it looks right; the entry stays without an address."""
    found = read("sukl_cz", table(row(cell)))

    assert [record.web_addresses for record in found.records] == [()]
    assert [bad.line for bad in found.quarantined] == [2]
    assert found.quarantined[0].reason.startswith("web address: ")
    assert found.quarantined[0].text == cell.strip()


def test_an_address_with_a_path_is_shown_and_binds_nobody(read) -> None:
    """A pharmacy inside somebody else's site vouches neither for the site nor for its neighbours."""
    (record,) = read("sukl_cz", table(row("http://supermarket.example/lekarna"))).records

    assert record.web_addresses == ("http://supermarket.example/lekarna",)
    assert not any(binds(web, "supermarket.example") for web in record.web_addresses)


def test_a_platform_is_no_web_address(read) -> None:
    """A name under a platform is one site; the platform itself is everybody's."""
    sites = "lekarna-vzor.webnode.cz", "webnode.cz", "www.facebook.com", "https://github.io/"
    found = read("sukl_cz", table(*map(row, sites)))

    assert [record.web_addresses for record in found.records] == [("https://lekarna-vzor.webnode.cz/",), (), (), ()]
    assert [bad.line for bad in found.quarantined] == [3, 4, 5]


@pytest.mark.parametrize(
    "name", ["test", "TEST lékárna", "test zakladani 5", "testovani prod", "Testovka lékárna", "test_1"]
)
def test_a_row_somebody_tried_out_is_no_pharmacy(read, name: str) -> None:
    """The keeper's own test rows are quarantined whole, with their address."""
    found = read("sukl_cz", table(row("vzor.example", name=name), row("vzor.example")))

    assert [record.name for record in found.records] == ["Lékárna U Vzoru"]
    assert [bad.reason for bad in found.quarantined] == ["a test row"]


@pytest.mark.parametrize("name", ["Test Valley Pharmacy", "Testa Apotheke", "Protest Pharmacy"])
def test_a_name_that_only_sounds_like_a_test_is_a_pharmacy(read, name: str) -> None:
    """A place or a person may be called so."""
    assert [record.name for record in read("sukl_cz", table(row(name=name))).records] == [name]


def test_without_the_mark_an_entry_may_not_send(read) -> None:
    """An empty mark means no; a mark nobody knows is not guessed."""
    found = read("sukl_cz", table(row(mail_order=""), row(mail_order="MOŽNÁ", code="2")))

    assert [record.online_sale for record in found.records] == [False]
    assert [bad.reason for bad in found.quarantined] == ["the map does not know the online sale “možná”"]


def test_a_torn_row_is_quarantined_and_its_neighbours_stay(read) -> None:
    """A row with too few cells, too many, or an open quotation mark costs nobody else."""
    torn = row()[:60]
    found = read("sukl_cz", table(torn, row(), row() + "zu,viel,", row(code="00999000002")))

    assert [record.entry_id for record in found.records] == ["00999000001", "00999000002"]
    assert [bad.line for bad in found.quarantined] == [2, 4]
    assert all("Vymyšlen" not in bad.text for bad in found.quarantined)


def test_a_quotation_mark_that_never_closes_does_not_swallow_the_file(read) -> None:
    """What it swallows is bounded, told, and what follows is read."""
    plain = row().replace('"', "").replace(", 606 999 002", "")
    found = read("sukl_cz", table(row(), '"' + plain, *[plain] * 2_000))

    assert found.records[0].entry_id == "00999000001"
    assert len(found.records) > 500
    assert "could not be taken apart" in found.quarantined[0].reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b"<!DOCTYPE html><html><head><title>404 Not Found</title>", "a web page (“404 Not Found”): it has no rows"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x1f\x8b\x08...", "a gzip archive"),
        (b'{"error": "not found"}', "a JSON document"),
        (b"PK\x03\x04 broken", "the zip archive is broken"),
        (b"NPI,Entity Type Code\r\n1234567893,2\r\n", "it has no column"),
        (b"A\0\0\0\x01\x02", "a file that is no text"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(read, content: bytes, says: str) -> None:
    """What was expected and what was found."""
    with pytest.raises(RegisterFileError, match=r"^Expected a file of Czech State Institute.*") as refused:
        read("sukl_cz", content)

    assert says in str(refused.value)
    assert str(refused.value).endswith(".")


def test_an_archive_of_something_else_is_refused(read, pack) -> None:
    """The sentence says what the archive holds."""
    with pytest.raises(RegisterFileError, match=r"none found \(it holds photo.csv\)"):
        read("sukl_cz", pack(photo__csv=b"x"))

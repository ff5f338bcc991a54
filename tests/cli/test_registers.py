"""`pharmcheck registers`: bring in, see, look up; and what is loaded is what `check` and `replay` ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import UNVERIFIED, Run
from tests.file_server import file_server

HEADER = (
    "NAZEV,KOD_PRACOVISTE,KOD_LEKARNY,ICZ,ICO,MESTO,ULICE,PSC,WWW,EMAIL,TELEFON,FAX,ERP,TYP_LEKARNY,"
    "ZASILKOVY_PRODEJ,POHOTOVOST"
)


def row(number: int, web: str, sale: str = "ANO", name: str = "Lékárna U Mola") -> str:
    return f"{name},{number:011d},1,1,25010450,Praha,Nábřeží 12,11000,{web},,224 000 000,,1,Z,{sale},"


@pytest.fixture
def listing(tmp_path: Path) -> Callable[..., Path]:
    """A file in the form of the Czech register, with made-up pharmacies."""

    def make(*rows: str, name: str = "lekarny.csv") -> Path:
        file = tmp_path / name
        file.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
        return file

    return make


def today(days: int = 0) -> str:
    return str(datetime.now(UTC).date() - timedelta(days=days))


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_file_is_imported_and_shown(run: Run, listing) -> None:
    """What was loaded, what was left out and how long it is fresh."""
    file = listing(row(1, "https://www.mole-pharmacy.example"), row(2, "http//:bad.example"), row(3, "shop.example/cz"))

    imported = run("registers", "import", "sukl_cz", file, "--as-of", today())
    again = run("registers", "import", "sukl_cz", file, "--as-of", today())
    shown = run("registers", "status", "sukl_cz")

    assert (imported.exit_code, again.exit_code, shown.exit_code) == (0, 0, 0), imported.output + shown.output
    assert (
        "3 records, 1 web addresses that can name a site, 1 with a path, which name none, 1 left out" in imported.stdout
    )
    assert "nothing changed" in again.stdout
    assert f"of {today()}, 0 days old, fresh until" in shown.stdout
    assert re.search(r"line 3: .*bad\.example", shown.stdout)


def test_status_is_data_for_programs(run: Run, listing) -> None:
    """One document a line for every register, loaded or not; unknown values are null."""
    run("registers", "import", "sukl_cz", listing(row(1, "shop.example")), "--as-of", today(60))

    found = {each["name"]: each for each in lines(run("registers", "status", "--json").stdout)}
    (one,) = lines(run("registers", "status", "sukl_cz", "--json").stdout)

    assert found["sukl_cz"]["loaded"] is True
    assert (one["age_days"], one["fresh"], one["records"], one["snapshot_date"]) == (60, False, 1, today(60))
    assert one["quarantined_rows"] == []
    assert found["nppes_us"]["loaded"] is False
    assert found["nppes_us"]["snapshot_date"] is None
    assert {frozenset(each) for each in found.values()} == {frozenset(found["sukl_cz"])}


def test_a_look_up_shows_the_record_and_who_says_so(run: Run, listing) -> None:
    """By site and by number, for people and for programs."""
    run("registers", "import", "sukl_cz", listing(row(7, "https://shop.example")), "--as-of", today())

    by_name = run("registers", "lookup", "https://www.shop.example/x")
    by_number = run("registers", "lookup", "00000000007")
    (document,) = lines(run("registers", "lookup", "www.shop.example", "--json").stdout)

    assert "names this site: Lékárna U Mola, entry 00000000007" in by_name.stdout
    assert "may sell online" in by_name.stdout
    assert "has this number: Lékárna U Mola" in by_number.stdout
    assert "not thereby the one it belongs to" in by_number.stdout
    assert (document["schema"], document["by"], document["asked"]) == (
        "pharmcheck.lookup/1",
        "domain",
        "www.shop.example",
    )
    assert document["records"][0]["entry_id"] == "00000000007"
    assert document["records"][0]["fresh"] is True


def test_a_look_up_without_an_answer_says_who_could_settle_it(run: Run) -> None:
    """The register of the country, with the page where a person can look."""
    found = run("registers", "lookup", "some-shop.de")

    assert found.exit_code == 0
    assert "No register that is loaded names some-shop.de" in found.stdout
    assert "no register is loaded" in found.stdout
    assert "https://www.bfarm.de/" in found.stdout


def test_a_wrong_file_is_a_sentence_and_changes_nothing(run: Run, listing, tmp_path: Path) -> None:
    """Another table, a file that is not there, a register that is not one, a date that is none."""
    run("registers", "import", "sukl_cz", listing(row(1, "shop.example")), "--as-of", today())
    other = tmp_path / "other.csv"
    other.write_text("town,street\nWhitby,Quay Street\n")

    for arguments, says in (
        (("sukl_cz", other), "Expected"),
        (("sukl_cz", tmp_path / "nowhere.csv"), "cannot be read"),
        (("nonsense", other), "There is no register named"),
        (("bfarm_de", other), "publishes no file"),
        (("sukl_cz", other, "--as-of", "yesterday"), "--as-of yesterday: write a date"),
        (("sukl_cz", other, "--as-of", str(date(2999, 1, 1))), "Expected"),
    ):
        result = run("registers", "import", *arguments)
        assert (result.exit_code, says in result.stderr) == (2, True), result.output
        assert "Traceback" not in result.output

    (one,) = lines(run("registers", "status", "sukl_cz", "--json").stdout)
    assert one["records"] == 1


def test_force_is_told_with_its_reasons(run: Run, listing) -> None:
    """What speaks against a file is said when it is refused and when it is loaded all the same."""
    run("registers", "import", "sukl_cz", listing(*(row(n, f"s{n}.example") for n in range(40))), "--as-of", today())
    short = listing(row(1, "s1.example"), name="short.csv")

    refused = run("registers", "import", "sukl_cz", short, "--as-of", today())
    forced = run("registers", "import", "sukl_cz", short, "--as-of", today(), "--force")

    assert refused.exit_code == 2
    assert "What is loaded stays" in refused.stderr
    assert "--force" in refused.stderr
    assert forced.exit_code == 0
    assert "Loaded by force: it has 1 records where the one that is loaded has 40" in forced.stdout


def test_a_list_without_a_date_says_what_that_means(run: Run, listing) -> None:
    """It is loaded, and verifies nothing."""
    imported = run("registers", "import", "sukl_cz", listing(row(1, "shop.example")))

    assert "never fresh and verifies nothing" in imported.stdout
    assert "has no date" in run("registers", "status", "sukl_cz").stdout


def test_words_of_a_register_do_not_act_on_a_terminal(run: Run, listing) -> None:
    """A register's cell is data of a stranger too."""
    name = "Evil\u202e \x1b[31mname"
    run("registers", "import", "sukl_cz", listing(row(1, "shop.example", name=name)), "--as-of", today())

    for arguments in (["shop.example"], ["shop.example", "--json"]):
        shown = run("registers", "lookup", *arguments).stdout
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_a_number_is_asked_of_its_publisher_when_wanted(run: Run, tmp_path: Path) -> None:
    """The record is shown beside what is loaded; a publisher that does not answer costs nothing but the code."""
    provider = {"number": "1234567893", "enumeration_type": "NPI-2", "taxonomies": [{"code": "3336C0003X"}]}
    provider["basic"] = {"organization_name": "SAMPLE\x1b PHARMACY", "status": "A"}
    live = "npiregistry.cms.hhs.gov:443:127.0.0.1:{}"
    with file_server(
        tmp_path,
        host="npiregistry.cms.hhs.gov",
        content=json.dumps({"results": [provider]}).encode(),
    ) as server:
        (place,) = server.policy.resolve.values()
        way = ["--live", "--resolve", live.format(place[1]), "--ca-file", tmp_path / "ca.pem"]
        way += ["--allow-network", "127.0.0.0/8"]
        shown = run("registers", "lookup", "1234567893", *way)
        (document,) = lines(run("registers", "lookup", "1234567893", "--json", *way).stdout)
        server.status = 500
        failed = run("registers", "lookup", "1234567893", *way)

    assert "answers now: SAMPLE PHARMACY, entry 1234567893" in " ".join(shown.stdout.split())
    assert "not thereby the one it belongs to" in shown.stdout
    assert [record["entry_id"] for record in document["live"]["records"]] == ["1234567893"]
    assert (shown.exit_code, failed.exit_code) == (0, 1)
    assert "No register that is loaded has 1234567893" in failed.stdout
    assert "could not be asked: The site answered with status 500" in failed.stderr


def test_a_site_is_not_asked_of_the_publisher_of_numbers(run: Run) -> None:
    """`--live` takes a number; nothing is sent for anything else."""
    result = run("registers", "lookup", "shop7.example", "--live")

    assert result.exit_code == 2
    assert "is not an NPI" in result.stderr


def test_a_plain_sync_fetches_what_others_are_known_to_fetch(run: Run, listing, tmp_path: Path) -> None:
    """The Czech list comes; the English one does not, its server being another one, and that is said; nothing else."""
    content = listing(*(row(number, f"https://quay{number}.example") for number in range(30))).read_bytes()
    with file_server(tmp_path, host="opendata.sukl.cz", content=content) as server:
        (place,) = server.policy.resolve.values()
        way = [f"--resolve={host}:443:127.0.0.1:{place[1]}" for host in ("opendata.sukl.cz", "files.digital.nhs.uk")]
        result = run("registers", "sync", *way, "--ca-file", tmp_path / "ca.pem", "--allow-network", "127.0.0.0/8")

    assert result.exit_code == 1
    assert "sukl_cz of 2026-11-01: 30 records" in result.stdout
    assert re.search(r"ods_gb: The certificate is for another name", result.stderr)
    assert len(server.requests) == 1


def test_a_register_without_an_address_says_what_to_do(run: Run) -> None:
    """Somebody has to bring the file; the code says that it is not up to date."""
    result = run("registers", "sync", "nppes_us")

    assert result.exit_code == 1
    assert "pharmcheck registers import nppes_us FILE" in result.stderr


def test_a_new_register_is_asked_at_once(run: Run, listing, way: list[str]) -> None:
    """A stored verdict holds only as long as the registers that it was made with; --no-store asks none."""

    def check(*more: str) -> dict[str, Any]:
        (document,) = lines(run("check", "--json", *way, f"https://{UNVERIFIED}/", *more).stdout)
        return document

    before = check()
    run("registers", "import", "sukl_cz", listing(row(1, f"https://{UNVERIFIED}")), "--as-of", today())
    after = check()
    stored = check()
    without = check("--no-store")

    assert (before["category"], before["registers"]) == ("unverified", [])
    assert (after["category"], after["reason_code"]) == ("verified", "register_names_site")
    assert [(each["name"], each["snapshot_date"]) for each in after["registers"]] == [("sukl_cz", today())]
    assert after["proofs"][0]["entry_id"] == "00000000001"
    assert stored["capture_id"] == after["capture_id"]
    assert (without["category"], without["registers"]) == ("unverified", [])


def test_replay_asks_the_registers_and_repeats_itself(run: Run, listing, way: list[str]) -> None:
    """The same capture, snapshots and clock give the same lines; a register loaded since moves a verdict."""
    run("check", "--json", *way, f"https://{UNVERIFIED}/")
    unmoved = lines(run("replay", "--json").stdout)
    run("registers", "import", "sukl_cz", listing(row(1, f"https://{UNVERIFIED}")), "--as-of", today())

    moved = run("replay", "--json").stdout

    assert [line["changed"] for line in unmoved] == [False]
    assert [line["after"]["category"] for line in lines(moved)] == ["verified"]
    assert run("replay", "--json").stdout == moved


def test_an_archive_is_judged_by_what_is_loaded(run: Run, listing, make_archive) -> None:
    """Offline as before, and the same bytes twice; without a store there is none afterwards either."""
    archive = make_archive("pills-a.example")
    run("registers", "import", "sukl_cz", listing(row(1, "https://pills-a.example")), "--as-of", today())

    first = run("check", archive, "--json").stdout
    (document,) = lines(first)

    assert [each["name"] for each in document["registers"]] == ["sukl_cz"]
    assert run("check", archive, "--json").stdout == first
    assert lines(run("check", archive, "--json", "--no-store").stdout)[0]["registers"] == []

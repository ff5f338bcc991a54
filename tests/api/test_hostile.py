"""What a service must hold against those who use it to harm others, statement by statement: docs/threats.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from pharmcheck.address import parse_address
from pharmcheck.capture import Policy
from pharmcheck.cli import options
from pharmcheck.model import Attempt, FetchOutcome, PageRole
from pharmcheck.ruleset import Ruleset
from pharmcheck.settings import Settings
from pharmcheck.store import Scope
from tests.api.conftest import Desk, keep_answer, open_desk, rogue
from tests.sites import site

pytestmark = pytest.mark.anyio
SECRET = "order=4711&name=Ida+Muster&token=hush"


async def form(desk: Desk, url: str = "pills.example.com", **headers: str) -> httpx.Response:
    return await desk.client.post("/check", data={"url": url}, headers=headers)


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/help", "/help"),
        ("/v/" + "0" * 32, "/v/" + "0" * 32),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example/help", "/help"),
        ("////evil.example", "/"),
        ("%2f%2fevil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/help\r\nSet-Cookie: a=b", "/helpSet-Cookie:%20a=b"),
        ("evil.example", "/"),
        ("", "/"),
    ],
)
async def test_choosing_a_language_leads_nowhere_else(desk: Desk, to: str, leads: str) -> None:
    """A redirect goes to a path of our own, or home."""
    answer = await desk.get(f"/language/de?to={quote(to, safe='%')}")

    assert (answer.status_code, answer.headers["location"]) == (303, leads)
    assert answer.headers.get_list("set-cookie")[0].startswith("language=de;")
    assert len(answer.headers.get_list("set-cookie")) == 1


async def test_only_known_languages_are_kept(desk: Desk) -> None:
    """What a stranger writes into the address never becomes a cookie."""
    assert "set-cookie" not in (await desk.get("/language/xx%0d%0a")).headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://service.test.evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://service.test"}, 303),
        ({"Origin": "http://service.test"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({}, 303),
    ],
)
async def test_another_sites_form_starts_nothing(desk: Desk, headers: dict[str, str], status: int) -> None:
    """A page elsewhere cannot use its visitors to make us look at somebody."""
    answer = await form(desk, **headers)

    assert answer.status_code == status
    assert desk.service.queue.depth()["interactive"][0] == (1 if status == 303 else 0)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
async def test_a_form_cannot_drive_the_api(desk: Desk, kind: str) -> None:
    """What a foreign page may send without asking is refused by its Content-Type, and no cookie opens anything."""
    body = b'{"url": "pills.example.com"}'
    answer = await desk.client.post("/v1/checks", content=body, headers={"Content-Type": kind, "Cookie": "language=de"})

    assert answer.status_code == 415
    assert desk.service.queue.depth()["interactive"][0] == 0


@pytest.mark.parametrize("path", ["/v1/checks", "/v1/batches", "/v1/opt-outs", "/check"])
async def test_what_writes_is_not_for_other_origins(desk: Desk, path: str) -> None:
    """Reads are open to any page; nothing that changes anything is."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await desk.client.request("OPTIONS", path, headers=asked)

    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == 405


SAME = (
    "https://pills.example.com/", "HTTPS://PILLS.EXAMPLE.COM", "http://pills.example.com", "pills.example.com.",
    "https://pills.example.com:443/", "https://pills.example.com/a/../b?utm_source=x#top", "hxxps://pills[.]example[.]com",
    "https://pills.example.com/%41", "look at https://pills.example.com/offer!",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SAME)
async def test_however_it_is_written_a_host_has_one_verdict(desk: Desk, spelling: str) -> None:
    """Case, root dot, port, path, fragment and tracking never make a second one."""
    check_id = desk.keep(rogue())

    assert (await desk.post("/v1/checks", {"url": spelling})).json()["id"] == check_id


async def test_names_in_other_scripts_are_one_name_however_they_are_spelt(desk: Desk) -> None:
    """The form that people read and the form that machines read lead to the same verdict."""
    check_id = desk.keep(rogue("xn--bcher-kva.example.com"))

    assert (await desk.post("/v1/checks", {"url": "https://Bücher.example.com/"})).json()["id"] == check_id


@pytest.mark.parametrize("neighbour", ["other.github.io", "www.pills.github.io", "github.io"])
async def test_neighbours_on_a_platform_do_not_share_a_verdict(desk: Desk, neighbour: str) -> None:
    """Whoever rents the next shop of the same platform is somebody else."""
    desk.keep(rogue("pills.github.io"))

    assert (await desk.get(f"/v1/verdicts/{neighbour}")).status_code in (404, 422)


async def test_nobody_reads_what_another_one_pasted(desk: Desk) -> None:
    """The query of an address may name a patient: it goes with the visit and is in no answer for others."""
    pasted = f"Is this real? https://pills.example.com/basket?{SECRET} Ida"
    asked = (await desk.post("/v1/checks", {"url": pasted})).json()
    assert asked["address"]["input"] == pasted  # to the one who wrote it

    for path in (f"/v1/checks/{asked['id']}", f"/v/{asked['id']}", f"/v/{asked['id']}/progress"):
        answer = (await desk.get(path)).text
        assert "4711" not in answer
        assert "Ida" not in answer
    desk.service.queue.fail(asked["id"], "internal", desk.clock())
    assert "4711" not in (await desk.get(f"/v/{asked['id']}")).text


async def test_a_verdict_names_the_page_without_its_query(desk: Desk) -> None:
    """Not in the document, the evidence, the history nor on the page; the archived bytes stay as they were."""
    capture = site("pills.example.com", home="# Sildenafil\n$2.50\n! Add to cart", faq="No prescription required.")
    start = f"https://pills.example.com/faq?{SECRET}"
    address = parse_address(start)
    pages = tuple(replace(page, url=start) if page.role is PageRole.FAQ else page for page in capture.pages)
    missed = Attempt(start, PageRole.OTHER, FetchOutcome.TIMED_OUT, "slow", (), 10)
    capture = replace(capture, address=address, pages=pages, attempts=(*capture.attempts, missed))

    check_id = keep_answer(desk.service, capture, desk.clock())

    found = (await desk.get("/v1/verdicts/pills.example.com")).json()
    assert found["category"] == "danger"
    assert found["address"]["url"] == found["address"]["input"] == "https://pills.example.com/faq"
    assert [item["what"] for item in found["not_checked"]] == ["https://pills.example.com/faq"]
    for path in ("/v1/verdicts/pills.example.com", "/v1/verdicts/pills.example.com/evidence",
                 "/v1/verdicts/pills.example.com/history", f"/v1/checks/{check_id}", f"/v/{check_id}"):  # fmt: skip
        assert "4711" not in (await desk.get(path)).text
    stored = desk.service.store.get_check(check_id)
    assert stored is not None
    assert "4711" not in stored.address.url + stored.address.raw


async def test_who_asks_sets_nothing_but_the_host(desk: Desk) -> None:
    """Headers, query and path of one caller are in no answer to another, and no header moves a link."""
    check_id = desk.keep(rogue())
    forged = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Original-URL": "/evil",
        "X-Rewrite-URL": "/evil", "Forwarded": "host=evil.example", "X-Forwarded-Prefix": "/evil",
    }  # fmt: skip
    for path in ("/", f"/v/{check_id}", "/v1/verdicts/pills.example.com", "/v1/openapi.json", f"/v1/checks/{check_id}"):
        plain, bent = await desk.get(path), await desk.get(path, headers=forged)
        assert "evil" not in bent.text + str(bent.headers)
        assert plain.text == bent.text


async def test_links_to_share_are_those_of_the_operator(tmp_path: Path, ruleset: Ruleset) -> None:
    """With a public address set, whatever Host a request names, the page gives out that address."""
    async for desk in open_desk(tmp_path, ruleset, public_url="https://check.example.org/"):
        check_id = desk.keep(rogue())
        page = (await desk.get(f"/v/{check_id}", headers={"Host": "evil.example"})).text
        assert f"https://check.example.org/v/{check_id}" in page
        assert "evil.example" not in page


@pytest.mark.parametrize("path", ["/v/{id}", "/v1/checks/{id}", "/"])
async def test_what_is_about_one_check_is_kept_by_nobody(desk: Desk, path: str) -> None:
    """No shared cache keeps a page that depends on language and cookie, and no search engine lists it."""
    headers = (await desk.get(path.format(id=desk.keep(rogue())))).headers

    assert headers["cache-control"] == "private, no-store"
    if not path.startswith("/v1"):
        assert headers["x-robots-tag"] == "noindex"
        assert set(headers["vary"].replace(" ", "").split(",")) >= {"Accept-Language", "Cookie"}


async def test_ids_cannot_be_guessed_or_counted(desk: Desk) -> None:
    """128 random bits, and no place lists what others asked for."""
    ids = [(await desk.post("/v1/checks", {"url": f"shop{n}.example.com"})).json()["id"] for n in range(5)]

    assert all(len(bytes.fromhex(one)) == 16 for one in ids)
    assert len({one[:8] for one in ids}) == 5
    for path in ("/v1/checks", "/v/", "/v1/batches", "/v1/verdicts"):
        assert (await desk.get(path)).status_code in (401, 404, 405)


async def test_no_answer_hands_on_a_page(desk: Desk) -> None:
    """We are nobody's proxy: quotations are one sentence, bodies stay in the archive."""
    body = "# Sildenafil 100 mg\n$2.50\n! Add to cart\n" + "Filler about nothing at all. " * 500
    check_id = desk.keep(site("pills.example.com", home=body, faq="No prescription required for any order."))

    for path in (f"/v1/checks/{check_id}", "/v1/verdicts/pills.example.com/evidence", f"/v/{check_id}"):
        assert (await desk.get(path)).text.count("Filler about nothing") < 10


def test_visits_say_who_comes_and_where_to_ask() -> None:
    """A site's owner finds the operator's page in every request; crawling nobody owns up to is not done."""
    settings = Settings(contact_url="https://operator.example.org/about")
    policy = options.policy(settings, [], [], None)

    assert policy.user_agent.startswith("pharmcheck/")
    assert policy.user_agent.endswith("(+https://operator.example.org/about)")
    assert Policy().min_interval_s >= 1


async def test_who_guesses_keys_uses_up_their_own_limit(tmp_path: Path, ruleset: Ruleset) -> None:
    """Every wrong key costs a read, and none is ever repeated in an answer."""
    async for desk in open_desk(tmp_path, ruleset, reads_per_minute=3):
        answers = [
            await desk.get("/v1/rules", headers={"Authorization": f"Bearer pc_live_{'a' * 30}{n:06d}"})
            for n in range(5)
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        assert all("pc_live_aaa" not in answer.text for answer in answers)


async def test_a_broken_list_is_told_where_it_is_broken(desk: Desk) -> None:
    """JSON that is none, too deep or of other things gets 4xx, as a single check does."""
    key: dict[str, Any] = desk.bearer(Scope.BATCH)
    for body, status in (
        (b"\x00", 400),
        (b"[" * 60_000, 400),
        (b'{"urls": "x"}', 422),
        (b'{"urls": [5]}', 422),
        (b"", 400),
    ):
        answer = await desk.client.post(
            "/v1/batches", content=body, headers={**key, "Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body

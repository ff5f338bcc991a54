"""Hostile words sent by a hostile site, through a real check, into everything that people and programs get from us.

One shop for each kind of words (`tests/hostile_words.py`), visited over loopback; a list with the same words in its
cells and in its name; then every page, document, report, log and line of a terminal that tells of them.  A format that
is added to the reports is read here by itself.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
import structlog
from typer.testing import CliRunner

from pharmcheck.capture import Policy, write_warc
from pharmcheck.cli.app import app as command_line
from pharmcheck.exports import FORMATS
from pharmcheck.ruleset import Ruleset
from pharmcheck.store import QueueName, Scope
from pharmcheck.work import do_check
from tests.api.conftest import Desk, open_desk
from tests.capture.wires import Seen, Site, page
from tests.hostile_words import ACTS, MARK, WORDS

pytestmark = pytest.mark.anyio
HOSTS = {f"shop{number}.com": words for number, words in enumerate(WORDS.values())}
SHOPS = re.compile(r"shop\d+\.com")
LANGUAGES = ("en", "de", "fr", "es")
FORMULAS = tuple("=+-@\t\r＝＋－＠")


def shop(seen: Seen) -> bytes:
    """The words as markup and as text, in every place that we read."""
    raw = HOSTS[seen.host]
    text = html.escape(raw)
    product = json.dumps({"@type": "Product", "name": raw, "offers": {"price": "2.50", "priceCurrency": "USD"}})
    pages = {
        "/": f"<title>{text}</title><script type=application/ld+json>{product}</script><h1>Sildenafil {text}</h1>"
        f"<p>{text} Buy Viagra 100 mg {text} <b>$2.50</b> <button>Add to cart</button> {raw} "
        f'<a href=\'/faq\'>FAQ {text}</a> <a href="{text}">{text}</a> <a href=/imprint title="{text}">Imprint</a>'
        f'<img src=seal.png alt="NABP {text}">',
        "/faq": f"<h1>Questions</h1><p>No prescription required for Sildenafil, {text} order now.</p>",
        "/imprint": f"<p>{text} Ltd, 1 High Street, London W1A 1AA. License number {text} GPhC 9999999. {raw}</p>",
    }
    if seen.path == "/robots.txt":
        return page(f"User-agent: *\nDisallow: /{raw}\nSitemap: {raw}\n")
    return page(pages.get(seen.path, f"<p>{text}"), "Server: " + "".join(filter(str.isprintable, raw))[:200])


@asynccontextmanager
async def high_street() -> AsyncIterator[Policy]:
    async with Site(shop).open_at("127.0.0.1") as port:
        places = {(host, 80): ("127.0.0.1", port) for host in HOSTS}
        yield Policy(resolve=places, allowed_networks=(ip_network("127.0.0.0/8"),), page_budget=4)


async def check_all(desk: Desk, policy: Policy, key: dict[str, str]) -> str:
    """Hand in the list, do its checks, and say where it is."""
    table = io.StringIO()
    csv.writer(table).writerows([["website", "note"], *([host, words[:2000]] for host, words in HOSTS.items())])
    name = "=" + WORDS["handler"] + WORDS["turned"] + ".csv"
    sent = await desk.client.post("/v1/batches", files={"file": (name, table.getvalue().encode())}, headers=key)
    assert sent.status_code == 202, sent.text
    place = replace(desk.service.place, policy=policy)
    jobs = desk.service.queue.claim(QueueName.BATCH, 100, "test", desk.clock(), timedelta(hours=1))
    async with anyio.create_task_group() as tasks:
        for job in jobs:
            tasks.start_soon(do_check, job, place)
    assert len(jobs) == len(HOSTS)
    return sent.headers["location"]


class Markup(HTMLParser):
    """What a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_inert(text: str) -> None:
    """No word of a stranger became an element, an attribute or a place to go."""
    for tag, attributes in Markup(text).found:
        assert tag not in ("iframe", "base", "svg", "math", "object", "embed", "template", "b"), tag
        assert not [name for name in attributes if name.startswith("on") or name in ("srcdoc", "style")], tag
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/")
        for name in ("href", "src", "action", "xlink:href"):
            parts = urlsplit(attributes.get(name) or "")
            assert parts.scheme in ("", "https"), attributes
            assert not parts.netloc.endswith(".example"), attributes
            assert not SHOPS.search(parts.netloc), attributes
    assert not ACTS.search(text)
    assert ">49<" not in text  # {{7*7}}, were it a template


def of_csv(body: bytes) -> None:
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.lstrip(" ").startswith(FORMULAS)] == []
    assert not ACTS.search("".join(cell for row in rows for cell in row))


def of_xlsx(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = [part for name, part in parts.items() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not [part for part in sheets if "<f>" in part or "<hyperlink" in part.lower()]
    assert not [name for name in parts if "external" in name.lower() or "_rels/sheet" in name]
    assert not any(ACTS.search(part) for part in parts.values())


def of_jsonl(body: bytes) -> None:
    text = body.decode()
    assert not ACTS.search(text)
    assert len([json.loads(line) for line in text.splitlines()]) == 1 + len(HOSTS)


def of_html(body: bytes) -> None:
    assert_inert(body.decode())


def of_anything(body: bytes) -> None:
    """A format that nobody described here: none of the words stand in it as they were sent."""
    for words in (WORDS["script"], WORDS["escape"], WORDS["turned"], WORDS["eight bits"], WORDS["header"]):
        assert words.encode() not in body


READERS: dict[str, Callable[[bytes], None]] = {"csv": of_csv, "xlsx": of_xlsx, "jsonl": of_jsonl, "html": of_html}


async def test_words_of_strangers_stay_words_wherever_they_are_told(tmp_path: Path, ruleset: Ruleset) -> None:
    """Pages in every language, documents, reports, logs, metrics, terminal, archive."""
    limits = {"key_reads_per_minute": 10_000, "reads_per_minute": 10_000}
    async for desk in open_desk(tmp_path, ruleset, **limits):
        key = desk.bearer(Scope.BATCH, Scope.CHECK)
        with structlog.testing.capture_logs() as logged:
            async with high_street() as policy:
                here = await check_all(desk, policy, key)
        assert {line["event"] for line in logged} == {"check.started", "check.done", "request.done"}
        assert MARK not in repr(logged)

        items = (await desk.get(f"{here}/items?limit=200", headers=key)).json()["items"]
        items = [item for item in items if item["verdict"]]
        assert len(items) == len(HOSTS)  # the first row is a title
        captures = []
        for number, item in enumerate(items):
            check_id, host = item["check_id"], item["verdict"]["address"]["host"]
            for path in (f"/v1/checks/{check_id}", f"/v1/verdicts/{host}", f"/v1/verdicts/{host}/evidence"):
                answer = await desk.get(path)
                assert answer.status_code == 200, path
                assert not ACTS.search(answer.text)
                assert not ACTS.search(json.dumps(answer.json(), ensure_ascii=False))
                assert "owned" not in str(answer.headers)
            assert answer.text.count(MARK) > 0, HOSTS[host]  # the evidence really holds them
            language = {"Cookie": f"language={LANGUAGES[number % len(LANGUAGES)]}"}
            told = await desk.get(f"/v/{check_id}", headers=language)
            assert_inert(told.text)
            stored = desk.service.store.get_check(check_id)
            assert stored is not None
            assert stored.capture_id is not None
            captures.append(desk.service.store.load_capture(stored.capture_id))

        for form in FORMATS:
            report = await desk.get(f"{here}/report.{form}", headers=key)
            assert report.status_code == 200, form
            READERS.get(form, of_anything)(report.content)
            assert "owned" not in str(report.headers)
        cookie = {"Cookie": "desk=" + key["Authorization"].removeprefix("Bearer ")}
        assert_inert((await desk.get(here.replace("/v1/batches", "/desk"), headers=cookie)).text)
        assert MARK not in (await desk.get("/metrics")).text

    archive = tmp_path / "some.warc.gz"
    write_warc(captures[::3], archive)  # every string is held by tests/cli/test_screen.py; this is the whole way
    words = ["check", "--no-store", str(archive)]
    done = await anyio.to_thread.run_sync(CliRunner().invoke, command_line, words)
    structlog.reset_defaults()
    assert done.exit_code in (0, 1, 3), done.output[-2000:]  # whatever the verdicts are, none of it is our failure
    assert not ACTS.search(done.output)
    assert MARK in done.output

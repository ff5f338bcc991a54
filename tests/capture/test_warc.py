"""Web archives: ours come back whole, others' are grouped into sites, hostile ones stay small."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import tempfile
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pharmcheck.address import parse_address
from pharmcheck.capture import capture_id, read_warc, write_warc
from pharmcheck.errors import ArchiveError
from pharmcheck.model import Attempt, Capture, FetchOutcome, Hop, Look, Page, PageRole, TlsFacts

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def page(url: str, body: bytes, role: PageRole = PageRole.HOME, **more: Any) -> Page:
    digest = hashlib.sha256(body).hexdigest()
    values = {"status": 200, "headers": (("content-type", "text/html"),), "fetched_at": T0, "truncated": False} | more
    return Page(url=url, role=role, body=body, sha256=digest, **values)


def capture(name: str = "shop.com", *pages: Page, **more: Any) -> Capture:
    attempts = (
        Attempt(f"https://{name}/", PageRole.HOME, FetchOutcome.FETCHED, "Read.", (Hop("x", 200, "1.2.3.4"),), 12),
        Attempt(f"https://{name}/faq", PageRole.FAQ, FetchOutcome.ROBOTS, "Not read.", (Hop("y", None, None),), 0),
    )
    tls = (TlsFacts(name, True, None, "TLSv1.3", (name,), "CA", T0, T0 + timedelta(days=9), "ab" * 32, "cd" * 32),)
    pages = pages or (page(f"https://{name}/", b"<p>hello"), page(f"https://{name}/c", b"\xff\x00", PageRole.CONTACT))
    values = {"attempts": attempts, "tls": tls, "started_at": T0, "finished_at": T0 + timedelta(seconds=3)} | more
    return Capture(address=parse_address(name), pages=tuple(pages), **values)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_captures_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    """Nothing that judging needs is lost, and writing twice gives the same bytes."""
    captures = [capture("shop.com"), capture("bücher.de"), capture("shop.com")]
    write_warc(captures, tmp_path / name)
    assert read_warc(tmp_path / name) == captures
    write_warc(captures, tmp_path / "again.warc.gz")
    write_warc(captures, tmp_path / "once-more.warc.gz")
    assert (tmp_path / "again.warc.gz").read_bytes() == (tmp_path / "once-more.warc.gz").read_bytes()
    assert [capture_id(one) for one in read_warc(tmp_path / name)] == [capture_id(one) for one in captures]
    assert len(capture_id(captures[0])) == 32
    assert capture_id(captures[0]) != capture_id(captures[1])


def test_a_visit_without_pages_is_kept_too(tmp_path: Path) -> None:
    """That nothing could be read is worth keeping."""
    empty = dataclasses.replace(capture(), pages=())
    write_warc([empty], tmp_path / "a.warc")
    assert read_warc(tmp_path / "a.warc") == [empty]


_text = st.text(max_size=30)
_times = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_pages = st.builds(
    page,
    st.sampled_from(["https://shop.com/", "https://shop.com/a", "http://shop.com/b?c=%20"]),
    st.binary(max_size=300),
    st.sampled_from(PageRole),
    fetched_at=_times,
    truncated=st.booleans(),
    headers=st.lists(st.tuples(st.sampled_from(["server", "location"]), _text), max_size=2).map(tuple),
    look=st.sampled_from(Look),
)
_attempts = st.builds(
    Attempt,
    _text,
    st.sampled_from(PageRole),
    st.sampled_from(FetchOutcome),
    _text,
    st.lists(
        st.builds(
            Hop,
            _text,
            st.none() | st.integers(100, 599),
            st.none() | _text,
            st.lists(_text, max_size=2).map(tuple),
            st.none() | _text,
        ),
        max_size=2,
    ).map(tuple),
    st.integers(0, 10**6),
    st.sampled_from(Look),
)


@pytest.mark.parametrize("value", ["\n", "a\r\n\r\n<html>No prescription required", "\x00", "\ud800", "\u2028"])
def test_a_header_cannot_break_out_of_its_line(value: str, tmp_path: Path) -> None:
    """Not even one that no server could have sent: the bytes of the page stay the bytes of the page."""
    one = dataclasses.replace(capture(), pages=(page("https://shop.com/", b"<p>Words", headers=(("server", value),)),))
    write_warc([one], tmp_path / "a.warc.gz")
    assert read_warc(tmp_path / "a.warc.gz") == [one]


@given(st.lists(_pages, max_size=3), st.lists(_attempts, max_size=3), _times, st.booleans())
def test_any_capture_survives_the_walk_through_an_archive(
    pages: list[Page], attempts: list[Attempt], when: datetime, archived: bool
) -> None:
    """Whatever bytes and words a capture holds, it comes back equal, under the same id."""
    one = dataclasses.replace(
        capture(), pages=tuple(pages), attempts=tuple(attempts), started_at=when, finished_at=when, archived=archived
    )
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "round.warc.gz")
        write_warc([one], file)
        assert read_warc(file) == [one]


def test_other_tools_can_read_our_archive(tmp_path: Path) -> None:
    """Pages are standard response records with their decoded body."""
    write_warc([capture()], tmp_path / "a.warc.gz")
    with (tmp_path / "a.warc.gz").open("rb") as file:
        found = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [row[0] for row in found] == ["metadata", "response", "response"]
    assert found[1][1:] == ("https://shop.com/", b"<p>hello")


class Foreign:
    """A small archive as another tool would write it."""

    def __init__(self, path: Path, *, gzipped: bool = True) -> None:
        self.path, self.out = path, io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=gzipped)

    def add(self, url: str, body: bytes, status: str = "200 OK", minute: int = 0, **headers: str) -> None:
        pairs = {"content_type": "text/html"} | headers
        http = StatusAndHeaders(status, [(k.replace("_", "-"), v) for k, v in pairs.items()], protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": f"2026-01-01T00:{minute:02}:00Z"},
        )
        self.writer.write_record(record)

    def save(self) -> Path:
        self.path.write_bytes(self.out.getvalue())
        return self.path


@pytest.mark.parametrize("gzipped", [True, False])
def test_an_archive_of_others_is_grouped_into_sites(tmp_path: Path, gzipped: bool) -> None:
    """By registrable domain in order of appearance; only pages; the later copy counts; errors become attempts."""
    file = Foreign(tmp_path / "wget.warc", gzipped=gzipped)
    file.writer.write_record(file.writer.create_warcinfo_record("x", {"software": "wget"}))
    file.add("http://www.shop.com/contact.html", b"<p>old", minute=1)
    file.add("http://other.net/deep/page", b"<p>deep", minute=2)
    file.add("http://www.shop.com/contact.html", b"<p>new", minute=3)
    file.add("http://www.shop.com/logo.png", b"PNG", content_type="image/png")
    file.add("http://www.shop.com/old", b"", "301 Moved", location="/")
    file.add("http://www.shop.com/gone", b"<p>404", "404 Not Found", minute=4)
    file.add("http://www.shop.com/", gzip.compress(b"<p>home"), content_encoding="gzip", minute=5)
    file.add("http://www.shop.com/faq", b"4\r\n<p>q\r\n0\r\n\r\n", transfer_encoding="chunked", minute=5)
    file.add("http://www.shop.com/plain", b"<p>undone", content_encoding="gzip", minute=5)
    file.add("<http://pills.example:8000/>", b"<p>sample", minute=6)
    file.add("dns:shop.com", b"1.2.3.4")
    shop, other, sample = read_warc(file.save())
    assert shop.archived
    assert shop.address.url == "http://www.shop.com/"
    assert shop.address.registrable_domain == "shop.com"
    assert {page.url.removeprefix("http://www.shop.com"): (page.role.value, page.body) for page in shop.pages} == {
        "/contact.html": ("contact", b"<p>new"),
        "/": ("home", b"<p>home"),
        "/faq": ("faq", b"<p>q"),
        "/plain": ("other", b"<p>undone"),
    }
    assert [(one.url, one.outcome) for one in shop.attempts] == [("http://www.shop.com/gone", FetchOutcome.HTTP_ERROR)]
    assert (shop.started_at.minute, shop.finished_at.minute) == (1, 5)
    assert shop.tls == ()
    assert other.pages[0].role is PageRole.HOME, "no root page: the shortest path stands for it"
    assert sample.address.url == "http://pills.example:8000/"


def test_ours_and_others_live_in_one_file(tmp_path: Path) -> None:
    """Appending an archive to another is how archives are merged."""
    write_warc([capture()], tmp_path / "ours.warc.gz")
    file = Foreign(tmp_path / "both.warc.gz")
    file.add("http://other.net/", b"<p>x")
    (tmp_path / "both.warc.gz").write_bytes((tmp_path / "ours.warc.gz").read_bytes() + file.out.getvalue())
    ours, other = read_warc(tmp_path / "both.warc.gz")
    assert ours == capture()
    assert other.address.host == "other.net"


def test_an_archive_packed_as_one_piece_is_read_whole(tmp_path: Path) -> None:
    """`gzip site.warc` gives one gzip member for all records; many tools stop there."""
    file = Foreign(tmp_path / "x.warc", gzipped=False)
    file.add("http://shop.com/", b"<p>x")
    file.add("http://shop.com/faq", b"<p>y")
    (tmp_path / "whole.warc.gz").write_bytes(gzip.compress(file.out.getvalue()))
    (found,) = read_warc(tmp_path / "whole.warc.gz")
    assert len(found.pages) == 2


def test_archived_answers_that_cannot_be_decoded_are_attempts(tmp_path: Path) -> None:
    """Compression that we do not read, an address that is none, a body that breaks off."""
    file = Foreign(tmp_path / "x.warc.gz")
    file.add("http://shop.com/", b"\x1b\x2f\x00", content_encoding="br")
    file.add("http://shop.com/undone", b"<p>plain after all", content_encoding="br")
    file.add("http://shop.com/cut", gzip.compress(b"<p>" + bytes(range(256)) * 40)[:-30], content_encoding="gzip")
    file.add("http://shop.com/raw", b"<p>no deflate", content_encoding="deflate")
    file.add("http://shop.com/untyped", b" <html>", content_type="")
    file.add("http://shop.com/binary", b"\x00\x01", content_type="")
    file.add("http://[::bad/", b"<p>x")
    file.add("http://shop.com/wall", b"no", "403 Forbidden")
    (found,) = read_warc(file.save())
    assert [one.url.removeprefix("http://shop.com") for one in found.pages] == ["/undone", "/cut", "/raw", "/untyped"]
    assert [one.truncated for one in found.pages] == [False, True, False, False]
    assert [one.outcome.value for one in found.attempts] == ["http_error", "blocked_by_site"]


def test_at_most_200_pages_of_a_site_are_kept(tmp_path: Path) -> None:
    """A crawl of a whole shop is read in part."""
    file = Foreign(tmp_path / "big.warc.gz")
    for number in range(250):
        file.add(f"http://shop.com/{number}", b"<p>x")
    assert len(read_warc(file.save())[0].pages) == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello world",
        b"<html></html>",
        bytes(5000),
        gzip.compress(b""),
        gzip.compress(b"hello"),
        b"\x1f\x8b broken",
        b"WARC/1.0\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]\r\n\r\n",
    ],
    ids=["empty", "blank", "words", "html", "zeros", "gz-empty", "gz-words", "gz-broken", "bare", "minus", "x", "json"],
)
def test_what_is_no_archive_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    """Empty, broken or other files end in ArchiveError."""
    (tmp_path / "x.warc").write_bytes(content)
    with pytest.raises(ArchiveError, match=r"^The .*\.$"):
        read_warc(tmp_path / "x.warc")


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """So is a path that leads nowhere."""
    with pytest.raises(ArchiveError):
        read_warc(tmp_path / "none.warc")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_file_cut_anywhere_gives_what_was_whole_or_is_refused(tmp_path: Path, name: str) -> None:
    """A download that broke off never crashes, and a page that is not whole is an attempt, not a page."""
    whole = capture()
    write_warc([whole], tmp_path / name)
    content = (tmp_path / name).read_bytes()
    for size in range(0, len(content), 37):
        (tmp_path / "cut.warc").write_bytes(content[:size])
        try:
            (found,) = read_warc(tmp_path / "cut.warc")
        except ArchiveError:
            continue
        assert set(found.pages) <= set(whole.pages)
        assert len(found.pages) + len(found.attempts) == len(whole.pages) + len(whole.attempts)


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    """The description holds each page's digest; a body that does not fit is not judged."""
    write_warc([capture()], tmp_path / "a.warc")
    content = (tmp_path / "a.warc").read_bytes().replace(b"<p>hello", b"<p>hullo")
    (tmp_path / "a.warc").write_bytes(content)
    (found,) = read_warc(tmp_path / "a.warc")
    assert [page.role for page in found.pages] == [PageRole.CONTACT]
    assert found.attempts[-1].url == "https://shop.com/"


@pytest.mark.parametrize("kind", ["body", "header-line", "many-headers", "content-encoding", "chunk"])
def test_a_bomb_in_an_archive_stays_small(tmp_path: Path, kind: str) -> None:
    """Huge bodies, lines and headers are cut before they are in memory; what came first is still read."""
    file = Foreign(tmp_path / "bomb.warc.gz")
    file.add("http://shop.com/", b"<p>fine")
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://shop.com/b\r\nContent-Type: application/http\r\n"
    )
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    zeros = bytes(60 << 20)
    if kind == "body":
        record = head + b"Content-Length: %d\r\n\r\n" % (len(zeros) + len(answer) + 2) + answer + b"\r\n" + zeros
    elif kind == "header-line":
        record = head + b"X: " + zeros
    elif kind == "many-headers":
        record = head + b"X: y\r\n" * (1 << 20)
    elif kind == "chunk":
        answer += b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n" + zeros[: 20 << 20]
        record = head + b"Content-Length: %d\r\n\r\n" % len(answer) + answer
    else:
        packed = gzip.compress(zeros)
        answer += b"Content-Encoding: gzip\r\n\r\n" + packed
        record = head + b"Content-Length: %d\r\n\r\n" % len(answer) + answer
    file.out.write(gzip.compress(record + b"\r\n\r\n", 6))
    path = file.save()
    del record, zeros, answer
    tracemalloc.start()
    (found,) = read_warc(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.pages[0].body == b"<p>fine"
    assert all(len(page.body) <= 5 << 20 for page in found.pages)
    assert peak < 40 << 20

"""A timestamp by an authority of our own: real requests, real replies, real chains."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from pharmcheck.capture import Policy
from pharmcheck.errors import TimestampError
from pharmcheck.evidence import Maker, Trust, verify
from pharmcheck.evidence.makers import maker_of
from pharmcheck.evidence.timestamps import ask, read, read_roots
from pharmcheck.settings import Settings
from tests.evidence.test_tampering import members_of, packed_anew

Authority = tuple[Callable[[bytes], bytes], Path]
LOOPBACK = Policy(allowed_networks=(ip_network("127.0.0.0/8"),))


@contextmanager
def served(answer: Callable[[bytes], bytes], status: int = 200) -> Iterator[str]:
    """The authority as a service on loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = answer(query) if self.headers["Content-Type"] == "application/timestamp-query" else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()


def test_a_timestamp_is_asked_for_packed_and_held_against_roots(
    authority: Authority, pack: Callable[..., Path], tmp_path: Path
) -> None:
    """Through the guarded door to the authority in the settings; then offline, against the root that one trusts."""
    answer, root = authority
    with served(answer) as url:
        ports = frozenset({int(url.rpartition(":")[2].partition("/")[0])})
        policy = Policy(allowed_networks=LOOPBACK.allowed_networks, ports=ports)
        maker = maker_of(Settings(data_dir=tmp_path, operator="Office", timestamp_url=url), policy)
        package = pack(maker)
    trusted, unknown = verify(package, Trust(roots=tuple(read_roots(root)))), verify(package)

    assert trusted.problems == unknown.problems == []
    assert "by the authority that you named" in dict(trusted.facts)["timestamp"]
    assert "was not checked" in dict(unknown.facts)["timestamp"]
    assert "4 entries" in dict(trusted.facts)["log of custody"]


def test_a_timestamp_is_worth_nothing_for_another_package_or_under_another_root(
    authority: Authority, pack: Callable[..., Path], tmp_path: Path
) -> None:
    """It is about one log of custody, and by one authority."""
    answer, root = authority
    maker = Maker("Office", authority=answer, authority_name="authority of the tests")
    first, second = pack(maker), pack(maker, name="second.wacz")
    changed = members_of(first.read_bytes()) | {
        "evidence/timestamp.tsr": members_of(second.read_bytes())["evidence/timestamp.tsr"][:-1] + b"\0"
    }
    stranger = tmp_path / "stranger.pem"
    _other_root(root, stranger)

    other = verify(first, Trust(roots=tuple(read_roots(stranger)))).problems
    first.write_bytes(packed_anew(changed))

    assert other == [
        "evidence/timestamp.tsr: The timestamp was not signed by an authority under the roots that you named."
    ]
    assert "evidence/timestamp.tsr: altered; it has another SHA-256 than listed" in verify(first).problems


def _other_root(root: Path, file: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -subj /CN=Stranger -days 9"
    subprocess.run(command.split(), cwd=root.parent, check=True, capture_output=True)
    file.write_bytes((root.parent / "other.pem").read_bytes())


def test_a_reply_to_another_request_is_refused(authority: Authority) -> None:
    """Old replies cannot be given again, nor replies about something else."""
    answer, _ = authority
    asked: list[bytes] = []

    def remembering(query: bytes) -> bytes:
        asked.append(query)
        return answer(asked[0])

    ask(remembering, b"first")

    for data in (b"first", b"second"):
        with pytest.raises(TimestampError, match="another request"):
            ask(remembering, data)


def test_no_reply_of_an_authority_makes_us_stumble(authority: Authority) -> None:
    """Broken at any byte, cut off or empty: a sentence, or the same timestamp as before."""
    answer, _ = authority
    reply = ask(answer, b"data").reply
    broken = [reply[:place] + bytes([reply[place] ^ 0x55]) + reply[place + 1 :] for place in range(len(reply))]
    for text in [b"", b"0", b"not a reply", reply[:100], reply + b"x", *broken]:
        try:
            read(text, b"data")
        except TimestampError:
            continue


@pytest.mark.parametrize(
    ("answer", "status", "sentence"),
    [(lambda _: b"", 503, "status 503"), (lambda _: b"x" * 100_000, 200, "sends more"), (lambda _: b"x", 200, "read")],
    ids=["away", "too much", "nonsense"],
)
def test_an_authority_that_gives_none_stops_the_export(
    tmp_path: Path, answer: Callable[[bytes], bytes], status: int, sentence: str
) -> None:
    """A package that was to be timestamped is never written without one."""
    with served(answer, status) as url:
        ports = frozenset({int(url.rpartition(":")[2].partition("/")[0])})
        policy = Policy(allowed_networks=LOOPBACK.allowed_networks, ports=ports)
        maker = maker_of(Settings(data_dir=tmp_path, timestamp_url=url), policy)
        with pytest.raises(TimestampError, match=sentence):
            ask(maker.authority, b"data")


def test_an_authority_in_a_private_network_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    """The door is the one through which sites are visited."""
    maker = maker_of(Settings(data_dir=tmp_path, timestamp_url="http://127.0.0.1:80/"), Policy())

    with pytest.raises(TimestampError, match="gave no timestamp"):
        ask(maker.authority, b"data")

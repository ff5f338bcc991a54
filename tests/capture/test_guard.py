"""The door: which addresses may be connected to, and that nothing gets around it."""

from __future__ import annotations

import asyncio
import ipaddress
import selectors
import socket
import ssl
import threading
from dataclasses import replace
from typing import Any

import httpcore
import pytest

import pharmcheck.capture
from pharmcheck.capture import Policy, SystemResolver
from pharmcheck.capture.fetch import Fetcher
from pharmcheck.capture.guard import NOT_PUBLIC, GuardedBackend, NotConnected, Refused, Unresolved, vet
from pharmcheck.capture.polite import Gate
from pharmcheck.model import Attempt, FetchOutcome, Hop, PageRole
from tests.yardstick import PATIENCE_S

GOOD = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


@pytest.mark.parametrize(
    "answers",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["100.100.100.200"],
        ["fd00:ec2::254"],
        ["::ffff:10.0.0.5"],
        ["64:ff9b::a9fe:a9fe"],
        [*GOOD, "127.0.0.1"],
        [f"93.184.215.{n}" for n in range(1, 51)] + ["10.0.0.1"],
        ["127.0.0.1 "],
        ["127.1"],
        ["0177.0.0.1"],
        ["93.184.215.14/8"],
        ["93.184.215.14\0"],
        [""],
        ["2606:4700::1111%eth0"],
        ["192.0.43.8"],
    ],
    ids=lambda answers: answers[-1].strip() or "empty",
)
def test_one_bad_answer_refuses_the_name(answers: list[str]) -> None:
    """Inside, special, unreadable, ourselves: refused in the same words."""
    with pytest.raises(Refused, match=NOT_PUBLIC):
        vet(answers, Policy(own_addresses=frozenset({"192.0.43.8"})))


def test_public_answers_pass_and_none_is_unresolved() -> None:
    """Good answers come back in their canonical spelling; an empty answer reads like a refusal."""
    assert vet(["2606:2800:021f:cb07:6820:80DA:af6b:8b2c"], Policy()) == (GOOD[1],)
    with pytest.raises(Unresolved, match=NOT_PUBLIC):
        vet([], Policy())


def connect(run: Any, backend: GuardedBackend, host: str, port: int) -> Any:
    async def go() -> None:
        stream = await backend.connect_tcp(host, port, 2)
        await stream.aclose()

    return run(go())


class Recorder(httpcore.AsyncNetworkBackend):
    """A network that notes where it is asked to go, and refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        self.asked.append((host, port))
        raise httpcore.ConnectError("refused")


def test_a_name_is_looked_up_once_and_the_judged_address_is_used(run: Any, listed_resolver: Any) -> None:
    """A second answer, good or bad, is never asked for: rebinding has nothing to bind to."""
    resolver = listed_resolver(shop_com=[[GOOD[0]], ["10.0.0.1"]])
    backend = GuardedBackend(Policy(), resolver)
    backend._inner = recorder = Recorder()  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises(httpcore.ConnectError):
            connect(run, backend, "shop.com", 443)
    assert recorder.asked == [(GOOD[0], 443)] * 2
    assert resolver.asked == ["shop.com"]


@pytest.mark.parametrize("answers", [[["10.0.0.1"], [GOOD[0]]], [[], ["127.0.0.1"]]])
def test_asking_again_never_turns_a_no_into_a_yes(run: Any, listed_resolver: Any, answers: list[list[str]]) -> None:
    """A refusal is remembered for the whole visit, and no packet is sent."""
    backend = GuardedBackend(Policy(dns_timeout_s=0), listed_resolver(shop_com=answers))
    backend._inner = recorder = Recorder()  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises((Refused, Unresolved), match=NOT_PUBLIC):
            connect(run, backend, "shop.com", 443)
    assert recorder.asked == []


def test_the_next_judged_address_is_tried_when_one_is_dead(run: Any, listed_resolver: Any) -> None:
    """At most four of them."""
    addresses = [f"93.184.215.{n}" for n in range(1, 9)]
    backend = GuardedBackend(Policy(), listed_resolver(shop_com=[addresses]))
    backend._inner = recorder = Recorder()  # type: ignore[assignment]
    with pytest.raises(httpcore.ConnectError):
        connect(run, backend, "shop.com", 80)
    assert [host for host, _ in recorder.asked] == addresses[:4]


def test_a_mapped_name_needs_no_dns_and_still_a_permitted_address(run: Any, listed_resolver: Any) -> None:
    """`--resolve` skips the look-up, not the judgement; another port of a mapped name leads nowhere."""
    resolver = listed_resolver()
    for policy in (
        Policy(resolve={("shop.example", 80): ("127.0.0.1", 1)}),
        Policy(
            resolve={("shop.example", 80): ("10.0.0.1", 80)}, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),)
        ),
    ):
        with pytest.raises(Refused):
            connect(run, GuardedBackend(policy, resolver), "shop.example", 80)
        with pytest.raises(NotConnected):
            connect(run, GuardedBackend(policy, resolver), "shop.example", 443)
    assert resolver.asked == []


def test_ports_unix_sockets_and_literals_are_judged_too(run: Any, listed_resolver: Any) -> None:
    """Whoever calls the door without going through the reader of addresses is stopped here."""
    backend = GuardedBackend(Policy(), listed_resolver(shop_com=[[GOOD[0]]]))
    for host, port in (("shop.com", 22), ("127.0.0.1", 80), ("::1", 80), ("169.254.169.254", 80)):
        with pytest.raises(Refused):
            connect(run, backend, host, port)
    with pytest.raises(Refused):
        run(backend.connect_unix_socket("/var/run/docker.sock"))


def test_the_system_resolver_asks_with_a_final_dot(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search domains of the machine must not complete a name to an internal one."""
    asked = []

    def lookup(host: Any, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (GOOD[0], 0)), (2, 1, 6, "", (GOOD[0], 0))]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    assert run(SystemResolver().resolve("shop.com")) == [GOOD[0]]
    assert asked == ["shop.com."]


def test_slow_names_of_one_visit_keep_nobody_else_waiting(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many look-ups hang, a visit that starts now finds its site."""
    answered = threading.Event()

    def lookup(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        if host.startswith("slow"):
            answered.wait(2 * PATIENCE_S)
        return [(2, 1, 6, "", (GOOD[0], 0))]

    async def go() -> list[str]:
        hostile = [SystemResolver() for _ in range(10)]
        waiting = [asyncio.create_task(one.resolve(f"slow{n}.com")) for one in hostile for n in range(9)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return list(await SystemResolver().resolve("shop.com"))
        finally:
            answered.set()
            await asyncio.gather(*waiting)

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    assert run(go()) == [GOOD[0]]


class Waiting:
    """A resolver with one answer per name, given at once; "slow" never comes, an exception is raised."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    async def resolve(self, host: str) -> list[str]:
        answer = self._answers[host]
        if isinstance(answer, Exception):
            raise answer
        if answer == "slow":
            await asyncio.Event().wait()
        return list(answer)


UNVISITABLE: dict[str, Any] = {
    "private.com": ["10.0.0.9"],
    "loopback.com": ["127.0.0.1", "::1"],
    "metadata.com": ["169.254.169.254"],
    "ours.com": ["192.0.43.8"],
    "mixed.com": [GOOD[0], "fd00::1"],
    "junk.com": ["127.1"],
    "empty.com": [],
    "missing.com": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "failing.com": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "unspeakable.com": UnicodeError("label too long"),
    "slow.com": "slow",
}


class Impatient(selectors.SelectSelector):
    """Where a loop would wait, its clock jumps instead: hours pass in no time, and always to the same tick."""

    passed = 0.0  # seconds

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        self.passed += 0 if ready else timeout or 0
        return ready


class ImpatientLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumps = Impatient()
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.passed


def test_nobody_can_tell_a_name_inside_our_network_from_one_that_does_not_exist(now: Any) -> None:
    """Same outcome, same sentence, no address, nothing in the record, and the same time to the millisecond."""
    policy = Policy(own_addresses=frozenset({"192.0.43.8"}))

    async def visit(host: str) -> Attempt:
        clock = asyncio.get_running_loop().time
        async with Fetcher(policy, Waiting(UNVISITABLE), now=now, clock=clock, gate=Gate(clock)) as fetcher:
            fetched = await fetcher.fetch(f"https://{host}/", PageRole.HOME)
        assert fetched.page is None
        assert fetcher.tls == {}
        return replace(fetched.attempt, url="", hops=tuple(replace(hop, url="") for hop in fetched.attempt.hops))

    with asyncio.Runner(loop_factory=ImpatientLoop) as runner:
        attempts = {host: runner.run(visit(host)) for host in UNVISITABLE}
    told = Attempt("", PageRole.HOME, FetchOutcome.DNS_FAILED, NOT_PUBLIC, (Hop("", None, None),), 3000)
    assert attempts == dict.fromkeys(UNVISITABLE, told)


def test_a_good_name_is_not_held_up() -> None:
    """Only bad ends take the whole time of a look-up."""
    backend = GuardedBackend(Policy(), Waiting({"shop.com": GOOD}))
    with asyncio.Runner(loop_factory=ImpatientLoop) as runner:
        assert runner.run(backend.known_addresses("shop.com", 443)) == tuple(GOOD)
        assert runner.get_loop().time() < 1
    assert backend.answers == {"shop.com": tuple(GOOD)}


def test_two_connections_at_once_share_one_look_up(run: Any, listed_resolver: Any) -> None:
    """Whoever comes second waits for the first answer and gets that one, not another."""

    class Hesitant(listed_resolver):  # type: ignore[misc]
        async def resolve(self, host: str) -> list[str]:
            answer = await super().resolve(host)
            await asyncio.sleep(0)
            return list(answer)

    resolver = Hesitant(shop_com=[[GOOD[0]], ["93.184.215.99"]])
    backend = GuardedBackend(Policy(), resolver)

    async def go() -> list[Any]:
        return await asyncio.gather(*(backend.known_addresses("shop.com", port) for port in (80, 443, 8080)))

    assert run(go()) == [(GOOD[0],)] * 3
    assert resolver.asked == ["shop.com"]


def test_the_room_exports_what_it_lists() -> None:
    """`__all__` is complete, sorted, and every name is there."""
    names = pharmcheck.capture.__all__
    assert names == sorted(names)
    assert all(hasattr(pharmcheck.capture, name) for name in names)


def test_a_handshake_that_is_called_off_leaves_no_connection_open(listed_resolver) -> None:
    """A host that is silent after the greeting costs a deadline, and no place in our table of open files."""

    async def story() -> None:
        greeted, left = asyncio.Event(), asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            greeted.set()
            while await reader.read(65536):
                pass
            left.set()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        place = ("127.0.0.1", server.sockets[0].getsockname()[1])
        policy = Policy(resolve={("shop.example", 443): place}, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),))
        stream = await GuardedBackend(policy, listed_resolver()).connect_tcp("shop.example", 443)
        shaking = asyncio.ensure_future(stream.start_tls(ssl.create_default_context(), "shop.example"))
        await asyncio.wait_for(greeted.wait(), PATIENCE_S)
        shaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await shaking
        await asyncio.wait_for(left.wait(), PATIENCE_S)
        server.close()

    asyncio.run(story())

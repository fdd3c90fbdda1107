"""Every reply belongs to its recipient, whatever the server does."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.domain.marketing.sending import smtp, wire
from essor.domain.marketing.sending.composer import Message
from essor.domain.marketing.sending.results import Outcome, Result, ServerRefuses, Unreachable
from essor.domain.marketing.sending.smtp import Pool, stuffed
from essor.domain.marketing.sending.tests.sink import anybody, sink
from essor.domain.marketing.sending.wire import Address


def messages(*names: str) -> list[Message]:
    return [
        Message(place, f"b+{place}@bounce.example", f"{name}@dest.example", b"Subject: x\r\n\r\n.dot\r\n")
        for place, name in enumerate(names)
    ]


def send(address: Address, many: list[Message], size: int = 1) -> dict[int, Result]:
    """Hand the messages over; exactly one result for each."""
    found: list[Result] = []

    async def run() -> None:
        pool = Pool(address, size)
        try:
            await pool.send(many, found.append, lambda: False)
        finally:
            await pool.close()

    try:
        asyncio.run(run())
    finally:
        assert len(found) == len(many)
        assert {one.recipient_id for one in found} == {one.recipient_id for one in many}
    return {one.recipient_id: one for one in found}


@pytest.mark.parametrize("pipelining", [True, False])
def test_each_answer_is_of_its_recipient(pipelining: bool) -> None:
    with sink(pipelining=pipelining) as server:
        server.rcpt = {"gone": "550 5.1.1 no such user", "later": "450 4.2.0 greylisted"}
        server.data = {"spam": "554 5.7.1 no", "slow": "421 4.7.0 too fast"}
        names = ["ana", "gone", "bob", "later", "spam", "carl", "slow", "dora"]
        found = send(Address("127.0.0.1", server.port), messages(*names))
    assert server.mailed == [f"{name}@dest.example" for name in ("ana", "bob", "carl")]
    assert {names[key]: (one.outcome, one.code) for key, one in found.items()} == {
        "ana": (Outcome.SENT, 250),
        "gone": (Outcome.REFUSED, 550),
        "bob": (Outcome.SENT, 250),
        "later": (Outcome.RETRY, 450),
        "spam": (Outcome.REFUSED, 554),
        "carl": (Outcome.SENT, 250),
        "slow": (Outcome.RETRY, 421),
        "dora": (Outcome.UNTOUCHED, 0),  # who asks for less is heard at once
    }
    assert found[6].slow
    assert {sender for sender, _to, _data in server.got} == {f"b+{key}@bounce.example" for key in (0, 2, 5)}
    assert all(data == b"Subject: x\r\n\r\n.dot\r\n" for _from, _to, data in server.got)


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_line_that_dies_leaves_one_unsure_and_the_others_are_sent(pipelining: bool) -> None:
    with sink(pipelining=pipelining) as server:
        server.data = {"cut": "drop"}
        found = send(Address("127.0.0.1", server.port), messages("ana", "cut", "bob", "carl"))
    assert [found[key].outcome for key in range(4)] == [
        Outcome.SENT,
        Outcome.UNSURE,
        Outcome.SENT,
        Outcome.SENT,
    ]
    assert sorted(server.mailed) == sorted(f"{name}@dest.example" for name in ("ana", "cut", "bob", "carl"))


def test_a_line_that_dies_before_the_data_leaves_everybody_certain() -> None:
    with sink() as server:
        server.rcpt = {"cut": "drop"}
        with pytest.raises(Unreachable):
            send(Address("127.0.0.1", server.port), messages("ana", "cut", "bob"))
    assert server.mailed == ["ana@dest.example"]


def test_a_server_that_refuses_the_sender_refuses_nobody_else() -> None:
    with sink() as server:
        server.mail = "550 5.7.1 sender not allowed"
        with pytest.raises(ServerRefuses, match="sender not allowed"):
            send(Address("127.0.0.1", server.port), messages("ana", "bob"))


def test_nobody_is_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="does not answer"):
            send(Address("127.0.0.1", taken.getsockname()[1]), messages("ana"))


def test_signing_in() -> None:
    secret = {"auth_required": True, "auth_require_tls": False, "authenticator": anybody}
    for methods in ((), ("PLAIN",)):
        with sink(auth_exclude_mechanism=methods, **secret) as server:
            address = Address("127.0.0.1", server.port, username="essor", password="sesame")
            assert send(address, messages("ana"))[0].outcome == Outcome.SENT
            wrong = Address("127.0.0.1", server.port, username="essor", password="mellon")
            with pytest.raises(ServerRefuses, match="535"):
                send(wrong, messages("ana"))


def test_what_the_server_cannot_take_is_refused_without_it() -> None:
    with sink(data_size_limit=1000) as server:
        large = Message(1, "b@x.example", "ana@dest.example", b"x" * 2000)
        found = send(
            Address("127.0.0.1", server.port), [large, Message(2, "b@x.example", "élan@dest.example", b"y")]
        )
    assert found[1].code == 552
    assert found[2].outcome == Outcome.SENT


def test_several_connections_share_the_work() -> None:
    with sink() as server:
        found = send(
            Address("127.0.0.1", server.port), messages(*(f"p{place}" for place in range(40))), size=4
        )
    assert all(one.outcome == Outcome.SENT for one in found.values())
    assert len(set(server.mailed)) == len(server.mailed) == 40


@given(data=st.binary(max_size=60).map(lambda raw: raw.replace(b"a", b"\r\n.")))
def test_no_message_ends_another_ones_data(data: bytes) -> None:
    raw = stuffed(data)
    assert raw.endswith(b"\r\n.\r\n")
    assert b"\r\n.\r\n" not in raw[:-3]
    assert not raw.startswith(b".\r\n") or data == b""


def test_a_server_that_talks_nonsense_is_left() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def babble() -> None:
            line, _from = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                line.recv(100)

        thread = threading.Thread(target=babble)
        thread.start()
        with pytest.raises(Unreachable):
            send(Address("127.0.0.1", server.getsockname()[1]), messages("ana"))
        thread.join(5)


@contextmanager
def script(*turns: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that greets like one that can PIPELINING and does what `turns` say, a connection each; yield its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for turn in turns:
            line, _from = server.accept()
            with line:
                line.sendall(b"220 here\r\n")
                line.recv(1000)
                line.sendall(b"250-here\r\n250 PIPELINING\r\n")
                line.recv(1000)
                line.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
                turn(line)
        server.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        thread.join(5)
        server.close()


def test_a_line_that_dies_amid_the_data_leaves_that_one_unsure() -> None:
    def cut(line: socket.socket) -> None:
        line.recv(10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # not goodbye: gone

    found: list[Result] = []
    large = Message(0, "b@x.example", "ana@dest.example", b"x" * 3_000_000)
    with script(cut) as port, pytest.raises(Unreachable):
        asyncio.run(
            Pool(Address("127.0.0.1", port), 1).send(
                [large, *messages("bob", "carl")[1:]], found.append, bool
            )
        )
    assert {one.recipient_id: one.outcome for one in found} == {0: Outcome.UNSURE, 1: Outcome.UNTOUCHED}


@pytest.mark.parametrize("size", [10, 9_000_000])
def test_a_server_that_falls_silent_or_deaf_is_left(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "END", 0.3)
    left = threading.Event()
    large = Message(0, "b@x.example", "ana@dest.example", b"x" * size)
    with script(lambda _line: bool(left.wait(5))) as port:
        found = send(Address("127.0.0.1", port), [large])
        left.set()
    assert found[0].outcome == Outcome.UNSURE


def test_a_server_that_never_greets_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "COMMAND", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(Unreachable, match="does not answer"),
    ):
        send(Address("127.0.0.1", server.getsockname()[1]), messages("ana", "bob"))

"""Webhooks are signed and tried again, and never reach a machine of the house."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import orjson
import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.automation import guarded, outgoing
from essor.domain.automation.models import Outgoing, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, work
from essor.kernel.errors import ValidationFailed


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it gets and answers what it is told."""

    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    answers: ClassVar[list[tuple[int, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        status, location = self.answers.pop(0) if self.answers else (204, "")
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def receiver(settings: Any) -> Iterator[str]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    Receiver.got, Receiver.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def hook(url: str) -> dict[str, Any]:
    return {"kind": "webhook", "settings": {"url": url, "fields": ["LastName", "NumberOfEmployees"]}}


@pytest.mark.django_db(transaction=True)
def test_it_is_signed_and_its_run_goes_on(admin: Actor, make_flow: MakeFlow, receiver: str) -> None:
    flow = make_flow("Lead", {"on": "created"}, hook(receiver))
    saved(admin, "Lead", {"LastName": "Roux", "Company": "C", "NumberOfEmployees": 3})
    work()
    ((headers, body),) = Receiver.got
    moment, signature = (part.partition("=")[2] for part in headers["X-Essor-Signature"].split(","))
    expected = hmac.new(flow.secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == expected
    data = orjson.loads(body)
    assert data["fields"] == {"LastName": "Roux", "NumberOfEmployees": 3}
    assert data["delivery"] == headers["X-Essor-Delivery"]
    assert flow.runs.get().state == RunState.DONE
    assert [step.detail for step in flow.runs.get().steps.all()] == [receiver]  # one line in its log


@pytest.mark.django_db(transaction=True)
def test_it_is_tried_again_and_fails_at_last(admin: Actor, make_flow: MakeFlow, receiver: str) -> None:
    flow = make_flow("Lead", {"on": "created"}, hook(receiver))
    Receiver.answers = [(500, "")] * outgoing.MOST_ATTEMPTS
    saved(admin, "Lead", {"LastName": "Roux", "Company": "C"})
    work()
    assert flow.runs.get().state == RunState.HELD
    waits = []
    for _attempt in range(outgoing.MOST_ATTEMPTS - 1):
        waits.append((Outgoing.objects.get().due_at - timezone.now()).total_seconds())
        Outgoing.objects.update(due_at=timezone.now())
        assert outgoing.send_next()
    assert waits == sorted(waits)
    assert len({headers["X-Essor-Delivery"] for headers, _body in Receiver.got}) == 1
    run = flow.runs.get()
    assert (run.state, "500" in run.error) == (RunState.FAILED, True)


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_does_not_answer_is_asked_once_for_all_who_wait_for_it(
    admin: Actor, make_flow: MakeFlow, receiver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call would hold a worker for half a minute; others are called meanwhile."""
    called: list[str] = []

    def hangs(row: Outgoing) -> None:
        called.append(row.content["url"])
        if row.content["url"] != receiver:
            raise guarded.Unsure("timed out")

    monkeypatch.setitem(outgoing.SENDERS, "webhook", hangs)
    dead, alive = (
        make_flow("Lead", {"on": "created"}, hook(url)) for url in ("https://dead.example/", receiver)
    )
    saved(admin, "Lead", *({"LastName": f"L{n}", "Company": "C"} for n in range(3)))
    work()
    assert sorted(called) == sorted(["https://dead.example/", *[receiver] * 3])
    assert set(alive.runs.values_list("state", flat=True)) == {RunState.DONE}
    waiting = Outgoing.objects.filter(run__flow=dead)
    assert [(one.attempts, one.error) for one in waiting] == [(1, "timed out")] * 3
    assert all(one.due_at > timezone.now() for one in waiting)
    monkeypatch.setitem(outgoing.SENDERS, "webhook", lambda _row: None)
    waiting.update(due_at=timezone.now())
    while outgoing.send_next():
        pass
    assert set(dead.runs.values_list("state", flat=True)) == {RunState.DONE}


def test_redirects_are_walked_by_the_same_guard(receiver: str, settings: Any) -> None:
    Receiver.answers = [(307, "/other"), (204, "")]
    assert guarded.post(receiver, b"{}", {}) == 204
    Receiver.answers = [(307, "http://169.254.169.254/latest/meta-data")]
    with pytest.raises(ValidationFailed):
        guarded.post(receiver, b"{}", {})
    Receiver.answers = [(302, "/other")]
    with pytest.raises(guarded.Unreachable):
        guarded.post(receiver, b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.8/",
        "http://192.168.1.1/",
        "http://172.16.3.4/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fec0::1]/",
        "http://[::7f00:1]/",
    ],
)
def test_addresses_of_the_house_are_refused(url: str) -> None:
    with pytest.raises(ValidationFailed):
        guarded.target_of(url)


def test_a_machine_that_answers_drop_by_drop_is_hung_up_on(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    monkeypatch.setattr(guarded, "LONGEST_CALL", 0.2)
    hung_up = threading.Event()

    def drip(server: socket.socket) -> None:
        caller, _address = server.accept()
        with caller, suppress(OSError):
            caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while caller.send(b"x") and not hung_up.wait(0.02):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        with pytest.raises(guarded.Unreachable):
            guarded.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        hung_up.set()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://a:b@example.org/",
        "https://",
        "x",
        "https://exa mple.org/",
        "http://example.org:0/",
        "https://example.org/\r\nX: y",
        "http://10.0.0.8/",
        "https://[fd00::1]/",
    ],
)
def test_only_plain_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValidationFailed):
        guarded.parts(url)


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *_more: Any) -> Any:
        asked.append(address)
        raise OSError("closed")

    monkeypatch.setattr(guarded.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(guarded.socket, "create_connection", connect)
    with pytest.raises(guarded.Unreachable):
        guarded.post("http://rebinding.example/", b"{}", {})
    assert asked == [("93.184.216.34", 80)]
    with pytest.raises(ValidationFailed):
        guarded.post("http://rebinding.example/", b"{}", {})


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(2, 1, 6, "", (one, port)) for one in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(guarded.socket, "getaddrinfo", resolve)
    with pytest.raises(ValidationFailed):
        guarded.target_of("https://two.example/")


@pytest.mark.django_db(transaction=True)
def test_a_mail_to_no_address_fails_and_lets_the_next_one_leave(
    admin: Actor, make_flow: MakeFlow, mailoutbox: list[EmailMessage]
) -> None:
    settings = {"to": ["field:Description"], "subject": "Hello", "body": "…"}
    flow = make_flow("Lead", {"on": "created"}, {"kind": "mail", "settings": settings})
    texts = ("at the desk\nBcc: everybody@example.fr", "ana@example.fr")
    saved(admin, "Lead", *({"LastName": "Roux", "Company": "C", "Description": text} for text in texts))
    work()
    assert [mail.to for mail in mailoutbox] == [["ana@example.fr"]]
    assert sorted(flow.runs.values_list("state", flat=True)) == sorted([RunState.FAILED, RunState.DONE])

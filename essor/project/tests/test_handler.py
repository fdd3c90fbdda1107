"""Requests run on a few lasting threads: answers arrive whole, nothing leaks from one request to the next."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import include, path

from essor.project import bodies
from essor.project.bodies import MOST_OF_STRANGERS
from essor.project.handler import Handler

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore

LEFT: ContextVar[str] = ContextVar("left", default="nothing")


def facts(request: HttpRequest) -> HttpResponse:
    connection.ensure_connection()
    before = LEFT.get()
    LEFT.set("something")
    response = HttpResponse(f"{threading.get_ident()} {id(connection.connection)} {before}")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        for number in range(3):
            yield str(number).encode() * 70_000

    return StreamingHttpResponse(parts())


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.read())


def fails(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


web = (
    [path("events/", facts, name="events"), path("facts", facts), path("stream", stream), path("echo", echo)],
    "web",
)
urlpatterns = [path("", include(web)), path("fails", fails)]
handler500 = "essor.project.tests.test_handler.sorry"


def sorry(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sorry", status=500)


def ask(
    handler: Handler, *requests: tuple[str, bytes], cookie: str = ""
) -> list[tuple[dict[str, Any], bytes]]:
    """Send requests one after the other; returns the head and the body of each answer."""

    async def run() -> list[tuple[dict[str, Any], bytes]]:
        return [await answer(handler, *one, cookie) for one in requests]

    return asyncio.run(run())


async def answer(handler: Handler, target: str, body: bytes, cookie: str) -> tuple[dict[str, Any], bytes]:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST" if body else "GET",
        "path": target,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"cookie", cookie.encode())],
        "scheme": "http",
    }
    talk = ApplicationCommunicator(handler, scope)
    await talk.send_input({"type": "http.request", "body": body})
    head = await talk.receive_output(10)
    found, more = b"", True
    while more:
        message = await talk.receive_output(10)
        found += message.get("body", b"")
        more = message.get("more_body", False)
    return head, found


@pytest.fixture
def handler(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    monkeypatch.setenv("ESSOR_THREADS", "1")
    with override_settings(
        ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["testserver"], DEBUG_PROPAGATE_EXCEPTIONS=False
    ):
        made = Handler()
        yield made
        made.threads.submit(lambda: connection.close()).result()  # noqa: PLW0108 -- the connection of that thread
        made.threads.shutdown()


def test_a_thread_and_its_connection_serve_request_after_request_and_no_context_is_left(
    handler: Handler,
) -> None:
    (head, first), (_head, second) = ask(handler, ("/facts", b""), ("/facts", b""))
    cookies = [value for name, value in head["headers"] if name == b"Set-Cookie"]
    assert len(cookies) == 2
    assert first.endswith(b" nothing")
    if connection.vendor == "sqlite":
        assert first == second
    else:  # the pool may hand out another connection
        assert first.split()[0] == second.split()[0]


def test_streams_and_bodies_arrive_whole(handler: Handler) -> None:
    (_one, streamed), (_two, echoed) = ask(handler, ("/stream", b""), ("/echo", b"x" * 2_000_000))
    assert streamed == b"0" * 70_000 + b"1" * 70_000 + b"2" * 70_000
    assert echoed == b"x" * 2_000_000


def test_an_error_of_a_view_is_an_answer_and_the_thread_goes_on(handler: Handler) -> None:
    (head, body), (_head, after) = ask(handler, ("/fails", b""), ("/echo", b"still here"))
    assert (head["status"], body) == (500, b"sorry")
    assert after == b"still here"


def test_nobody_fills_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body without end is read no further than to the limit, whoever sends it."""
    monkeypatch.setattr(bodies, "MOST", bodies.MOST_OF_STRANGERS + 1_000_000)
    parts = 0

    async def endless() -> dict[str, object]:
        nonlocal parts
        parts += 1
        assert parts < 100
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    async def known() -> bool:
        return True

    with pytest.raises(bodies.TooLarge):
        asyncio.run(bodies.read(endless, known))


def test_a_stranger_sends_no_more_than_forms_need_and_who_is_signed_in_sends_files(handler: Handler) -> None:
    large = b"x" * (MOST_OF_STRANGERS + 1)
    (head, _body), (_head, small) = ask(handler, ("/echo", large), ("/echo", b"a form"))
    assert (head["status"], small) == (413, b"a form")
    session = SessionStore()
    session[SESSION_KEY] = "1"
    session.create()
    made_up, signed_in = (f"{settings.SESSION_COOKIE_NAME}={key}" for key in ("x" * 32, session.session_key))
    assert ask(handler, ("/echo", large), cookie=made_up)[0][0]["status"] == 413
    assert ask(handler, ("/echo", large), cookie=signed_in)[0][1] == large

"""Answers requests on a few threads that live as long as the program and keep their database connections.

Django's own handler gives each request a new thread under ASGI, hence a new connection, and hops between the thread and
the event loop once per middleware. Here the loop receives and sends, and one thread runs all middleware and the view.
Streams of events, which wait for hours, stay in the loop (Django's own way).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from functools import cached_property
from typing import Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, set_script_prefix

from essor.project import bodies

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

THREADS = 10  # what two cores can use while some wait for the database; each may hold 2 MB of it in memory
CHUNK = 65_536  # bytes
TOO_LARGE = [(b"content-length", b"0"), (b"connection", b"close")]


class Handler(ASGIHandler):  # type: ignore[misc]  # Django's handlers are untyped
    """The ASGI application of Django."""

    def __init__(self) -> None:
        """Load the middleware twice: as coroutines for streams, plainly for everything else."""
        super().__init__()
        self.plain = BaseHandler()
        self.plain.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(
            int(os.environ.get("ESSOR_THREADS", THREADS)), thread_name_prefix="request"
        )

    @cached_property
    def streams(self) -> frozenset[str]:
        """Return the paths whose views are coroutines that stream without end."""
        return frozenset({reverse("web:events")})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in self.streams:
            await super().__call__(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        try:
            body = await bodies.read(
                receive, lambda: loop.run_in_executor(self.threads, bodies.is_known, scope)
            )
        except RequestAborted:  # whoever asked is gone
            return
        except bodies.TooLarge:
            await send({"type": "http.response.start", "status": 413, "headers": TOO_LARGE})
            await send({"type": "http.response.body"})
            return

        def send_now(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result()

        # A context of its own, as every request had that came on a thread of its own.
        with body:
            messages = await loop.run_in_executor(
                self.threads, Context().run, self.answer, scope, body, send_now
            )
        for message in messages:
            await send(message)

    def answer(self, scope: Scope, body: Any, send_now: Callable[[Message], None]) -> list[Message]:
        """Run middleware and view on this thread; returns what is left to send. Files and exports are sent from here."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = self.respond(request) if request is not None else refused
        try:
            head = {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": _headers(response),
            }
            if not response.streaming:
                return [head, {"type": "http.response.body", "body": response.content}]
            send_now(head)
            for part in _parts(response):
                send_now({"type": "http.response.body", "body": part, "more_body": True})
            return [{"type": "http.response.body"}]
        finally:
            response.close()  # which ends the request: its connection is looked after by Django

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response of middleware and view; errors have become responses."""
        response: HttpResponseBase = self.plain.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # noqa: SLF001 -- the sender of request_finished
        if isinstance(response, FileResponse):
            response.block_size = CHUNK
        return response


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _parts(response: HttpResponseBase) -> Iterator[bytes]:
    for part in response:
        for start in range(0, len(part), CHUNK):
            yield part[start : start + CHUNK]


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    found = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    cookies = response.cookies.values()
    return found + [(b"Set-Cookie", one.output(header="").strip().encode("ascii")) for one in cookies]

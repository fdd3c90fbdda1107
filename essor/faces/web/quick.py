"""Answers given in the event loop, before any middleware: what they are made of, and what a request says of its sender."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.conf import settings
from django.core.signals import setting_changed
from django.db import close_old_connections
from django.dispatch import receiver

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Answer(NamedTuple):
    """A small answer: status, headers, body."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


def headers(scope: Scope) -> dict[str, str]:
    """Return the headers of a request by their lower-case names."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def client(scope: Scope) -> str:
    """Return the address that a request came from: the one that the outermost trusted proxy saw."""
    if proxies := _proxies():
        through = headers(scope).get("x-forwarded-for", "")
        seen = [part.strip() for part in through.split(",") if part.strip()]
        if len(seen) >= proxies:
            return seen[-proxies]
    return str((scope.get("client") or ("",))[0])


@cache
def _proxies() -> int:
    return int(settings.ALLAUTH_TRUSTED_PROXY_COUNT)


@receiver(setting_changed)
def _forget(**_changed: object) -> None:
    """Follow a setting that a test changes; to look at settings each time is dear for an answer this quick."""
    _proxies.cache_clear()


async def body_of(receive: Receive, longest: int) -> bytes | None:
    """Return a request's body, None when it is longer than `longest` bytes or its sender went away."""
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        found += message.get("body", b"")
        if len(found) > longest:
            return None
        if not message.get("more_body"):
            return bytes(found)


async def in_thread(function: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """Return what a function that asks the database returns, without holding up the event loop."""

    def work() -> Found:
        try:
            return function(*given, **named)
        finally:
            close_old_connections()

    return await asyncio.to_thread(work)

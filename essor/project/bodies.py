"""Reads the body of a request; strangers send little, whoever is signed in or has a token sends files and imports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIRequest

from essor.access import tokens

MOST_OF_STRANGERS = 8_000_000  # bytes: forms of the public pages, webhooks of mail providers
MOST = (
    1_000_000_000  # bytes, of anybody: twice what an import in the browser may have; the disk is everyone's
)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class TooLarge(Exception):
    """Somebody sends more than they may."""


async def read(receive: Receive, is_known: Callable[[], Awaitable[bool]]) -> IO[bytes]:
    """Return the body, in memory while small and in a temporary file after that.

    `is_known` is asked once, when the body grows beyond what strangers may send: TooLarge when it says no,
    and beyond what anybody may send.
    RequestAborted when whoever asks goes away.
    """
    body = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, mode="w+b")  # noqa: SIM115 -- the reader's
    try:
        await _fill(body, receive, is_known)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


async def _fill(body: IO[bytes], receive: Receive, is_known: Callable[[], Awaitable[bool]]) -> None:
    size, known, more = 0, False, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        part = message.get("body", b"")
        size += len(part)
        if size > MOST:
            raise TooLarge
        if size > MOST_OF_STRANGERS and not known:
            known = await is_known()
            if not known:
                raise TooLarge
        body.write(part)
        more = message.get("more_body", False)


def is_known(scope: Scope) -> bool:
    """Tell whether a request comes with a session of somebody signed in, or with a token that is good."""
    request = ASGIRequest(scope, BytesIO())
    word, _space, token = request.headers.get("Authorization", "").partition(" ")
    if word.lower() == "bearer" and tokens.bearer(token.strip()) is not None:
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return bool(key) and SESSION_KEY in store(key)

"""Clicks and opened mails, answered in the event loop before any middleware: nobody waits, nothing is read from the session.

`/l/<token>` leads on to where the letter's author wanted, `/p/<token>.gif` is an invisible picture. What is wrong, or not
known at once, goes the way of every page.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor.domain.marketing.sending import addresses
from essor.domain.marketing.tracking import agents, destinations
from essor.domain.marketing.tracking.models import OPENED
from essor.domain.marketing.tracking.recorder import Seen, recorder

Scope = Mapping[str, Any]
PICTURE = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
NEVER_KEPT = (
    (b"cache-control", b"no-store, max-age=0"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A small answer: status, headers, body."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


async def click(scope: Scope) -> Answer | None:
    """Lead on whoever follows a link of a mailing; None when the address is not one of ours."""
    hit = addresses.read_click(scope["path"].removeprefix("/l/"))
    target = hit and destinations.known(hit.list_email_id, hit.link)
    if hit and target is None:
        target = await asyncio.to_thread(_looked_up, hit)
    if hit is None or not target:
        return None
    _note(scope, hit)
    return Answer(302, ((b"location", addresses.named(target, hit.recipient_id).encode()), *NEVER_KEPT))


async def opened(scope: Scope) -> Answer | None:
    """Answer with the invisible picture; None when the address is not one of ours."""
    hit = addresses.read_open(scope["path"].removeprefix("/p/").removesuffix(".gif"))
    if hit is None:
        return None
    _note(scope, hit)
    return Answer(200, ((b"content-type", b"image/gif"), *NEVER_KEPT), PICTURE)


def _looked_up(hit: addresses.Hit) -> str:
    try:
        return destinations.of(hit)
    finally:
        close_old_connections()


def _note(scope: Scope, hit: addresses.Hit) -> None:
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in agents.TELLING
    }
    client = scope.get("client") or ("",)
    recorder.note(
        Seen(
            hit.recipient_id,
            hit.list_email_id,
            hit.link,
            timezone.now(),
            agents.is_machine(scope["method"], headers, opened=hit.link == OPENED),
            agents.shortened(headers.get("user-agent", "")),
            agents.network(client[0]),
        )
    )


QUICK = {"/l/": click, "/p/": opened}


@login_not_required
@require_safe
def unknown(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django hands them in
    """Say that a link of a mail leads nowhere: it was cut off, or never one of ours."""
    return gone()


def gone() -> HttpResponse:
    """Return the page for an address of a mail that is none of ours."""
    return protected(HttpResponse(render_to_string("optout/gone.html.jinja", {}), status=404))


def protected(response: HttpResponse) -> HttpResponse:
    """Keep a page for strangers out of frames, search machines and other sites' logs; it runs no script."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

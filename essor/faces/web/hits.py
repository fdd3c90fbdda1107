"""Clicks and opened mails, answered in the event loop before any middleware: nobody waits, nothing is read from the session.

`/l/<token>` leads on to where the letter's author wanted, `/p/<token>.gif` is an invisible picture. What is wrong, or not
known at once, goes the way of every page. Thousands click within seconds: each line here is paid for by every click.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from functools import lru_cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from essor.catalog import current
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.tracking import agents, destinations
from essor.domain.marketing.tracking.models import OPENED
from essor.domain.marketing.tracking.recorder import recorder
from essor.domain.marketing.visits import naming, sites, tying
from essor.faces.web.quick import Answer, Receive, Scope, client, in_thread

KNOWN = 1_000  # answers kept in memory: the links of mailings are followed again and again
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
SEEN = Answer(200, ((b"content-type", b"image/gif"), *NEVER_KEPT), PICTURE)


async def click(scope: Scope, receive: Receive) -> Answer | None:  # noqa: ARG001 -- every quick answer may read a body
    """Lead on whoever follows a link of a mailing; None when the address is not one of ours."""
    hit = addresses.read_click(scope["path"].removeprefix("/l/"))
    if hit is None:
        return None
    target = destinations.known(hit.list_email_id, hit.link) or await in_thread(destinations.of, hit)
    if not target:
        return None
    _note(scope, hit)
    known = sites.known()
    elsewhere = _elsewhere(target, known) if known is not None else None
    return elsewhere or await _led(target, hit.recipient_id)


async def opened(scope: Scope, receive: Receive) -> Answer | None:  # noqa: ARG001 -- every quick answer may read a body
    """Answer with the invisible picture; None when the address is not one of ours."""
    hit = addresses.read_open(scope["path"].removeprefix("/p/").removesuffix(".gif"))
    if hit is None:
        return None
    _note(scope, hit)
    return SEEN


def _leading(address: str) -> Answer:
    return Answer(302, ((b"location", address.encode()), *NEVER_KEPT))


@lru_cache(KNOWN)
def _elsewhere(target: str, own: frozenset[str]) -> Answer | None:
    """Return the answer that leads to a site of others, None for our own pages and the company's sites, `own`."""
    return None if addresses.is_ours(target) or sites.origin_of(target) in own else _leading(target)


async def _led(target: str, recipient_id: int | None) -> Answer:
    """Return the answer that leads to a page which may learn who comes."""
    if recipient_id is None:
        return _leading(target)
    known = sites.known()
    if known is None or sites.origin_of(target) in known:
        return _leading(await in_thread(named_for_site, target, recipient_id))
    return _leading(addresses.named(target, recipient_id))


def named_for_site(target: str, recipient_id: int) -> str:
    """Return where a click leads, with its recipient's token on a site of the company if they agreed to be known there."""
    with current.scope():
        agreed = sites.origin_of(target) in sites.origins() and tying.link_names(recipient_id)
    return naming.named(target, recipient_id) if agreed else addresses.named(target, recipient_id)


def _note(scope: Scope, hit: addresses.Hit) -> None:
    """Hand over what is kept of a click or an opened mail."""
    machine, agent = agents.judged(scope["method"], dict(scope["headers"]), opened=hit.link == OPENED)
    recorder.note((*hit, datetime.now(UTC), machine, agent, agents.network(client(scope))))


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

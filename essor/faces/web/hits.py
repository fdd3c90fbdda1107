"""Clicks and opened mails, answered in the event loop before any middleware: nobody waits, nothing is read from the session.

`/l/<token>` leads on to where the letter's author wanted, `/p/<token>.gif` is an invisible picture. What is wrong, or not
known at once, goes the way of every page.
"""

from __future__ import annotations

from base64 import b64decode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor.catalog import current
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.tracking import agents, destinations
from essor.domain.marketing.tracking.models import OPENED
from essor.domain.marketing.tracking.recorder import Seen, recorder
from essor.domain.marketing.visits import naming, sites, tying
from essor.faces.web.quick import Answer, Receive, Scope, client, headers, in_thread

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


async def click(scope: Scope, receive: Receive) -> Answer | None:  # noqa: ARG001 -- every quick answer may read a body
    """Lead on whoever follows a link of a mailing; None when the address is not one of ours."""
    hit = addresses.read_click(scope["path"].removeprefix("/l/"))
    target = hit and destinations.known(hit.list_email_id, hit.link)
    if hit and target is None:
        target = await in_thread(destinations.of, hit)
    if hit is None or not target:
        return None
    _note(scope, hit)
    address = _named(target, hit.recipient_id)
    if address is None:
        address = await in_thread(named_for_site, target, hit.recipient_id)
    return Answer(302, ((b"location", address.encode()), *NEVER_KEPT))


async def opened(scope: Scope, receive: Receive) -> Answer | None:  # noqa: ARG001 -- every quick answer may read a body
    """Answer with the invisible picture; None when the address is not one of ours."""
    hit = addresses.read_open(scope["path"].removeprefix("/p/").removesuffix(".gif"))
    if hit is None:
        return None
    _note(scope, hit)
    return Answer(200, ((b"content-type", b"image/gif"), *NEVER_KEPT), PICTURE)


def _named(target: str, recipient_id: int | None) -> str | None:
    """Return where a click leads, with its recipient's token on pages of our own; None when the database has to say it."""
    known = sites.known()
    if recipient_id is None or (known is not None and sites.origin_of(target) not in known):
        return addresses.named(target, recipient_id)
    return None


def named_for_site(target: str, recipient_id: int | None) -> str:
    """Return where a click leads, with its recipient's token on a site of the company if they agreed to be known there."""
    if recipient_id is None:
        return target
    with current.scope():
        agreed = sites.origin_of(target) in sites.origins() and tying.link_names(recipient_id)
    return naming.named(target, recipient_id) if agreed else addresses.named(target, recipient_id)


def _note(scope: Scope, hit: addresses.Hit) -> None:
    sent = headers(scope, agents.TELLING)
    recorder.note(
        Seen(
            hit.recipient_id,
            hit.list_email_id,
            hit.link,
            timezone.now(),
            agents.is_machine(scope["method"], sent, opened=hit.link == OPENED),
            agents.shortened(sent.get("user-agent", "")),
            agents.network(client(scope)),
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

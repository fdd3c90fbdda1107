"""The page behind the links of a mail, without a sign-in. Opening it changes nothing: only the button answers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from essor.access.actor import Actor, actor_for
from essor.domain.approvals.links import Followed, answer, follow
from essor.domain.approvals.models import APPROVED, PENDING
from essor.domain.approvals.reading import Request, requests_of
from essor.faces.web import addresses
from essor.faces.web.approvals.inbox import said
from essor.faces.web.formatting import Reader, reading_as
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, ValidationFailed

REFUSED = 422


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the request to whoever has the link, or answer it in the name of the person that the mail went to."""
    followed = follow(token)
    if followed.link is None:
        context = {"followed": followed, "done": "", "request_of": None}
        return _private(render(request, "approvals/mailed.html.jinja", context, status=404))
    actor = actor_for(followed.link.user)
    return _as(actor, lambda: _private(_page(request, actor, followed)))


def _as(actor: Actor, draw: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Draw in the language, time zone and format of the person that the link belongs to."""
    reader = Reader(actor.locale, actor.company.phone_region, actor.company.currency)
    with (
        translation.override(actor.language),
        timezone.override(zone_named(actor.timezone)),
        reading_as(reader),
    ):
        return draw()


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the page out of caches, search engines and the addresses that other sites are told."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # Not no-referrer: with that a browser sends “Origin: null” with the form, which is refused as forged.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _page(request: HttpRequest, actor: Actor, followed: Followed) -> HttpResponseBase:
    wanted = request.POST.get("answer") or request.GET.get("answer", "")
    context: dict[str, object] = {
        "followed": followed,
        "actor": actor,
        "wanted": wanted,
        "typed": request.POST.get("comment", ""),
        "home": addresses.APPROVALS,
        "wrong": "",
        "done": "",
        "request_of": None,
    }
    status = 200 if followed.state == "open" else 410
    if followed.state == "open":
        context["request_of"] = _request(actor, followed)
    if request.method == "POST" and followed.state == "open":
        try:
            instance = answer(followed, approve=wanted == "approve", comment=request.POST.get("comment", ""))
            outcomes = {APPROVED: "approved", PENDING: "noted"}
            context["done"] = outcomes.get(instance.status, "refused")
            context["said"] = said(instance, approve=wanted == "approve")
        except ValidationFailed as refused:
            context["wrong"], status = str(refused), REFUSED
        except EssorError as refused:
            context["followed"], status = Followed("over", followed.link, str(refused)), 409
    return render(request, "approvals/mailed.html.jinja", context, status=status)


def _request(actor: Actor, followed: Followed) -> Request | None:
    found = requests_of(actor, [followed.link.item]) if followed.link else []
    return found[0] if found else None

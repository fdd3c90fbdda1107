"""Opting out and choosing topics. The addresses are signed; whoever holds one speaks for its recipient, as the law wants it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from essor.domain.marketing import tokens
from essor.domain.marketing.returns import optout
from essor.domain.marketing.returns.optout import Standing
from essor.domain.marketing.sending import addresses, contents
from essor.domain.marketing.sending.models import Recipient
from essor.faces.web.hits import gone, protected
from essor.kernel.errors import EssorError
from essor.kernel.whole import wholes

# Nothing runs in a letter, and its pictures may stand anywhere; links open as they do in mail programs.
LETTER = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src *; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
ONE_CLICK = "One-Click"  # what RFC 8058 has mail programs send


@login_not_required
@csrf_exempt  # mail programs send it, and the token speaks for one recipient only
@never_cache
@require_http_methods(["GET", "POST"])
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether no more mail is wanted; take the answer of the page's button or of a mail program's one click."""
    standing = _standing(addresses.OPT_OUT, token)
    if standing is None:
        return gone()
    if request.method == "GET":
        return _page("opt_out", standing)
    by_program = request.POST.get("List-Unsubscribe") == ONE_CLICK
    wording = _("Unsubscribe (button of the mail program)") if by_program else question(standing)
    optout.opt_out(standing, source=request.path, wording=wording)
    if by_program:
        return protected(HttpResponse(status=204))
    return HttpResponseRedirect(f"{reverse('web:mail_preferences', args=[_preferences(standing)])}?out=1")


def question(standing: Standing) -> str:
    """Return what the page asks before somebody opts out: the words that are kept as proof."""
    return _("Stop sending e-mails to %(address)s?") % {"address": standing.recipient.address}


def again() -> str:
    """Return what somebody says who wants mail again after opting out."""
    return _("Send me e-mails again")


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show the topics and what may be followed, and take the choice."""
    standing = _standing(addresses.PREFERENCES, token)
    if standing is None:
        return gone()
    if request.method == "GET":
        return _page("preferences", standing, saved="saved" in request.GET, out="out" in request.GET)
    wanted = set(wholes(request.POST.getlist("topic")))
    known = {topic.pk for topic, _wanted in standing.topics}
    followed = [one for one, _now in standing.followed if one in request.POST]
    if "none" in request.POST:
        optout.opt_out(standing, source=request.path, wording=question(standing))
        return HttpResponseRedirect(f"{request.path}?out=1")
    if "again" in request.POST:
        optout.subscribe(standing, source=request.path, wording=again())
        return HttpResponseRedirect(f"{request.path}?saved=1")
    optout.choose(standing, wanted & known, followed, source=request.path, wording=_wording(standing))
    return HttpResponseRedirect(f"{request.path}?saved=1")


@login_not_required
@never_cache
@require_GET
def browser(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django hands it in
    """Show a mail as its recipient got it, as a page in which nothing runs."""
    numbers = tokens.read(addresses.BROWSER, token)
    recipient = Recipient.objects.filter(pk=numbers[0]).first() if numbers and len(numbers) == 1 else None
    if recipient is None:
        return gone()
    try:
        mail = contents.shown(recipient)
    except EssorError:
        return gone()
    response = protected(HttpResponse(mail.html))
    response.headers["Content-Security-Policy"] = LETTER
    return response


def labels() -> dict[str, str]:
    """Return how the page asks about being followed."""
    return {
        "tracking_opens": _("You may track whether I open your e-mails."),
        "tracking_clicks": _("You may track which links in your e-mails I click."),
        "visits": _("You may track which pages of your website I view."),
    }


def _wording(standing: Standing) -> str:
    """Return the words that somebody saw when choosing."""
    return "\n".join(
        [
            _("Which e-mails would you like to get?"),
            *(topic.name for topic, _now in standing.topics),
            *(labels()[one] for one, _now in standing.followed),
        ]
    )


def _standing(use: str, token: str) -> Standing | None:
    numbers = tokens.read(use, token)
    return optout.standing(numbers[0]) if numbers is not None and len(numbers) == 1 else None


def _preferences(standing: Standing) -> str:
    return tokens.make(addresses.PREFERENCES, standing.recipient.pk)


def _page(name: str, standing: Standing, **more: Any) -> HttpResponse:
    context = {
        "standing": standing,
        "question": question(standing),
        "labels": labels(),
        "again": again(),
        "preferences": reverse("web:mail_preferences", args=[_preferences(standing)]),
        **more,
    }
    return protected(HttpResponse(render_to_string(f"optout/{name}.html.jinja", context)))

"""Text messages in the set-up: who hands them over, a message to try it, where the provider reports to; and its reports."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.marketing.scenarios.models import Gateway, SentText
from essor.domain.marketing.scenarios.texts import hearing, keeping
from essor.domain.marketing.scenarios.texts.port import PROVIDERS, offered
from essor.faces.web import returning
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError

CURRENT = "texts"
SHOWN = 20
LARGEST = 65_536  # bytes of a report


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show who hands over our messages, with the form of the provider that was chosen; keep what was typed."""
    row = keeping.gateway()
    used = row.provider if row is not None and row.provider in PROVIDERS else ""
    chosen = request.GET.get("provider", "")
    kind = PROVIDERS.get(chosen) or PROVIDERS.get(used) or offered()[0]

    def work(form: Form) -> str:
        names = ("sender", *(one.name for one in kind.options))
        keeping.keep(actor_of(request), {"provider": kind.name} | {name: form.value(name) for name in names})
        return reverse("web:setup_texts")

    def again(form: Form) -> HttpResponseBase:
        base = reverse("web:setup_texts")
        context = {
            "form": form,
            "row": row if used else None,
            "kind": kind,
            "used": used,
            "using": PROVIDERS[used].label if used else "",
            "kinds": [(returning.kept(request, f"{base}?provider={one.name}"), one) for one in offered()],
            "here": returning.kept(request, f"{base}?provider={kind.name}"),
            "reports": _addresses(row) if row is not None and used else [],
            "latest": SentText.objects.order_by("-pk")[:SHOWN],
        }
        return draw(request, "texts", context, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    stored = {one.name: one.usual for one in kind.options}
    if row is not None and kind.name == used:
        stored |= {"sender": row.sender, **row.options}
    return again(starting(stored))


def _addresses(row: Gateway) -> list[tuple[str, str]]:
    return [
        (_("What became of a message"), keeping.address(row, "receipt")),
        (_("Answers, and who wants no more (STOP)"), keeping.address(row, "answer")),
    ]


@require_POST
@customizing
def attempt(request: HttpRequest) -> HttpResponseBase:
    """Send a message to a number, and say how it went."""
    text = _("A test from %(name)s: text messages arrive.") % {"name": actor_of(request).company.name}
    try:
        keeping.attempt(actor_of(request), request.POST.get("to", ""), text)
    except EssorError as error:
        flash(request, _("Not sent: %(why)s") % {"why": error}, tone="error")
    else:
        flash(request, _("The provider has taken the message: it should arrive within a minute."))
    return HttpResponseRedirect(returning.kept(request, reverse("web:setup_texts")))


@require_POST
@customizing
def turn(request: HttpRequest) -> HttpResponseBase:
    """Use the provider, or no longer."""
    on = request.POST.get("on") == "1"
    keeping.turn(actor_of(request), on=on)
    flash(request, _("Text messages are sent again.") if on else _("Text messages are no longer sent."))
    return HttpResponseRedirect(returning.kept(request, reverse("web:setup_texts")))


@login_not_required
@csrf_exempt  # the provider sends it; the address itself is the secret
@never_cache
@require_http_methods(["GET", "POST"])
def heard(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """Take in what the provider reports: “receipt” or “answer”. It learns nothing from what comes back."""
    row = keeping.gateway()
    if (
        row is None
        or not hmac.compare_digest(row.token.encode(), token.encode())
        or what not in ("receipt", "answer")
    ):
        return HttpResponse(status=404)
    data = _sent(request)
    if what == "receipt":
        hearing.receipt(row, data)
    hearing.answer(row, data, is_answer=what == "answer")
    return HttpResponse(status=204)


def _sent(request: HttpRequest) -> Mapping[str, str]:
    """Return what was sent, as a query, a form or a JSON object."""
    found = {name: str(value) for name, value in request.GET.items()}
    if request.content_type == "application/json":
        try:
            body = orjson.loads(request.body if len(request.body) <= LARGEST else b"")
        except ValueError:
            return found
        plain = body.items() if isinstance(body, dict) else ()
        return found | {str(name): str(value) for name, value in plain if isinstance(value, (str, int))}
    return found | {name: str(value) for name, value in request.POST.items()}

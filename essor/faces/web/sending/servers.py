"""Mail servers in the set-up: listed, added, changed, tried out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.marketing.sending import setting_up, testing
from essor.domain.marketing.sending.models import SendingDomain, Server
from essor.domain.marketing.sending.servers import FIELDS, rates_text, webhook
from essor.faces.web import returning
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError

CURRENT = "sending"


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """List the servers and the sending domains."""
    found = []
    for one in SendingDomain.objects.order_by("name"):
        good = [check for check in one.checks.values() if check.get("found")]
        found.append((one, len(good)))
    context = {"servers": Server.objects.order_by("pk"), "domains": found, "all_checks": 5}
    return draw(request, "sending", context, current=CURRENT)


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, key: int | None = None) -> HttpResponseBase:
    """Show a server, or an empty form for a new one; keep what was typed."""
    row = get_object_or_404(Server, pk=key) if key is not None else None

    def work(form: Form) -> str:
        kept = setting_up.keep_server(actor_of(request), {name: form.value(name) for name in FIELDS}, row)
        return reverse("web:setup_server", args=[kept.pk])

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "server": row,
            "kinds": Server.Kind.choices,
            "securities": Server.Security.choices,
            "webhook": webhook(row) if row else "",
            "heard": bool(settings.ANYMAIL["WEBHOOK_SECRET"]),
        }
        return draw(request, "sending_server", context, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if row is None:
        return again(starting({"kind": "smtp", "security": "starttls", "port": 587, "connections": 4}))
    values = {
        name: getattr(row, name) for name in FIELDS if name not in ("password", "options", "domain_rates")
    }
    values["domain_rates"] = rates_text(row)
    for name in ("hourly_rate", "daily_cap"):
        values[name] = values[name] or ""
    return again(starting(values))


@require_POST
@customizing
def attempt(request: HttpRequest, key: int) -> HttpResponseBase:
    """Connect to the server and say what came of it."""
    row = get_object_or_404(Server, pk=key)
    try:
        flash(request, testing.try_server(row))
    except EssorError as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(returning.kept(request, reverse("web:setup_server", args=[key])))


@require_POST
@customizing
def delete(request: HttpRequest, key: int) -> HttpResponseBase:
    """Remove a server; mailings that used it go over the next one."""
    setting_up.delete_server(actor_of(request), get_object_or_404(Server, pk=key))
    flash(request, _("The server is removed."))
    return HttpResponseRedirect(reverse("web:setup_sending"))

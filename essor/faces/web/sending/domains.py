"""Sending domains in the set-up: the records to publish, and what DNS says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.marketing.sending import domains, setting_up
from essor.domain.marketing.sending.models import SendingDomain
from essor.faces.web import returning
from essor.faces.web.records.reading import actor_of
from essor.faces.web.sending.servers import CURRENT
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash


@require_http_methods(["GET", "POST"])
@customizing
def add(request: HttpRequest) -> HttpResponseBase:
    """Ask for a domain, and make its keys."""

    def work(form: Form) -> str:
        made = setting_up.add_domain(actor_of(request), form.value("name"), form.value("bounce_domain"))
        return reverse("web:setup_domain", args=[made.pk])

    def again(form: Form) -> HttpResponseBase:
        return draw(request, "sending_domain_add", {"form": form}, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again, said=_("Keys created. Publish the records below."))
    return again(starting({}))


@require_GET
@customizing
def show(request: HttpRequest, key: int) -> HttpResponseBase:
    """Show the records of a domain."""
    row = get_object_or_404(SendingDomain, pk=key)
    context = {"domain": row, "records": domains.records(row)}
    return draw(request, "sending_domain", context, current=CURRENT)


@require_POST
@customizing
def check(request: HttpRequest, key: int) -> HttpResponseBase:
    """Ask DNS now."""
    found = domains.check(get_object_or_404(SendingDomain, pk=key))
    missing = sum(not one.found for one in found)
    text = ngettext("%(num)s record is not there yet.", "%(num)s records are not there yet.", missing) % {
        "num": missing
    }
    flash(request, text if missing else _("All records are there."))
    return HttpResponseRedirect(returning.kept(request, reverse("web:setup_domain", args=[key])))


@require_POST
@customizing
def delete(request: HttpRequest, key: int) -> HttpResponseBase:
    """Remove a domain with its keys."""
    setting_up.delete_domain(actor_of(request), get_object_or_404(SendingDomain, pk=key))
    flash(request, _("The domain is removed."))
    return HttpResponseRedirect(reverse("web:setup_sending"))

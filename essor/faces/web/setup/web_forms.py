"""Web forms that make leads: what they ask, who gets the leads, the HTML for the site, what was refused."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog import current
from essor.domain.public_forms.strangers import Outcome
from essor.domain.sales.web_to_lead import forms as editing
from essor.domain.sales.web_to_lead.forms import FormText
from essor.domain.sales.web_to_lead.models import WebForm
from essor.domain.sales.web_to_lead.receive import counts
from essor.faces.web.leads.public_form import snippet
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.assignment import owners
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.whole import whole

TEXTS = ("name", "title", "language", "lead_source", "return_url", "thanks", "note")


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw all forms with what came in within 30 days."""
    rows = list(WebForm.objects.order_by("-active", "name"))
    known = counts(rows)
    lines = [
        (
            row,
            known[row.pk].get(Outcome.ACCEPTED, 0),
            sum(known[row.pk].values()) - known[row.pk].get(Outcome.ACCEPTED, 0),
        )
        for row in rows
    ]
    return draw(request, "web_forms", {"lines": lines}, current="web_forms")


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, form_id: int = 0) -> HttpResponseBase:
    """Show a form (a new one without id), or save it."""
    actor = actor_of(request)
    row = editing.found(form_id) if form_id else None

    def work(form: Form) -> str:
        saved = editing.save_form(actor, _text(form), row)
        return reverse("web:setup_web_form", args=[saved.pk])

    def again(form: Form) -> HttpResponseBase:
        lead = current.get().object("Lead")
        context = {
            "form": form,
            "row": row,
            "owners": owners(),
            "languages": settings.LANGUAGES,
            "fields": [(one, one.name in editing.ALWAYS) for one in editing.offered()],
            "sources": [(one.value, str(one)) for one in lead.field("LeadSource").choices if one.active],
            "snippet": snippet(request, row) if row else "",
            "address": request.build_absolute_uri(reverse("web:web_form", args=[editing.token_of(row)]))
            if row
            else "",
            "counted": _counted(row) if row else [],
        }
        return draw(request, "web_form", context, current="web_forms", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if row is None:
        usual = ["FirstName", "LastName", "Company", "Email", "Phone", "Description"]
        start = {"fields": usual, "required": ["Email"], "language": actor.language, "lead_source": "Web"}
        return again(starting({**start, "assign": True, "active": True, "owner": actor.user_id}))
    return again(
        starting(
            {
                **{name: getattr(row, name) for name in TEXTS},
                "fields": row.fields,
                "required": row.required,
                "owner": row.owner_id,
                "assign": row.assign,
                "active": row.active,
                "sites": "\n".join(row.sites),
            }
        )
    )


def _text(form: Form) -> FormText:
    owner = form.value("owner")
    return FormText(
        **{name: form.value(name) for name in TEXTS},
        fields=form.all("fields"),
        required=form.all("required"),
        owner=whole(owner),
        assign=form.on("assign"),
        active=form.on("active"),
        sites=form.value("sites").split(),
    )


def _counted(row: WebForm) -> list[tuple[str, int, str]]:
    """Return how attempts ended within 30 days, in words, with a tone."""
    known = counts([row])[row.pk]
    return [
        (str(label), known.get(value, 0), "good" if value == Outcome.ACCEPTED else "")
        for value, label in Outcome.choices
    ]


@require_POST
@customizing
def renew(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """Give a form a new address."""
    editing.renew(actor_of(request), editing.found(form_id))
    flash(request, _("The form has a new address. Put the new HTML into your site."))
    return HttpResponseRedirect(reverse("web:setup_web_form", args=[form_id]))


@require_POST
@customizing
def remove(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """Remove a form."""
    editing.remove_form(actor_of(request), editing.found(form_id))
    flash(request, _("The form is removed."))
    return HttpResponseRedirect(reverse("web:setup_web_forms"))

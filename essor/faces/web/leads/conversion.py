"""The conversion of a lead on one page, and what remains of it on the pages of the records that it became."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.sales.conversion import take_back
from essor.domain.sales.conversion.convert import convert
from essor.faces.web import addresses, offers
from essor.faces.web.leads.conversion_form import ask_of, draw
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

BECAME = (
    ("Account", "ConvertedAccountId"),
    ("Contact", "ConvertedContactId"),
    ("Opportunity", "ConvertedOpportunityId"),
)

ORIGINATED = tuple(name for name, _field in BECAME)


@offers.record_action("Lead")
def convert_button(record: Loaded) -> Action | None:
    """Offer the conversion to those who may change the lead and make contacts."""
    allowed = row_access.may(record.actor, "Contact", "create") and may_edit(record)
    if not allowed or not record.object.has("IsConverted"):
        return None
    return Action(_("Convert"), addresses.record(record.id, "convert"), "arrow-right", "primary")


@offers.record_panel("Lead")
def became_panel(record: Loaded) -> offers.Panel | None:
    """Say above a converted lead what it became."""
    if not record.values.get("IsConverted"):
        return None
    return offers.Panel("conversion", addresses.record(record.id, "converted"), "top")


@offers.record_panel(*ORIGINATED)
def origin_panel(record: Loaded) -> offers.Panel | None:
    """Say beside a record which leads became it, so that their history stays in reach."""
    if not record.catalog.has("Lead") or not take_back.origins(record.object.prefix, record.key):
        return None
    return offers.Panel("origin", addresses.record(record.id, "origin"), "side")


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show what a lead would become, or convert it."""
    record = _lead(request, record_id)
    if record.values.get("IsConverted"):
        flash(request, _("This lead has been converted already."), tone="info")
        return HttpResponseRedirect(addresses.record(record.id))
    if request.method != "POST":
        return render(request, "leads/convert.html.jinja", {"form": draw(record)})
    try:
        convert(record.actor, ask_of(record, request.POST))
    except ValidationFailed as refused:
        form = draw(record, request.POST, refused)
        return render(request, "leads/convert.html.jinja", {"form": form}, status=422)
    flash(request, _("The lead is converted."), undo=addresses.record(record.id, "convert/undo"))
    return HttpResponseRedirect(addresses.record(record.id))


def _lead(request: HttpRequest, record_id: str) -> Loaded:
    return load(actor_of(request), record_id, of=("Lead",))


@require_POST
def undo(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Take a conversion back."""
    record = _lead(request, record_id)
    from_toast = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    try:
        take_back.take_back(record.actor, record.key)
    except ValidationFailed as refused:
        if from_toast:
            raise
        flash(request, str(refused), tone="error")
        return HttpResponseRedirect(addresses.record(record.id))
    if from_toast:
        return HttpResponse(status=204)
    flash(request, _("The conversion is undone: the lead is open again."))
    return HttpResponseRedirect(addresses.record(record.id))


@require_GET
def converted(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw what a lead became, as far as the reader may see it."""
    record = _lead(request, record_id)
    one = take_back.latest(record.key)
    fields = [
        (name, record.object.field(field))
        for name, field in BECAME
        if record.catalog.has(name) and record.object.has(field) and record.values.get(field) is not None
    ]
    context = {
        "record": record,
        "became": [(record.catalog.object(name), field) for name, field in fields],
        "may_undo": one is not None and take_back.may_take_back(record.actor, one),
    }
    return render(request, "leads/converted.html.jinja", context)


@require_GET
def origin(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the leads that became a record: those that the reader may see."""
    record = load(actor_of(request), record_id, [], of=ORIGINATED)
    keys = take_back.origins(record.object.prefix, record.key)
    names = ("Id", "Name", "Company", "ConvertedDate", "LeadSource")
    lead = record.catalog.object("Lead")
    columns = tuple(Column(Path((name,))) for name in names if lead.has(name))
    where = Compare(Path(("Id",)), "in", tuple(Constant(key, "text") for key in keys))
    rows = run.rows(record.actor, Query("Lead", columns=columns, where=where)) if keys else []
    return render(request, "leads/origin.html.jinja", {"rows": rows, "lead": lead, "total": len(keys)})

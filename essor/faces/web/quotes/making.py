"""Buttons that make quotes: of a deal in one click, the next version, and the lead over the deal's products."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.access import rows as row_access
from essor.domain.sales.quotes import make
from essor.faces.web import addresses, offers
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

QUOTE, DEAL = "Quote", "Opportunity"


@offers.record_action(DEAL)
def quote_button(record: Loaded) -> Action | None:
    """Offer a quote of the deal to those who may make quotes."""
    if not record.catalog.has(QUOTE) or not row_access.may(record.actor, QUOTE, "create"):
        return None
    return Action(_("New quote"), addresses.record(record.id, "quote"), "file-text", method="post")


@offers.record_action(QUOTE)
def version_button(record: Loaded) -> Action | None:
    """Offer the next version of a quote that has none."""
    if (
        record.values.get("IsSuperseded")
        or not row_access.may(record.actor, QUOTE, "create")
        or not may_edit(record)
    ):
        return None
    return Action(_("New version"), addresses.record(record.id, "version"), "copy", method="post")


@offers.record_action(QUOTE)
def lead_button(record: Loaded) -> Action | None:
    """Offer to let the products of the deal follow this quote, or to end that."""
    if record.values.get("IsSuperseded") or not record.object.has("IsSyncing") or not may_edit(record):
        return None
    if record.values.get("Status") == "Accepted" or not record.object.field("IsSyncing").updateable:
        return None
    label = (
        _("Stop driving the deal’s products")
        if record.values.get("IsSyncing")
        else _("Drive the deal’s products")
    )
    return Action(label, addresses.record(record.id, "lead"), "refresh", method="post")


def quote_at(request: HttpRequest, record_id: str, name: str = QUOTE) -> Loaded:
    """Return the record of a page; NotFound when it is of another object."""
    return load(actor_of(request), record_id, of=(name,))


@require_POST
def new_quote(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a quote of a deal and show it."""
    record = quote_at(request, record_id, DEAL)
    try:
        key = make.from_deal(record.actor, record.key)
    except ValidationFailed as refused:
        return back(request, record, refused)
    quote = ids.encode("0Q0", key)
    flash(request, _("Quote created."))
    return HttpResponseRedirect(addresses.record(quote))


@require_POST
def new_version(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make the next version of a quote and show it."""
    record = quote_at(request, record_id)
    try:
        key = make.new_version(record.actor, record.key)
    except ValidationFailed as refused:
        return back(request, record, refused)
    flash(request, _("New version created; the earlier one stays as it was."))
    return HttpResponseRedirect(addresses.record(ids.encode("0Q0", key)))


@require_POST
def lead(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Let the products of the deal follow the quote, or end that."""
    record = quote_at(request, record_id)
    leads = not record.values.get("IsSyncing")
    try:
        save(record.actor, Change(QUOTE, {"IsSyncing": leads}, id=record.key))
    except ValidationFailed as refused:
        return back(request, record, refused)
    flash(
        request,
        _("The products of the deal are now those of this quote, and follow it.")
        if leads
        else _("The products of the deal no longer follow this quote."),
    )
    return HttpResponseRedirect(addresses.record(record.id))


def back(request: HttpRequest, record: Loaded, refused: ValidationFailed) -> HttpResponseBase:
    """Go back to a record's page and say there why something was refused."""
    flash(request, str(refused), tone="error")
    return HttpResponseRedirect(addresses.record(record.id))

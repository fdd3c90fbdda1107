"""Buttons of orders and contracts: made of a quote or a won deal in one click, activated, confirmed on paper."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.domain.sales.orders import document, make
from essor.domain.sales.orders.objects import ACTIVATED
from essor.domain.sales.quotes.words import ORDER_WORDS
from essor.faces.web import addresses, offers
from essor.faces.web.quotes.making import back, quote_at
from essor.faces.web.quotes.sending import inline, pdf_button
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

ORDER, CONTRACT = "Order", "Contract"
RENEWED_FROM = timedelta(
    days=120
)  # before its end, as early as people can be told of it: from then on it is the thing to do
MAKERS = {"Opportunity": make.from_deal, "Quote": make.from_quote}


@offers.record_action(*MAKERS)
def order_button(record: Loaded) -> Action | None:
    """Offer an order of a won deal, or of a quote that stands, to those who may make orders."""
    ready = (
        record.values.get("IsWon")
        if record.object.name == "Opportunity"
        else not record.values.get("IsSuperseded")
    )
    if not ready or not record.catalog.has(ORDER) or not row_access.may(record.actor, ORDER, "create"):
        return None
    return Action(
        _("Create order"),
        addresses.record(record.id, "order"),
        "file-spreadsheet",
        "primary" if record.values.get("Status") == "Accepted" else "",
        method="post",
    )


@offers.record_action(ORDER, CONTRACT)
def activate_button(record: Loaded) -> Action | None:
    """Offer to activate a draft."""
    if record.values.get("Status") == ACTIVATED or not may_edit(record):
        return None
    # As a step of the path: what is missing is asked for in its dialog.
    values = {"field": "Status", "to": ACTIVATED, "revision": record.revision}
    attrs = {
        "hx-post": addresses.record(record.id, "move"),
        "hx-swap": "none",
        "hx-vals": orjson.dumps(values).decode(),
    }
    return Action(
        _("Activate"),
        addresses.record(record.id, "activate"),
        "circle-check",
        "primary",
        method="post",
        attrs=attrs,
    )


@offers.record_action(CONTRACT)
def renew_button(record: Loaded) -> Action | None:
    """Offer to renew a contract that is in force or was."""
    if record.values.get("Status") != ACTIVATED or not row_access.may(record.actor, CONTRACT, "create"):
        return None
    ends = record.values.get("EndDate")
    near = isinstance(ends, date) and ends <= timezone.localdate() + RENEWED_FROM
    return Action(
        _("Renew"),
        addresses.record(record.id, "contract"),
        "refresh",
        "primary" if near else "",
        method="post",
    )


@offers.record_action(*MAKERS)
def contract_button(record: Loaded) -> Action | None:
    """Offer a contract of a won deal, or of an accepted quote, to those who may make contracts."""
    agreed = record.values.get("IsWon") or record.values.get("Status") == "Accepted"
    if not agreed or not row_access.may(record.actor, CONTRACT, "create"):
        return None
    return Action(_("Create contract"), addresses.record(record.id, "contract"), "clipboard", method="post")


@offers.record_action(ORDER)
def reopen_button(record: Loaded) -> Action | None:
    """Offer to take an activation back to those who may change the order."""
    if record.values.get("Status") != ACTIVATED or not may_edit(record):
        return None
    return Action(
        _("Undo the activation"),
        addresses.record(record.id, "activate?undo=1"),
        "arrow-back-up",
        method="post",
    )


@offers.record_action(ORDER)
def confirmation_button(record: Loaded) -> Action | None:
    """Offer the confirmation to whoever may read the lines."""
    if not record.catalog.has("OrderItem"):
        return None
    return pdf_button(addresses.record(record.id, "confirmation"))


@offers.record_mark(ORDER)
def activated_mark(record: Loaded) -> offers.Mark | None:
    """Say that an order stays as it is."""
    return (
        offers.Mark(_("Activated"), "good", "lock", locks=True)
        if record.values.get("Status") == ACTIVATED
        else None
    )


@require_POST
def new_order(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make an order of a deal or a quote and show it."""
    record = load(actor_of(request), record_id, of=tuple(MAKERS))
    try:
        key = MAKERS[record.object.name](record.actor, record.key)
    except ValidationFailed as refused:
        return back(request, record, refused)
    flash(request, _("Order created. Check it, then activate it."))
    return HttpResponseRedirect(addresses.record(ids.encode(record.catalog.object(ORDER).prefix, key)))


@require_POST
def new_contract(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a contract of a deal or a quote, or the one that goes on after a contract, and show it."""
    record = load(actor_of(request), record_id, of=(*MAKERS, CONTRACT))
    renewed = record.object.name == CONTRACT
    try:
        key = (
            make.renewal(record.actor, record.key)
            if renewed
            else make.contract(record.actor, record.object.name, record.key)
        )
    except ValidationFailed as refused:
        return back(request, record, refused)
    flash(request, _("Contract created as a draft. Check its dates, then activate it."))
    return HttpResponseRedirect(addresses.record(ids.encode(record.catalog.object(CONTRACT).prefix, key)))


@require_POST
def activate(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Activate an order or a contract, or take that back with `undo`."""
    record = load(actor_of(request), record_id, of=(ORDER, CONTRACT))
    status = "Draft" if request.GET.get("undo") else ACTIVATED
    try:
        save(record.actor, Change(record.object.name, {"Status": status}, id=record.key))
    except ValidationFailed as refused:
        return back(request, record, refused)
    said = _("“%(name)s” is activated.") if status == ACTIVATED else _("“%(name)s” is a draft again.")
    flash(request, said % {"name": record.title})
    return HttpResponseRedirect(addresses.record(record.id))


@require_GET
def confirmation(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Hand out the confirmation of an order, in its language or in `?language=`."""
    record = quote_at(request, record_id, ORDER)
    asked = request.GET.get("language", "")
    return inline(*document.pdf(record.actor, record.key, asked if asked in ORDER_WORDS else ""))

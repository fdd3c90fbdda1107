"""The lines of a deal, a quote or an order as a grid on its page: quantities, prices, discounts, dates changed together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from essor.access import rows as row_access
from essor.catalog.definitions import ObjectDef
from essor.domain.sales.orders.objects import ACTIVATED
from essor.domain.sales.quotes.sync import leaders
from essor.faces.web import addresses, offers
from essor.faces.web.lists.going import at_once
from essor.faces.web.records.reading import Loaded, actor_of, load, located
from essor.faces.web.toasts import toast, trigger
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Path, Query
from essor.records.change import Change, Result
from essor.records.delete import delete
from essor.records.save import ROLLED_BACK, save_many

DEAL, QUOTE, ORDER = "Opportunity", "Quote", "Order"
READ = ("Id", "Name", "ProductCode", "ListPrice", "TotalPrice", "CurrencyIsoCode")


@dataclass(frozen=True, slots=True)
class Place:
    """Where lines stand: their object, the field that names their parent, and what may be typed into the grid."""

    line: str
    parent: str
    typed: tuple[str, ...]


PLACES = {
    DEAL: Place("OpportunityLineItem", "OpportunityId", ("Quantity", "UnitPrice", "Discount", "ServiceDate")),
    QUOTE: Place("QuoteLineItem", "QuoteId", ("Quantity", "UnitPrice", "Discount", "TaxRate", "ServiceDate")),
    ORDER: Place("OrderItem", "OrderId", ("Quantity", "UnitPrice", "Discount", "TaxRate", "ServiceDate")),
}
# Of a quote or an order, below its lines.
SUMS = {
    QUOTE: ("TotalPrice", "ShippingHandling", "Tax", "GrandTotal"),
    ORDER: ("TotalAmount", "ShippingHandling", "Tax", "GrandTotal"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the grid: the values stored, or typed and refused, and what is wrong by field."""

    id: str
    values: Mapping[str, Any]
    errors: Mapping[str, list[str]] = field(default_factory=dict)


@offers.record_panel(*PLACES, draws=[place.line for place in PLACES.values()])
def offered(record: Loaded) -> offers.Panel | None:
    """Offer the grid to whoever may read the lines: it is the heart of a quote, and a part of a deal."""
    seen = record.catalog.has(PLACES[record.object.name].line)
    return (
        offers.Panel(
            "products",
            addresses.record(record.id, "products"),
            "main" if record.object.name == DEAL else "top",
        )
        if seen
        else None
    )


def line_object(record: Loaded) -> ObjectDef:
    """Return the lines as the reader sees them; NotFound on the page of anything that has none."""
    if record.object.name not in PLACES:
        raise NotFound(_("There is no such record."))
    return record.catalog.object(PLACES[record.object.name].line)


def closed(record: Loaded) -> tuple[str, str]:
    """Return why the lines may not be changed here, and the page where they may; empty when they may."""
    if record.object.name == DEAL:
        leader = leaders([record.key]).get(record.key)
        if leader is None:
            return "", ""
        words = {"number": leader.quote_number}
        return _("These products follow the quote %(number)s: change them there.") % words, addresses.record(
            ids.encode("0Q0", leader.pk)
        )
    if record.object.name == ORDER:
        fixed = record.values.get("Status") == ACTIVATED
        return (_("The order is activated: its lines stay as they are.") if fixed else ""), ""
    if record.values.get("IsSuperseded"):
        return _("A later version has replaced this quote: it stays as it was."), ""
    if record.values.get("Status") == "Accepted":
        return _("This quote is accepted. Make a new version, or take the acceptance back first."), ""
    return "", ""


def lines_of(record: Loaded) -> list[Line]:
    """Return the lines in their order, or in that in which they were added."""
    obj, place = line_object(record), PLACES[record.object.name]
    query = Query(
        obj.name,
        columns=tuple(
            Column(Path((name,))) for name in (*READ, *place.typed) if name == "Id" or obj.has(name)
        ),
        where=Compare(Path((place.parent,)), "eq", (Constant(record.key),)),
        order_by=tuple(Order(Path((name,))) for name in ("SortOrder", "Id") if name == "Id" or obj.has(name)),
    )
    return [Line(ids.encode(obj.prefix, row["Id"]), row) for row in run.rows(record.actor, query)]


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the grid, or save the rows that were changed in it: all of them, or none and what is wrong with each."""
    record = load(actor_of(request), record_id)
    obj = line_object(record)
    if request.method == "GET":
        return _draw(request, record, obj, lines_of(record))
    lines = lines_of(record)
    typed = PLACES[record.object.name].typed
    changes = [
        Change(obj.name, values, id=_key(line))
        for line in lines
        if (values := _sent(request, obj, line, typed))
    ]
    results = save_many(record.actor, obj.name, changes, all_or_none=True)
    if all(result.ok for result in results):
        response = HttpResponse(status=204)
        toast(response, _("Saved."))
        return _refreshed(response)
    wrong = {change.id: (change, result) for change, result in zip(changes, results, strict=True)}
    return _draw(request, record, obj, [_again(line, wrong.get(_key(line))) for line in lines], status=422)


def _draw(
    request: HttpRequest, record: Loaded, obj: ObjectDef, lines: list[Line], status: int = 200
) -> HttpResponseBase:
    totals = [line.values.get("TotalPrice") or 0 for line in lines] if obj.has("TotalPrice") else None
    fields = [obj.field(name) for name in PLACES[record.object.name].typed if obj.has(name)]
    locked = offers.locked(record)
    why, where = (locked, "") if locked else closed(record)
    below = SUMS.get(record.object.name, ())
    sums = [
        record.object.field(name) for name in below if record.values.get(name) and record.object.has(name)
    ]
    context = {
        "record": record,
        "lines": lines,
        "fields": fields,
        "object": obj,
        "total": None if totals is None else sum(totals),
        "closed": why,
        "closed_href": where,
        "sums": sums,
        "quote": record.object.name != DEAL,
        "may_edit": not why
        and row_access.may(record.actor, obj, "edit")
        and any(one.updateable for one in fields),
        "may_add": not why and obj.createable and row_access.may(record.actor, obj, "create"),
        "may_delete": not why and row_access.may(record.actor, obj, "delete"),
    }
    return render(request, "products/panel.html.jinja", context, status=status)


def _key(line: Line) -> int:
    return int(line.values["Id"])


def _sent(request: HttpRequest, obj: ObjectDef, line: Line, typed: Iterable[str]) -> dict[str, Any]:
    """Return the values that the grid sent for a line and that the reader may change."""
    return {
        name: request.POST[f"{name}.{line.id}"]
        for name in typed
        if f"{name}.{line.id}" in request.POST and obj.has(name) and obj.field(name).updateable
    }


def _again(line: Line, wrong: tuple[Change, Result] | None) -> Line:
    if wrong is None:
        return line
    change, result = wrong
    errors: dict[str, list[str]] = {}
    for one in result.errors:
        if one.code != ROLLED_BACK:
            errors.setdefault(one.field, []).append(one.message)
    return Line(line.id, {**line.values, **change.values}, errors)


@require_POST
def remove(request: HttpRequest, record_id: str, line_id: str) -> HttpResponseBase:
    """Take a line off; the toast brings it back."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    name = line_object(record).name
    line = next((one for one in lines_of(record) if one.id == line_id), None)
    if line is None:
        raise NotFound(_("There is no such record."))
    delete(actor, name, [located(actor, line_id)[2]])
    response = HttpResponse(status=204)
    toast(
        response,
        _("“%(name)s” is removed.") % {"name": line.values.get("Name")},
        undo=addresses.record(line_id, "undelete"),
    )
    return _refreshed(response)


def added(count: int) -> HttpResponse:
    """Return the answer after products were added."""
    response = HttpResponse(status=204)
    toast(response, ngettext("%(num)d product added.", "%(num)d products added.", count) % {"num": count})
    trigger(response, "es:close-dialog")
    return _refreshed(response)


def _refreshed(response: HttpResponse) -> HttpResponse:
    """Let the whole page follow: amount, path and history hang on the lines."""
    trigger(response, "es:refresh")
    return at_once(response)


def refuse_adding(record: Loaded, obj: ObjectDef) -> None:
    """Raise Forbidden for whoever may not add lines."""
    if not obj.createable or not row_access.may(record.actor, obj, "create"):
        raise Forbidden(_("You may not create %(plural)s.") % {"plural": obj.plural})

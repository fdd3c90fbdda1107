"""Parts in deals beside opportunities and contacts; the people of an account and the companies of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access import rows as row_access
from essor.faces.web import addresses, offers
from essor.faces.web.records.forms import by_field
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import flash, toast
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Path, Query
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save

ROLE, RELATION = "OpportunityContactRole", "AccountContactRelation"
SHOWN = 50
# What each page asks about, its new line's fields, and how the lines are sorted.
ROLES = {
    "Opportunity": ("OpportunityId", ("ContactId", "Role", "IsPrimary")),
    "Contact": ("ContactId", ("OpportunityId", "Role", "IsPrimary")),
}
RELATIONS = {
    "Account": ("AccountId", ("ContactId", "Roles", "StartDate", "EndDate")),
    "Contact": ("ContactId", ("AccountId", "Roles", "StartDate", "EndDate")),
}
PATHS = {
    ROLE: (
        "Id",
        "Role",
        "IsPrimary",
        "ContactId",
        "Contact.Name",
        "Contact.Title",
        "Contact.Email",
        "Contact.Phone",
        "OpportunityId",
        "Opportunity.Name",
        "Opportunity.StageName",
        "Opportunity.Amount",
        "Opportunity.CurrencyIsoCode",
    ),
    RELATION: (
        "Id",
        "Roles",
        "StartDate",
        "EndDate",
        "IsActive",
        "IsDirect",
        "ContactId",
        "Contact.Name",
        "Contact.Title",
        "Contact.AccountId",
        "Contact.Account.Name",
        "AccountId",
        "Account.Name",
    ),
}


@offers.record_panel("Opportunity", "Contact", draws=["OpportunityContactRole"])
def roles_panel(record: Loaded) -> offers.Panel | None:
    """Offer the parts in deals."""
    needed = ("OpportunityContactRole", "Opportunity", "Contact")
    if not all(record.catalog.has(name) for name in needed):
        return None
    return offers.Panel("roles", addresses.record(record.id, "roles"), "side")


@offers.record_panel("Account", "Contact", draws=[RELATION])
def relations_panel(record: Loaded) -> offers.Panel | None:
    """Offer the people of an account beyond those who are with it now, and the companies of a person."""
    if not all(record.catalog.has(name) for name in (RELATION, "Account", "Contact")):
        return None
    return offers.Panel("relations", addresses.record(record.id, "relations"), "side")


@require_http_methods(["GET", "POST"])
def roles(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the parts in deals, or add one."""
    return _panel(request, record_id, ROLE, ROLES, "relations/roles.html.jinja")


@require_http_methods(["GET", "POST"])
def relations(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the relations of a person or an account, or add one."""
    return _panel(request, record_id, RELATION, RELATIONS, "relations/relations.html.jinja")


def _panel(
    request: HttpRequest,
    record_id: str,
    name: str,
    kinds: Mapping[str, tuple[str, tuple[str, ...]]],
    template: str,
) -> HttpResponseBase:
    record = load(actor_of(request), record_id, [], of=tuple(kinds))
    link, asked = kinds[record.object.name]
    errors: dict[str, list[str]] = {}
    typed: dict[str, Any] = {}
    if request.method == "POST":
        obj = record.catalog.object(name)
        for one in asked:
            field = obj.field(one)
            several = field.kind.name == "multiselect"
            typed[one] = (
                [text for text in request.POST.getlist(one) if text] if several else request.POST.get(one, "")
            )
            typed[f"{one}.label"] = request.POST.get(f"{one}.label", "")
        try:
            save(record.actor, Change(name, {link: record.key, **{one: typed[one] for one in asked}}))
            typed = {}
        except ValidationFailed as refused:
            errors = by_field(refused)
        if not errors and request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(addresses.record(record.id))
    response = render(
        request, template, _context(record, name, link, asked, typed, errors), status=422 if errors else 200
    )
    if request.method == "POST" and not errors:
        toast(response, _("Saved."))
    return response


def _context(
    record: Loaded,
    name: str,
    link: str,
    asked: Iterable[str],
    typed: dict[str, Any],
    errors: dict[str, list[str]],
) -> dict[str, Any]:
    obj = record.catalog.object(name)
    paths = [path for path in PATHS[name] if _seen(record, name, path)]
    where = Compare(Path((link,)), "eq", (Constant(record.key),))
    first = "IsPrimary" if name == ROLE else "IsActive"
    order = (Order(Path((first,)), descending=True), Order(Path(("Id",)), descending=True))
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in paths)
    rows = run.rows(record.actor, Query(name, columns=columns, where=where, order_by=order, limit=SHOWN))
    may = row_access.may(record.actor, obj, "create") and obj.createable
    return {
        "record": record,
        "object": obj,
        "rows": [(ids.encode(obj.prefix, row["Id"]), row) for row in rows],
        "fields": [obj.field(one) for one in asked if obj.has(one)],
        "values": typed,
        "errors": errors,
        "may_add": may,
        "id_of": _id_of,
    }


def _seen(record: Loaded, name: str, path: str) -> bool:
    """Tell whether the reader sees every step of a path."""
    obj = record.catalog.object(name)
    *ways, last = path.split(".")
    for way in ways:
        field = obj.by_relationship.get(way.lower())
        if field is None or not record.catalog.has(field.targets[0]):
            return False
        obj = record.catalog.object(field.targets[0])
    return obj.has(last)


def _id_of(prefix: str, key: int | None) -> str:
    return ids.encode(prefix, key) if key is not None else ""


@require_POST
def primary(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a contact's part the primary one of its deal."""
    record, back = _line(request, record_id, ROLE)
    save(record.actor, Change(ROLE, {"IsPrimary": True}, id=record.key))
    return _go(request, _("Saved."), back)


@require_POST
def remove(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Take a part or a relation away."""
    record, back = _line(request, record_id, ROLE, RELATION)
    delete(record.actor, record.object.name, [record.key])
    return _go(request, _("Removed."), back)


def _line(request: HttpRequest, record_id: str, *names: str) -> tuple[Loaded, Loaded]:
    """Return the part or relation that an address names, and the record whose page the button stands on; NotFound."""
    record = load(actor_of(request), record_id, [], of=names)
    return record, load(record.actor, request.POST.get("back", ""), [])


def _go(request: HttpRequest, text: str, back: Loaded) -> HttpResponseBase:
    flash(request, text)
    return HttpResponseRedirect(addresses.record(back.id))

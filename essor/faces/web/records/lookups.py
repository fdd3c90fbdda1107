"""Suggestions for lookup fields: the records whose name holds what was typed, best first."""

from __future__ import annotations

from itertools import zip_longest

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.faces.web import addresses
from essor.faces.web.lists.views import open_rows
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Action, Option
from essor.kernel import ids
from essor.query import run
from essor.query.search.find import find
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query

SHOWN = 8
# What tells records of one name apart, by the field that an object has for it: the name of its account, or the company.
ASIDE = {"AccountId": Path(("Account", "Name")), "Company": Path(("Company",))}


@require_GET
def suggest(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Return the options for what was typed (parameter q); the newest records when nothing was."""
    actor = actor_of(request)
    seen = catalog_for(actor)
    # A form about several objects writes the object before the name: Account.OwnerId.
    field = seen.object(name).field(field_name.rpartition(".")[2])
    text = request.GET.get("q", "").strip()
    targets = [seen.object(target) for target in field.targets if seen.has(target)]
    # Of several objects each has its turn, the best of each first: many accounts leave room for a contact.
    turns = zip_longest(*(options_for(actor, target, text) for target in targets))
    options = [one for turn in turns for one in turn if one is not None]
    create = _create(actor, targets, text)
    return render(
        request, "records/lookup.html.jinja", {"options": options[:SHOWN], "query": text, "create": create}
    )


def _create(actor: Actor, targets: list[ObjectDef], text: str) -> Action | None:
    for target in targets:
        if target.createable and target.is_record and row_access.may(actor, target, "create"):
            name = "LastName" if target.has("LastName") else target.name_field
            return Action(
                _("New %(object)s") % {"object": str(target.label).lower()},
                addresses.new_record(target.name, **{name: text}),
            )
    return None


def options_for(actor: Actor, target: ObjectDef, text: str) -> list[Option]:
    """Return the records of one object whose name holds `text`, best first; the newest when it is empty."""
    if target.is_record and text:
        hits = find(actor, text, objects=(target.name,), limit=SHOWN)
        return _named(actor, target, [hit.record_id for hit in hits])
    columns = _columns(actor, target)
    conditions: list[Condition] = (
        [Compare(Path((target.name_field,)), "contains", (Constant(text, "text"),))] if text else []
    )
    if (open_only := open_rows(target)) is not None:
        conditions.append(open_only)
    if target.has("IsActive"):
        conditions.append(Compare(Path(("IsActive",)), "eq", (Constant(value=True),)))
    order = (
        Order(Path(("LastModifiedDate",)), descending=True)
        if target.is_record
        else Order(Path((target.name_field,)))
    )
    query = Query(
        target.name,
        columns=columns,
        where=All(tuple(conditions)) if conditions else None,
        order_by=(order,),
        limit=SHOWN,
    )
    return [_option(target, row) for row in run.rows(actor, query)]


def _columns(actor: Actor, target: ObjectDef) -> tuple[Column, ...]:
    """Return what is shown of a record: its name, and what tells it apart where the reader may see that."""
    seen = catalog_for(actor)
    aside = [
        Column(path)
        for name, path in ASIDE.items()
        if target.has(name) and (len(path.names) == 1 or seen.has(path.names[0]))
    ]
    return (Column(Path(("Id",))), Column(Path((target.name_field,))), *aside)


def _named(actor: Actor, target: ObjectDef, keys: list[int]) -> list[Option]:
    """Return the options of found records in the order of the search."""
    if not keys:
        return []
    columns = _columns(actor, target)
    chosen = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
    open_only = open_rows(target)
    where = All((chosen, open_only)) if open_only is not None else chosen
    rows = {row["Id"]: row for row in run.rows(actor, Query(target.name, columns=columns, where=where))}
    return [_option(target, rows[key]) for key in keys if key in rows]


def _option(target: ObjectDef, row: dict[str, object]) -> Option:
    record_id = ids.encode(target.prefix, int(str(row["Id"])))
    aside = next((row[str(path)] for path in ASIDE.values() if row.get(str(path))), target.label)
    return Option(record_id, str(row[target.name_field] or record_id), detail=str(aside), icon=target.icon)

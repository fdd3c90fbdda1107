"""The list page of any object: its view, its filter as chips, fifty rows at a time by key, what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.catalog.definitions import ObjectDef
from essor.faces.web import addresses, offers
from essor.faces.web.display import is_numeric
from essor.faces.web.lists import board, columns, views
from essor.faces.web.lists.columns import Drawer, ListColumn
from essor.faces.web.lists.state import State, build, checked, state_of, words_of
from essor.faces.web.lists.words import chips
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Column, Pager, Row, Table
from essor.kernel.errors import QueryRefused
from essor.query import keyset, run

SIZE = 50
COMPOUND = ("address", "geolocation")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the reader may do with the records of the object."""

    create: bool
    edit: bool
    delete: bool
    mass_edit: bool
    export: bool
    bring_in: bool
    merge: bool

    @property
    def many(self) -> bool:
        """Tell whether anything can be done with selected rows."""
        return self.delete or self.mass_edit


def allowed(state: State) -> Allowed:
    """Return the reader's rights on the object."""
    obj = state.object

    def may(right: str) -> bool:
        return obj.is_record and row_access.may(state.actor, obj, right)

    create = obj.createable and may("create")
    return Allowed(
        create,
        may("edit"),
        may("delete"),
        may("mass_edit") and may("edit"),
        may("export"),
        create and may("import"),
        obj.createable and may("edit") and may("delete"),
    )


@require_GET
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw a list."""
    state = build(actor_of(request), name, words_of(request.GET))
    rights = allowed(state)
    if state.is_board and board.fields_of(state):
        return board.show(request, state, page_context(state, rights), may_edit=rights.edit)
    try:
        table = table_of(state, rights, request.GET.get("after"))
    except QueryRefused:
        state = checked(state)
        if not state.problem:
            raise
        table = Table((), (), str(state.object.plural))
    filtered = not table.rows and _narrowed(state)
    return render(
        request,
        "lists/page.html.jinja",
        {**page_context(state, rights), "table": table, "filtered": filtered},
    )


def _narrowed(state: State) -> bool:
    """Tell whether there would be records without the condition that left none.

    A condition that only leaves out those that have had their day is not to blame where there is no record at all.
    """
    if state.condition is None or state.condition != views.open_rows(state.object):
        return state.condition is not None
    return bool(run.page(state.actor, replace(state, where=None).query(), size=1).rows)


def page_context(state: State, rights: Allowed) -> dict[str, Any]:
    """Return what the page needs whether it shows a table or a board."""
    return {
        "state": state,
        "object": state.object,
        "rights": rights,
        "offered": offers.list_actions(state) if rights.mass_edit else [],
        "chips": [] if state.problem else chips(state),
        "filtered": state.condition not in (None, views.open_rows(state.object)),
        "hidden": list(state.params.items()),
        "boards": bool(board.fields_of(state)),
        "board": None,
        "table": None,
    }


def table_of(state: State, rights: Allowed, after: str | None) -> Table:
    """Return one page of the list; a page that does not exist any more is the first one."""
    query = state.query(columns.to_read(state.object, state.columns, state.actor))
    try:
        found = run.page(state.actor, query, after=after, size=SIZE)
    except QueryRefused as refused:
        if refused.code != keyset.STALE:
            raise
        found = run.page(state.actor, query, size=SIZE)
    pager = Pager(
        shown=len(found.rows),
        next_href=state.href(after=found.next_cursor) if found.next_cursor else "",
        previous_href=state.href(after=found.previous_cursor) if found.previous_cursor else "",
    )
    heads = tuple(_head(state, column, editable=rights.edit) for column in state.columns)
    draw = columns.drawers(state.object, state.columns, state.catalog)
    rows = tuple(_row(state.object, draw, values) for values in found.rows)
    return Table(
        heads,
        rows,
        f"{state.object.plural}: {state.view.name}",
        pager=pager,
        selectable=rights.many,
        edit_pattern=addresses.CELLS if rights.edit else "",
    )


def _head(state: State, column: ListColumn, *, editable: bool) -> Column:
    own = "." not in column.key and column.key != columns.INACTIVE
    writable = column.field.updateable or column.field.kind.name in COMPOUND
    direction = next((down for path, down in state.sort[:1] if path == column.sort), None)
    if column.key == columns.INACTIVE and direction is not None:
        direction = not direction
    following = "" if direction or direction is None else "-"
    return Column(
        column.key,
        column.label,
        column.field,
        sorted="" if direction is None else "desc" if direction else "asc",
        sort_href=state.href(sort=f"{following}{column.key}", after=None) if column.sort else "",
        editable=editable and own and writable,
        numeric=is_numeric(column.field) or column.key == columns.INACTIVE,
        primary=column.key == state.object.name_field,
    )


def _row(obj: ObjectDef, draw: Sequence[Drawer], values: dict[str, Any]) -> Row:
    key = columns.record_id(obj, values["Id"])
    label = values.get(obj.name_field) or _("No name")
    return Row(key, tuple([one(values) for one in draw]), addresses.record(key), str(label))


@require_GET
def count(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer how many records the list has, asked for when the page is already there."""
    state = state_of(request, name)
    total = 0 if state.problem else run.count(state.actor, state.query())
    return render(request, "lists/count.html.jinja", {"state": state, "total": total})

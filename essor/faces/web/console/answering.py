"""The rows of a query as a table: values in the reader's own form, links to records, child rows folded up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.faces.web import addresses, formatting
from essor.faces.web.display import NOTHING, Shown, is_numeric, shown
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.query import grouped, source
from essor.query import run as reading
from essor.query.environment import env_for
from essor.query.tree import AllFields, Call, Column, Path, Query, Selected

SIZE = 200
MOST_GROUPS = 2_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, or the child rows behind it."""

    shown: Shown = NOTHING
    children: Rows | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its name as the query has it, and whether it holds figures."""

    name: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of values."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a query: the first rows, the cursor of those behind, how long it took."""

    table: Rows
    object: ObjectDef
    grouped: bool
    milliseconds: float
    cursor: str = ""
    cut: bool = False


def answer(actor: Actor, query: Query, *, after: str = "") -> Answer:
    """Run a query, its first page or the one behind a cursor; QueryRefused says why it cannot."""
    obj = source.object_named(query.object, env_for(actor), query.at)
    began = time.perf_counter()
    if grouped.is_grouped(query):
        found = reading.rows(actor, query)
        fields = {"expr0": None} if reading.is_bare_count(query) else reading.fields_of(actor, query)
        parts = [name for name, one in zip(fields, query.columns, strict=False) if _is_date_part(one)]
        table = table_of(actor, obj, found[:MOST_GROUPS], fields, parts=parts)
        return Answer(table, obj, True, _since(began), cut=len(found) > MOST_GROUPS)
    asked = _with_id(query)
    page = reading.page(actor, asked, after=after or None, size=SIZE)
    milliseconds = _since(began)
    fields = reading.fields_of(actor, asked)
    parts = [str(one.alias) for one in query.columns if isinstance(one, Column) and _is_date_part(one)]
    hidden = () if asked is query else ("Id",)
    table = table_of(actor, obj, page.rows, fields, hidden=hidden, parts=parts)
    return Answer(table, obj, False, milliseconds, cursor=page.next_cursor or "")


def _is_date_part(column: Selected) -> bool:
    """Tell whether a column is a year, a month …: a name rather than a quantity."""
    return isinstance(column, Column) and isinstance(column.expression, Call)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _with_id(query: Query) -> Query:
    """Return the query with the record's id, which the links need."""
    for column in query.columns:
        if isinstance(column, AllFields) or (
            isinstance(column, Column) and str(column.expression).lower() == "id"
        ):
            return query
    return replace(query, columns=(*query.columns, Column(Path(("Id",)))))


def table_of(
    actor: Actor,
    obj: ObjectDef,
    found: Sequence[Mapping[str, Any]],
    fields: Mapping[str, Field | None],
    *,
    hidden: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> Rows:
    """Return rows as a table; the name of a record leads to its page when the rows hold its id.

    `fields` are those behind the columns, `hidden` columns are only there for the links, `parts` are no quantities.
    """
    names = [name for name in (found[0] if found else fields) if name not in hidden]
    draws = [_drawer(actor, obj, name, fields.get(name), part=name in parts) for name in names]
    numeric = [_figures(fields.get(name), found, name) for name in names]
    return Rows(
        tuple(Head(name, figures) for name, figures in zip(names, numeric, strict=True)),
        tuple(tuple(draw(row) for draw in draws) for row in found),
    )


Draw = Callable[[Mapping[str, Any]], Cell]


def _drawer(actor: Actor, obj: ObjectDef, name: str, field: Field | None, *, part: bool) -> Draw:
    """Return what draws the cells of a column."""
    if field is None:
        return lambda row: _computed(actor, obj, name, row[name], part=part)
    if field.name in (obj.name_field, "Id") and field.object_name == obj.name and "." not in name:
        return lambda row: Cell(_linked(obj, field, row, name))
    if field.kind.name == "money":  # an average is no whole number of units
        return lambda row: Cell(
            shown(field, {**row, name: None if row[name] is None else round(row[name])}, path=name)
        )
    return lambda row: Cell(shown(field, row, path=name))


def _linked(obj: ObjectDef, field: Field, row: Mapping[str, Any], name: str) -> Shown:
    """Return a record's name or id with the way to its page."""
    one = shown(field, row, path=name)
    if row.get("Id") is None or not obj.is_record:
        return one
    return one._replace(shape="link", href=addresses.record(ids.encode(obj.prefix, row["Id"])))


def _computed(actor: Actor, obj: ObjectDef, name: str, value: Any, *, part: bool) -> Cell:
    if isinstance(value, list):
        way = next((way for way in obj.children if way.name == name), None)
        below = catalog_for(actor).object(way.object_name) if way else obj
        fields = {path: _field(actor, below, path) for path in value[0]} if value else {}
        return Cell(Shown(str(len(value))), table_of(actor, below, value, fields)) if value else Cell()
    if isinstance(value, Mapping):
        parts = ", ".join(f"{key}: {part}" for key, part in value.items() if part is not None)
        return Cell(Shown(parts))
    return Cell(Shown(str(value), "number") if part and isinstance(value, int) else plain(value))


def _field(actor: Actor, obj: ObjectDef, path: str) -> Field | None:
    """Return the field of a child row's value; None for what the sub-select computes."""
    try:
        return reading.field_of(actor, obj.name, path)
    except QueryRefused:
        return None


def plain(value: Any) -> Shown:
    """Return a value that no field describes, in the reader's own form."""
    match value:
        case None:
            return NOTHING
        case bool():
            return Shown(_("Yes") if value else _("No"), "check", state=value)
        case int() | float():
            return Shown(formatting.number(value), "number")
        case datetime():
            return Shown(formatting.moment(value))
        case date():
            return Shown(formatting.day(value))
        case _:
            return Shown(str(value))


def _figures(field: Field | None, found: Sequence[Mapping[str, Any]], name: str) -> bool:
    if field is not None:
        return is_numeric(field)
    values = [row[name] for row in found if row[name] is not None]
    return bool(values) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)

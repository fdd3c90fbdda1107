"""Table reports: records as they are, in the columns chosen; the first of them here, all of them in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field
from essor.catalog.kinds.computed import result_kind
from essor.domain.reports.answer import Answer, Cell, Head, Line, Metric
from essor.domain.reports.asking import Asked, hidden
from essor.domain.reports.tree import CURRENCY, field_at, has, label_at, path_of
from essor.kernel import formats, ids
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.tree import Column, Order, Query

NUMERIC = frozenset({"number", "percent", "money"})
NOTHING = Cell()
COMES_AGAIN = frozenset({"picklist", "checkbox", "date"})  # kinds whose values many rows share


def fields_of(asked: Asked) -> dict[str, Field]:
    """Return {path: field} of the columns that the reader sees; the name when there would be none."""
    found: dict[str, Field] = {}
    for path in asked.definition.columns or (asked.object.name_field,):
        try:
            found[path] = field_at(asked.actor, asked.object, path)
        except QueryRefused:
            continue
    return found or {"Id": asked.object.field("Id")}


def query_of(asked: Asked, fields: Mapping[str, Field]) -> Query:
    """Return the query of the rows with all that is drawn in these columns."""
    return _query(asked, fields, _read_of(asked, fields))


def _query(asked: Asked, fields: Mapping[str, Field], paths: Iterable[str]) -> Query:
    order: tuple[Order, ...] = ()
    sort = asked.definition.sort
    if sort in fields:
        order = (Order(path_of(sort), asked.definition.descending),)
    columns = tuple(Column(path_of(path)) for path in dict.fromkeys(paths))
    return Query(asked.object.name, columns, asked.where, order_by=order)


def _read_of(asked: Asked, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """Return what must be read: the columns, the names of parents, the currencies beside money."""
    found = ["Id"]
    for path, field in fields.items():
        prefix = path[: -len(field.name)]
        found.append(path)
        if field.targets and field.relationship:
            found.append(f"{prefix}{field.relationship}.Name")
        if result_kind(field).name == "money" and has(asked.actor, asked.object, f"{prefix}{CURRENCY}"):
            found.append(f"{prefix}{CURRENCY}")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a file: their headings, and the query whose rows hold them in that order."""

    headings: list[str]
    query: Query


def shown_of(asked: Asked) -> Sheet:
    """Return what a file holds: parents by their names, and the currency beside money."""
    columns: dict[str, str] = {}
    fields = fields_of(asked)
    for path, field in fields.items():
        prefix, label = path[: -len(field.name)], label_at(asked.catalog, asked.object, path, field)
        named = field.targets and field.relationship
        columns.setdefault(f"{prefix}{field.relationship}.Name" if named else path, label)
        currency = f"{prefix}{CURRENCY}"
        if result_kind(field).name == "money" and has(asked.actor, asked.object, currency):
            beside = field_at(asked.actor, asked.object, currency)
            columns.setdefault(currency, label_at(asked.catalog, asked.object, currency, beside))
    return Sheet(list(columns.values()), _query(asked, fields, columns))


def answer(asked: Asked) -> Answer:
    """Return the first rows and how many there are."""
    fields = fields_of(asked)
    heads = tuple(
        Head(label_at(asked.catalog, asked.object, path, field), result_kind(field).name in NUMERIC)
        for path, field in fields.items()
    )
    draws = [drawing(asked, path, field) for path, field in fields.items()]
    try:
        rows, total = run.head(asked.actor, query_of(asked, fields), asked.most)
    except QueryRefused as refused:
        raise (hidden() if refused.code == "INVALID_FIELD" else refused) from None
    lines = tuple(Line(tuple([draw(row) for draw in draws]), "row") for row in rows)
    notes: tuple[str, ...] = ()
    if total > asked.most:
        notes = (
            _("The first %(shown)d of %(total)s rows; the file holds all.")
            % {
                "shown": asked.most,
                "total": formats.number(total, asked.actor.locale),
            },
        )
    count = Metric(
        _("Number of %(plural)s") % {"plural": str(asked.object.plural).lower()},
        formats.number(total, asked.actor.locale),
    )
    return Answer(asked.object.name, heads, lines, None, (count,), notes, asked.where)


Draw = Callable[[Mapping[str, Any]], Cell]


def drawing(asked: Asked, path: str, field: Field) -> Draw:
    """Return what draws a column's cells; the record's own name leads to its page."""
    prefix, kind = path[: -len(field.name)], result_kind(field)
    if path == asked.object.name_field:
        return _own_names(asked, path, field)
    if kind.name == "money":
        return _amounts(asked, field, path, f"{prefix}{CURRENCY}")
    if field.targets and field.relationship:
        return _names(field, path, f"{prefix}{field.relationship}.Name")
    show, dump, locale = field.kind.display, field.kind.to_json, asked.actor.locale

    def made(value: Any) -> Cell:
        return NOTHING if value is None else Cell(show(value, field, locale), dump(value, field))

    if kind.name in COMES_AGAIN:
        made = cache(made)
    return lambda row: made(row.get(path))


def _own_names(asked: Asked, path: str, field: Field) -> Draw:
    """Return what draws records' own names, a dash where one has none, with the way to its page."""
    show, dump, locale = field.kind.display, field.kind.to_json, asked.actor.locale
    encode = ids.encoder(asked.object.prefix)

    def drawn(row: Mapping[str, Any]) -> Cell:
        value = row.get(path)
        record = encode(row["Id"])
        if value is None:
            return Cell("–", record=record)
        return Cell(show(value, field, locale), dump(value, field), record=record)

    return drawn


def _amounts(asked: Asked, field: Field, path: str, currency: str) -> Draw:
    units, write = 10 ** int(field.options.get("scale", 2)), asked.writer.money

    def drawn(row: Mapping[str, Any]) -> Cell:
        value = row.get(path)
        if value is None:
            return NOTHING
        amount = value / units
        return Cell(write(amount, str(row.get(currency) or "")), amount)

    return drawn


def _names(field: Field, path: str, name: str) -> Draw:
    """Return what draws references, each once, by the names of their records."""
    made = cache(partial(_named, field))
    return lambda row: made(row.get(path), row.get(name))


def _named(field: Field, value: Any, name: Any) -> Cell:
    """Return a reference by the name of its record."""
    if value is None:
        return NOTHING
    known = field.kind.to_json(value, field)
    return Cell(str(name or known), name, record=known if isinstance(known, str) and name else "")

"""Sub-selects: the children of a whole page of parents in one further query each, whatever the number of parents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from essor.catalog.definitions import Field, ObjectDef
from essor.kernel.pieces import pieces
from essor.query import execute, related
from essor.query.outputs import Output
from essor.query.plan import Plan, Record, plan, reader
from essor.query.tree import ChildRows

PARENT = "essor_parent"
RANK = "essor_rank"
PARENTS_AT_ONCE = 2_000
Rows = Sequence[Sequence[Any]]
Render = Callable[[Sequence[Output], ObjectDef], Sequence[Output]]
T = TypeVar("T")


def records(found: Plan, rows: Rows) -> list[Record]:
    """Return the records of a driver's rows, with the rows of their sub-selects as lists."""
    read = reader(found)
    made = [read(row) for row in rows]
    for column in found.children:
        below = by_parent(found, column, [row[found.id_place] for row in rows])
        for record, row in zip(made, rows, strict=True):
            record[name_of(found, column)] = below.get(row[found.id_place], [])
    return made


def name_of(found: Plan, column: ChildRows) -> str:
    """Return the relationship's name in the catalog's own writing."""
    return found.obj.child(column.query.object.rpartition(".")[2]).name


def by_parent(found: Plan, column: ChildRows, parents: Sequence[int]) -> dict[int, list[Record]]:
    """Return the child records of each parent key."""
    below: dict[int, list[Record]] = defaultdict(list)
    inner, link = child_plan(found, column)
    owner_place = inner.places[-1][0]
    for some in pieces(parents, PARENTS_AT_ONCE):
        rows = execute.fetch(found.env, children_of(found.obj, inner, link, some))
        for record, row in zip(records(inner, rows), rows, strict=True):
            below[row[owner_place]].append(record)
    return below


def child_plan(found: Plan, column: ChildRows, *, render: Render | None = None) -> tuple[Plan, Field]:
    """Return the compiled sub-select, whose last output is the parent's key, and the lookup that holds it."""
    name = column.query.object.rpartition(".")[2]
    child, link = related.child_of(found.obj, name, found.env, column.at)
    owner = Output(PARENT, (F(link.attr),), hidden=True)
    return plan(column.query, found.env, obj=child, extra=(owner,), render=render), link


def children_of(obj: ObjectDef, inner: Plan, link: Field, parents: Sequence[int]) -> QuerySet[Any]:
    """Return the sorted children of some parents; LIMIT and OFFSET of the sub-select count for each parent."""
    belongs = Q(**{f"{link.attr}__in": parents})
    if link.options.get("polymorphic"):
        belongs &= Q(**{f"{link.attr}_type": obj.prefix})
    rows = inner.rows.filter(belongs)
    ranked = inner.limit is not None or bool(inner.offset)
    if ranked:
        order = [key.order_by() for key in inner.keys]
        rows = rows.annotate(**{RANK: Window(RowNumber(), partition_by=[F(link.attr)], order_by=order)})
        rows = rows.filter(**{f"{RANK}__gt": inner.offset})
        if inner.limit is not None:
            rows = rows.filter(**{f"{RANK}__lte": inner.offset + inner.limit})
    return inner.selected(rows.order_by(*(key.order_by() for key in inner.keys)), together=not ranked)

"""Indexes that hold all that dashboards read of a large object, so that a tile reads a small part of the table.

A table's rows are wide; the dozen columns that reports group and add up are not. One such index for an object serves all
its tiles; where many read only what one checkbox tells, such as open deals, a second one begins with it, and they read no
others. They follow the dashboards once a day: people do not wait for it, and nobody has to think of it.

Where tiles group instants by a month or longer period, one begins with it, as the company's clock shows it: nobody works it
out for every row any more, and on SQLite the rows of a month are added up unsorted (see `query.gathering`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.actions.indexes import covering, drop_index, expressions, want_covering
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.domain.currencies.rates import conversion
from essor.domain.reports import cohort, months, reading
from essor.domain.reports.dashboards import DATES
from essor.domain.reports.definition import Definition
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.tree import CURRENCY
from essor.kernel.db import indexes as built
from essor.kernel.errors import EssorError
from essor.query.converting import RATE
from essor.query.limits import walk
from essor.query.tree import All, Compare, Path

LARGE = 50_000  # rows, below which reading all of them is quick
FEWEST, MOST = 5, 14
OFTEN = 4  # reports of one checkbox, from which they have an index of their own
WIDE = frozenset({"textarea", "richtext", "url", "address", "geolocation", "multiselect"})


class Wanted(NamedTuple):
    """An index: its object, the fields that it holds, and the expressions before them."""

    object: str
    fields: tuple[str, ...]
    first: tuple[str, ...] = ()


def follow() -> list[str]:
    """Ask for the indexes that today's dashboards want and let go of those that they no longer do; return the objects."""
    catalog = current.get()
    reports = list(read_by_dashboards(catalog))
    reports = [one for one in reports if is_large(catalog.object(one.object))]
    wanted = {*columns(catalog, reports), *by_period(catalog, reports)}
    for row in covering():
        stands = Wanted(row.object_name, tuple(row.fields), expressions(row))
        if stands in wanted:
            wanted.remove(stands)
        else:
            drop_index(None, row.name)
    for one in sorted(wanted):
        want_covering(None, *one)
    months.follow(catalog, reports)
    return sorted({one.object for one in wanted})


def learn() -> None:
    """Let the database know what the indexes that stand hold, as it is by now."""
    for row in covering():
        if row.state == row.State.READY:
            built.learn(row.table, row.name)


def read_by_dashboards(catalog: Catalog) -> Iterator[Definition]:
    """Yield the reports of groups that are on dashboards."""
    keys = {tile["report"] for board in Dashboard.objects.all() for tile in board.tiles}
    for report in Report.objects.filter(pk__in=keys).order_by("pk"):
        try:
            definition = reading.definition(report.definition)
            catalog.object(definition.object)
        except EssorError:  # of a field or object that is gone: the report says so itself
            continue
        if definition.type in ("summary", "matrix", "cohort"):
            yield definition


def columns(catalog: Catalog, reports: Iterable[Definition]) -> Iterator[Wanted]:
    """Yield (object, the fields that tiles read of it), once more for a checkbox that many tiles have in common.

    Left out are objects of which they read too few or too many. Both indexes hold all fields: one that lacks some is a
    trap where a database takes it for the way to the rows.
    """
    found: dict[str, set[str]] = defaultdict(set)
    boxes: dict[str, Counter[str]] = defaultdict(Counter)
    for definition in reports:
        obj = catalog.object(definition.object)
        found[obj.name].update(field.name for field in fields_of(definition, obj))
        boxes[obj.name][checkbox_of(definition, obj)] += 1
    for name, names in found.items():
        if FEWEST <= len(names) <= MOST:
            del boxes[name][""]
            often = [box for box, count in boxes[name].most_common(1) if count >= OFTEN]
            yield from (Wanted(name, in_order(catalog.object(name), names, box)) for box in ("", *often))


def by_period(catalog: Catalog, reports: Iterable[Definition]) -> Iterator[Wanted]:
    """Yield an index for each period of an instant that tiles group by: what else they group by, then all that they read."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    grouped: dict[tuple[str, str], set[str]] = defaultdict(set)
    for definition in reports:
        obj = catalog.object(definition.object)
        for instant, call in months.periods(definition, obj):
            if held := months.held(call, obj):
                found[obj.name, held] |= {instant.name, *(one.name for one in fields_of(definition, obj))}
                others = {one.name for one, _how in months.groupings(definition, obj)} - {instant.name}
                grouped[obj.name, held] |= others
    for (name, held), names in found.items():
        obj, first = catalog.object(name), grouped[name, held]
        if len(names) <= MOST:
            order = sorted(names, key=lambda one: (one not in first, variety(obj.field(one)), one))
            yield Wanted(name, tuple(order), (held,))


def checkbox_of(definition: Definition, obj: ObjectDef) -> str:
    """Return the checkbox that decides which records a report reads, or an empty text."""
    where = definition.where
    for one in where.children if isinstance(where, All) else (where,):
        if isinstance(one, Compare) and one.operator == "eq" and isinstance(one.left, Path):
            field = obj.by_name.get(str(one.left).lower())
            if field is not None and field.has_column and result_kind(field).name == "checkbox":
                return field.name
    return ""


def in_order(obj: ObjectDef, names: set[str], box: str) -> tuple[str, ...]:
    """Return the fields with the checkbox and the date that narrow first: the rows of a tile lie side by side then.

    Behind them come those with few values: where rows of the same day, stage and currency lie side by side they are added
    up without being sorted (see `query.gathering`).
    """
    date = DATES.get(obj.name, "CreatedDate")

    def place(name: str) -> tuple[bool, bool, bool, tuple[int, int], str]:
        return (name != box, name != date, name != CURRENCY, variety(obj.field(name)), name)

    return tuple(sorted(names, key=place))


def variety(field: Field) -> tuple[int, int]:
    """Return what puts fields with few values before those with many: checkboxes, stages, lists, references, the rest."""
    if result_kind(field).name == "checkbox":
        return (0, 0)
    if field.choices:  # checkboxes tell of stages already: those that the facts of a stage decide
        return (1 if any(one.facts for one in field.choices) else 2, len(field.choices))
    return (3, 0) if field.targets else (4, 0)


def fields_of(definition: Definition, obj: ObjectDef) -> Iterator[Field]:
    """Yield the object's own stored fields that a report reads."""
    for path in paths_of(definition, obj):
        field = obj.by_name.get(path.lower())
        if (
            field is not None
            and field.has_column
            and result_kind(field).name not in WIDE
            and not field.hidden
        ):
            yield field


def paths_of(definition: Definition, obj: ObjectDef) -> Iterator[str]:
    """Yield the paths that a report reads, the currency beside its money and the owner beside its rights."""
    yield "OwnerId"
    if any(one.path for one in definition.measures):
        yield CURRENCY
        if conversion(system_actor().company.currency) is not None:
            yield RATE
    yield from (one.path for one in definition.groupings)
    if definition.type == "cohort":
        yield from (cohort.CREATED, *cohort.ENDS.get(obj.name, ()))
    conditions = [definition.where, *(one.where for one in definition.measures)]
    for one in definition.measures:
        yield from filter(None, (one.path, one.until))
    for condition in conditions:
        for leaf in walk(condition):
            if isinstance(leaf, Compare) and isinstance(leaf.left, Path):
                yield str(leaf.left)


def is_large(obj: ObjectDef) -> bool:
    """Tell whether an object has so many rows that its tiles are worth an index."""
    return bool(obj.model._default_manager.all()[LARGE : LARGE + 1])

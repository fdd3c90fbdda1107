"""Indexes that hold all that dashboards read of a large object, so that a tile reads a small part of the table.

A table's rows are wide; the dozen columns that reports group and add up are not. One such index for an object serves all
its tiles. It follows the dashboards once a day: people do not wait for it, and nobody has to think of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.actions.indexes import covering, drop_index, want_covering
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.currencies.rates import conversion
from essor.domain.reports import reading
from essor.domain.reports.dashboards import DATES
from essor.domain.reports.definition import Definition
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.tree import CURRENCY
from essor.kernel.errors import EssorError
from essor.query.converting import RATE
from essor.query.families import result_kind
from essor.query.limits import walk
from essor.query.tree import Compare, Path

LARGE = 50_000  # rows, below which reading all of them is quick
FEWEST, MOST = 5, 14
WIDE = frozenset({"textarea", "richtext", "url", "address", "geolocation", "multiselect"})


def follow() -> list[str]:
    """Ask for the indexes that today's dashboards want and let go of those that they no longer do; return the objects."""
    catalog = current.get()
    wanted = {name: fields for name, fields in columns(catalog).items() if is_large(catalog.object(name))}
    for row in covering():
        if wanted.get(row.object_name) == tuple(row.fields):
            wanted.pop(row.object_name)
        else:
            drop_index(None, row.name)
    for name, fields in wanted.items():
        want_covering(None, name, fields)
    return list(wanted)


def columns(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return {object: the fields that tiles of dashboards read of it}, those of too few or too many left out."""
    keys = {tile["report"] for board in Dashboard.objects.all() for tile in board.tiles}
    found: dict[str, set[str]] = defaultdict(set)
    for report in Report.objects.filter(pk__in=keys):
        try:
            definition = reading.definition(report.definition)
            obj = catalog.object(definition.object)
        except EssorError:  # of a field or object that is gone: the report says so itself
            continue
        if definition.type in ("summary", "matrix", "cohort"):
            found[obj.name].update(field.name for field in fields_of(definition, obj))
    return {
        name: in_order(catalog.object(name), names)
        for name, names in found.items()
        if FEWEST <= len(names) <= MOST
    }


def in_order(obj: ObjectDef, names: set[str]) -> tuple[str, ...]:
    """Return the fields with the date that narrows first: a period is then a part of the index, not all of it."""
    first = DATES.get(obj.name, "CreatedDate")
    return tuple(sorted(names, key=lambda name: (name != first, name)))


def fields_of(definition: Definition, obj: ObjectDef) -> Iterator[Field]:
    """Yield the object's own stored fields that a report reads."""
    for path in paths_of(definition):
        field = obj.by_name.get(path.lower())
        if (
            field is not None
            and field.has_column
            and result_kind(field).name not in WIDE
            and not field.hidden
        ):
            yield field


def paths_of(definition: Definition) -> Iterator[str]:
    """Yield the paths that a report reads, the currency beside its money and the owner beside its rights."""
    yield from ("OwnerId", CURRENCY)
    if conversion(system_actor().company.currency) is not None:
        yield RATE
    yield from (one.path for one in definition.groupings)
    if definition.type == "cohort":
        yield from ("CreatedDate", "CloseDate", "IsWon")
    conditions = [definition.where, *(one.where for one in definition.measures)]
    for one in definition.measures:
        yield from filter(None, (one.path, one.until))
    for condition in conditions:
        for leaf in walk(condition):
            if isinstance(leaf, Compare) and isinstance(leaf.left, Path):
                yield str(leaf.left)


def is_large(obj: ObjectDef) -> bool:
    """Tell whether an object has so many rows that its tiles are worth an index."""
    return bool(obj.model._default_manager.all()[LARGE : LARGE + 1])  # noqa: SLF001 -- Django's name

"""Related lists: the first children of a record by each relationship, one query a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from essor.access import rows as row_access
from essor.catalog.definitions import ChildRelationship, ObjectDef
from essor.catalog.layouts import PageLayout
from essor.faces.web import addresses, offers
from essor.faces.web.display import is_numeric, shown
from essor.faces.web.records.reading import Loaded, paths_of
from essor.faces.web.shapes import Column, Row, Table
from essor.kernel import ids
from essor.query import run
from essor.query.tree import Column as Selected
from essor.query.tree import Compare, Constant, Order, Path, Query

SHOWN, MOST_LISTS, COLUMNS = 5, 8, 3
ELSEWHERE = frozenset(
    {"Task", "Event", "Note", "EmailMessage", "ContentDocumentLink"}
)  # on the timeline and among the files


@dataclass(frozen=True, slots=True)
class Related:
    """One list: its table, whether there is more, and where to see all and to add one."""

    name: str
    label: str
    icon: str
    table: Table
    more: bool
    all_href: str = ""
    new_href: str = ""


def lists(record: Loaded, layout: PageLayout) -> list[Related]:
    """Return the lists of the layout, or every relationship of the object where the layout names none."""
    chosen = [(record.object.child(one.relationship), one.columns) for one in layout.related]
    if not chosen:
        chosen = [(way, ()) for way in record.object.children if way.name]
    shown = [(way, columns) for way, columns in chosen if _is_listed(record, way)][:MOST_LISTS]
    return sorted((_list(record, way, columns) for way, columns in shown), key=lambda one: not one.table.rows)


def _is_listed(record: Loaded, way: ChildRelationship) -> bool:
    """Tell whether children get a list of their own: the timeline, the files and the panels of rooms show others."""
    known = way.object_name in ELSEWHERE or offers.is_drawn(way.object_name)
    return not known and record.catalog.has(way.object_name)


def _label(record: Loaded, way: ChildRelationship, child: ObjectDef) -> str:
    """Return the heading of a list: the relationship's own, else with the field where the object alone does not tell it."""
    if way.label:
        return str(way.label)
    twins = [one for one in record.object.children if one.object_name == way.object_name]
    if len(twins) == 1 and way.object_name != record.object.name:
        return str(child.plural)
    return f"{child.plural} ({child.field(way.field).label})"


def _list(record: Loaded, way: ChildRelationship, columns: Sequence[str]) -> Related:
    child = record.catalog.object(way.object_name)
    names = _columns(child, way, columns)
    fields = [child.field(name) for name in names]
    paths = dict.fromkeys(("Id", child.name_field, *paths_of(fields)))
    if child.has("CurrencyIsoCode"):
        paths["CurrencyIsoCode"] = None
    query = Query(
        child.name,
        columns=tuple(Selected(Path(tuple(path.split(".")))) for path in paths),
        where=Compare(Path((way.field,)), "eq", (Constant(record.id),)),
        order_by=_order(child),
        limit=SHOWN + 1,
    )
    rows = run.rows(record.actor, query)
    table = Table(
        columns=tuple(
            Column(f.name, str(f.label), f, numeric=is_numeric(f), primary=f.name == child.name_field)
            for f in fields
        ),
        rows=tuple(_row(child, fields, row) for row in rows[:SHOWN]),
        caption=str(child.plural),
        id=f"related-{way.name}",
    )
    may_create = child.createable and child.is_record and row_access.may(record.actor, child, "create")
    new_href = addresses.new_record(child.name, **{way.field: record.id}) if may_create else ""
    all_href = f"{addresses.object_list(child.name)}?parent={way.field}:{record.id}"
    return Related(
        way.name, _label(record, way, child), child.icon, table, len(rows) > SHOWN, all_href, new_href
    )


def _order(child: ObjectDef) -> tuple[Order, ...]:
    """Return the order of a list: that of the object where it has one, else the newest first."""
    if child.ordered_by and child.has(child.ordered_by):
        return (Order(Path((child.ordered_by,))),)
    return (Order(Path(("CreatedDate",)), descending=True),) if child.has("CreatedDate") else ()


def _columns(child: ObjectDef, way: ChildRelationship, columns: Sequence[str]) -> list[str]:
    """Return the chosen columns, else the name and the telling ones; the way back to the parent says nothing."""
    if columns:
        return [child.field(name).name for name in columns if child.has(name)]
    telling = [name for name in child.telling() if name != way.field]
    # The parent mostly says what they belong to.
    telling.sort(key=lambda name: bool(child.field(name).targets))
    return [child.name_field, *telling][:COLUMNS]


def _row(child: ObjectDef, fields: Sequence[object], row: dict[str, object]) -> Row:
    record_id = ids.encode(child.prefix, int(str(row["Id"])))
    return Row(
        record_id,
        tuple(shown(field, row) for field in fields),  # type: ignore[arg-type]
        addresses.record(record_id),
        str(row.get(child.name_field) or ""),
    )

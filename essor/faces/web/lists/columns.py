"""The columns of a list: which there are, what must be read for them, and how their cells are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.faces.web import addresses
from essor.faces.web.display import Shown, part_names, shower
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.query import run

INACTIVE = "@DaysInactive"  # no field: worked out of LastActivityDate on the day it is read
LAST = "LastActivityDate"
MOST = 30
STANDING, TELLING = 8, 4
COMPOUND = ("address", "geolocation")
# Few different values in many rows: each is drawn once.
FROM_VALUE_ALONE = frozenset({"picklist", "checkbox", "slider", "date"})
Values = Mapping[str, Any]
Drawer = Callable[[Values], Shown]
UNSORTED = frozenset({"address", "geolocation", "multiselect"})


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column: its key in addresses and saved views, the field behind it, the path it sorts by (empty: it does not)."""

    key: str
    label: str
    field: Field
    sort: str = ""

    @property
    def prefix(self) -> str:
        """Return what stands before the field's name in the path: empty, or “Account.”."""
        return "" if self.key == INACTIVE else self.key[: -len(self.field.name)]


def default_keys(obj: ObjectDef) -> list[str]:
    """Return the columns of an object for which nobody has chosen any."""
    telling = obj.telling()
    added = [name for name in telling if name not in obj.compact]
    owner = ["OwnerId"] if obj.has("OwnerId") else []
    chosen = list(dict.fromkeys((obj.name_field, *telling[:TELLING], *owner, *added)))
    last = [INACTIVE] if obj.activities and obj.has(LAST) else []
    return chosen[: STANDING - len(last)] + last


def resolved(actor: Actor, obj: ObjectDef, keys: Iterable[str]) -> list[ListColumn]:
    """Return the columns of the keys; what the actor may not see, or what is gone, is left out."""
    found = {column.key: column for key in keys if (column := resolve(actor, obj, key))}
    return list(found.values())[:MOST]


def resolve(actor: Actor, obj: ObjectDef, key: str) -> ListColumn | None:
    """Return one column, None when the actor sees no field of that name."""
    if key == INACTIVE:
        if not obj.has(LAST):
            return None
        return ListColumn(INACTIVE, _("Days inactive"), obj.field(LAST), LAST)
    try:
        field = run.field_of(actor, obj.name, key)
    except QueryRefused:
        return None
    if field.hidden:
        return None
    *steps, _last = key.split(".")
    path = ".".join((*steps, field.name))
    return ListColumn(path, label_of(actor, obj, path, field), field, sort_path(path, field))


def sort_path(path: str, field: Field) -> str:
    """Return what a column sorts by: a lookup by the name of its record, a list of choices by nothing."""
    if field.kind.name in UNSORTED or not field.kind.sortable:
        return ""
    if field.targets and field.relationship:
        return f"{path[: -len(field.name)]}{field.relationship}.Name"
    return path


def label_of(actor: Actor, obj: ObjectDef, path: str, field: Field) -> str:
    """Return the label of a path: “Account › Industry”."""
    *steps, _name = path.split(".")
    if not steps:
        return str(field.label)
    words, here = [], obj
    for step in steps:
        link = here.by_relationship.get(step.lower())
        if link is None:
            return path
        words.append(str(link.label))
        seen = catalog_for(actor)
        target = next((one for one in link.targets if seen.has(one)), "")
        here = seen.object(target) if target else here
    return " › ".join((*words, str(field.label)))


def paths(column: ListColumn) -> list[str]:
    """Return what must be read to draw a column."""
    field, prefix = column.field, column.prefix
    if column.key == INACTIVE:
        return [LAST]
    if field.kind.name in COMPOUND:
        return [prefix + name for name in part_names(field).values()]
    found = [column.key, *(prefix + part.name for part in field.kind.companions(field))]
    if field.targets and field.relationship:
        found.append(f"{prefix}{field.relationship}.Name")
    return found


def to_read(obj: ObjectDef, columns: Sequence[ListColumn], actor: Actor) -> list[str]:
    """Return all paths that a list needs, each once: the id, the name, the columns, currencies, ids of named parents."""
    found = ["Id", obj.name_field]
    for column in columns:
        found.extend(paths(column))
        if result_kind(column.field).name == "money":
            found.append(f"{column.prefix}CurrencyIsoCode")
        if column.prefix and is_name(column):
            found.append(link_path(obj, column))
    return [path for path in dict.fromkeys(found) if path == "Id" or _known(actor, obj, path)]


def _known(actor: Actor, obj: ObjectDef, path: str) -> bool:
    if "." not in path:
        return obj.has(path)
    if not path.endswith((".CurrencyIsoCode", "Id")):
        return True
    try:
        run.field_of(actor, obj.name, path)
    except QueryRefused:
        return False
    return True


def is_name(column: ListColumn) -> bool:
    """Tell whether the column is a parent's name, which leads to its page."""
    return column.key.count(".") == 1 and column.field.name == "Name"


def link_path(obj: ObjectDef, column: ListColumn) -> str:
    """Return the lookup beside a parent's name."""
    link = obj.by_relationship.get(column.prefix.removesuffix(".").lower())
    return link.name if link else ""


def drawers(obj: ObjectDef, columns: Sequence[ListColumn], catalog: Catalog) -> list[Drawer]:
    """Return what draws the cell of each column out of a row."""
    return [_drawer(obj, column, catalog) for column in columns]


def _drawer(obj: ObjectDef, column: ListColumn, catalog: Catalog) -> Drawer:
    key, field = column.key, column.field
    if key == INACTIVE:
        return lambda row: inactive(row.get(LAST))
    show = shower(field, path=key)
    if column.prefix and is_name(column):
        link = obj.by_relationship.get(column.prefix.removesuffix(".").lower())
        return lambda row: _linked(show(row), link, row, catalog)
    if result_kind(field).name not in FROM_VALUE_ALONE:
        return show
    known: dict[Any, Shown] = {}

    def draw(row: Values) -> Shown:
        value = row.get(key)
        if value not in known:
            known[value] = show(row)
        return known[value]

    return draw


def _linked(one: Shown, link: Field | None, row: Values, catalog: Catalog) -> Shown:
    key = row.get(link.name) if link and one.text else None
    record_id = link.kind.to_json(key, link) if link and key is not None else None
    if not isinstance(record_id, str) or record_id[:3] not in catalog.by_prefix:
        return one
    return Shown(text=one.text, shape="link", href=addresses.record(record_id))


def inactive(last: object) -> Shown:
    """Return how many days nothing has happened, in words short enough for the last column of a list."""
    if not isinstance(last, date):
        return Shown(text=_("Never active"), shape="number")
    days = max(0, (timezone.localdate() - last).days)
    text = ngettext("%(num)s day", "%(num)s days", days) % {"num": days} if days else _("Today")
    return Shown(text=text, shape="number")


def record_id(obj: ObjectDef, key: int) -> str:
    """Return the 18-character id of a row."""
    return ids.encode(obj.prefix, key)

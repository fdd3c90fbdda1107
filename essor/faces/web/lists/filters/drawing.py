"""A draft as the template draws it: labels, the operators on offer, the control that fits, names beside ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.faces.web import addresses
from essor.faces.web.lists import columns
from essor.faces.web.lists.filters import operators
from essor.faces.web.lists.filters.nodes import Criterion, Fixed, Group, Link, Node, walk
from essor.faces.web.lists.filters.opening import ME
from essor.faces.web.shapes import Option
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.kernel.whole import whole
from essor.query import dates, decode, run
from essor.query.names import names
from essor.query.soql import write
from essor.query.tree import Query

COMMON = (
    "TODAY",
    "YESTERDAY",
    "TOMORROW",
    "THIS_WEEK",
    "LAST_WEEK",
    "NEXT_WEEK",
    "THIS_MONTH",
    "LAST_MONTH",
    "NEXT_MONTH",
    "THIS_QUARTER",
    "LAST_QUARTER",
    "NEXT_QUARTER",
    "THIS_YEAR",
    "LAST_YEAR",
    "NEXT_YEAR",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion. `control` names the macro of its value, `suggest` is where a lookup asks."""

    node: Criterion
    label: str
    base: str
    field: Field | None = None
    operators: tuple[Option, ...] = ()
    control: str = "none"
    choices: tuple[Option, ...] = ()
    periods: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    counted: bool = False
    suggest: str = ""

    kind = "criterion"


@dataclass(frozen=True, slots=True)
class Box:
    """A group with what is in it; `base` is the object that its criteria are about."""

    node: Group
    base: str
    items: tuple[Drawn, ...]
    depth: int

    kind = "group"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A condition on the children of a relationship."""

    node: Link
    label: str
    inside: Box
    base: str

    kind = "link"


@dataclass(frozen=True, slots=True)
class Plain:
    """A condition that stays as it is."""

    node: Fixed
    text: str

    kind = "fixed"


Drawn = Line | Box | Bridge | Plain


class Drawer:
    """Draws one draft; the names of all records in it are read in one statement."""

    def __init__(self, actor: Actor, catalog: Catalog, draft: Group) -> None:
        """Read the names."""
        self.actor, self.catalog = actor, catalog
        self.names = named(
            actor,
            catalog,
            (text for node in walk(draft) if isinstance(node, Criterion) for text in node.texts),
        )

    def box(self, node: Group, obj: ObjectDef, depth: int = 0) -> Box:
        """Draw a group."""
        return Box(node, obj.name, tuple(self.node(one, obj, depth + 1) for one in node.items), depth)

    def node(self, node: Node, obj: ObjectDef, depth: int) -> Drawn:
        """Draw any node."""
        if isinstance(node, Group):
            return self.box(node, obj, depth)
        if isinstance(node, Fixed):
            return Plain(node, as_soql(node, obj, self.catalog))
        if isinstance(node, Link):
            way = next((one for one in obj.children if one.name.lower() == node.relationship.lower()), None)
            if way is None or not self.catalog.has(way.object_name):
                return Line(Criterion(node.id), "", obj.name)
            child = self.catalog.object(way.object_name)
            return Bridge(
                node,
                relationship_label(obj, way.name, self.catalog),
                self.box(node.inside, child, depth + 1),
                obj.name,
            )
        return self.line(node, obj)

    def line(self, node: Criterion, obj: ObjectDef) -> Line:
        """Draw a criterion."""
        field = field_of(self.actor, obj, node.field)
        if field is None:
            return Line(node, "", obj.name)
        words = operators.words_of(field)
        if not node.operator:
            node = replace(node, relative=first_value(field))
        operator = node.operator if node.operator in words else operators.first(field)
        node = replace(node, operator=operator)
        offered = tuple(Option(key, str(text), selected=key == operator) for key, text in words.items())
        family = operators.family_name(field)
        control = control_of(field, family, operator)
        return Line(
            node,
            columns.label_of(self.actor, obj, node.field, field),
            obj.name,
            field,
            offered,
            control,
            tuple(self.choices(field, node, control)),
            periods(node) if control in ("date", "datetime") else (),
            counted=node.relative.upper() in dates.COUNTED,
            suggest=f"{addresses.lookup(field.object_name, field.name)}"
            if control in ("record", "records")
            else "",
        )

    def choices(self, field: Field, node: Criterion, control: str) -> Iterator[Option]:
        """Yield what a control offers to tick, or the records already chosen."""
        if control in ("choice", "choices"):
            known = [one for one in field.choices if one.active or one.value in node.texts]
            yield from (Option(one.value, str(one), selected=one.value in node.texts) for one in known)
            listed = {one.value for one in known}
            yield from (Option(text, text, selected=True) for text in node.texts if text not in listed)
        elif control in ("record", "records"):
            yield from (Option(text, self.names.get(text, text), selected=True) for text in node.texts)
        elif control == "truth":
            answers = [("true", _("Yes")), ("false", _("No"))]
            yield from (Option(value, label, selected=value in node.texts) for value, label in answers)


def first_value(field: Field) -> str:
    """Return what a criterion that was just begun compares with: me, this month, or nothing yet."""
    if "User" in field.targets:
        return ME
    return "THIS_MONTH" if operators.family_name(field) in ("date", "datetime") else ""


def control_of(field: Field, family: str, operator: str) -> str:
    """Return the name of the control for a value."""
    if operator in operators.NO_VALUE:
        return "none"
    several = operator in operators.SEVERAL
    if family == "picklist":
        return "choices" if several else "choice" if operator in ("eq", "ne") else "text"
    if family == "id" and field.targets:
        return "records" if several else "record"
    plain = "number" if family in ("number", "money") else "text"
    return CONTROLS.get(family, "lines" if several else plain)


CONTROLS = {
    "multipicklist": "choices",
    "boolean": "truth",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
}


def periods(node: Criterion) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Return the relative dates in groups: everyday ones, those with a number, all others."""

    def option(name: str, label: str) -> Option:
        return Option(name, label, selected=node.relative.upper() == name)

    number = whole(node.number) or 0
    counted = tuple(option(name, _counted(name, number)) for name in dates.COUNTED)
    rest = tuple(option(name, dates.describe(name)) for name in dates.FIXED if name not in COMMON)
    common = tuple(option(name, dates.describe(name)) for name in COMMON)
    return ((_("Period"), common), (_("Number of …"), counted), (_("Others"), rest))


def _counted(name: str, number: int) -> str:
    """Return a counted literal with “n” for its number."""
    return dates.describe(name, number or 2).replace(str(number or 2), "n", 1)


def field_of(actor: Actor, obj: ObjectDef, path: str) -> Field | None:
    """Return the field at a path, None when the actor sees none."""
    if not path:
        return None
    try:
        return run.field_of(actor, obj.name, path)
    except QueryRefused:
        return None


def relationship_label(obj: ObjectDef, relationship: str, catalog: Catalog) -> str:
    """Return the words for a relationship down: the plural of its object, with the lookup where there are several."""
    way = obj.child(relationship)
    child = catalog.object(way.object_name)
    same = [one for one in obj.children if one.object_name == way.object_name and one.name]
    if len(same) < 2:  # noqa: PLR2004 -- only then must the lookup tell them apart
        return str(child.plural)
    return f"{child.plural} ({child.field(way.field).label})"


def as_soql(node: Fixed, obj: ObjectDef, catalog: Catalog) -> str:
    """Return a fixed condition as SOQL, its JSON where even that cannot say it."""
    try:
        text = write(Query(obj.name, where=decode.condition(orjson.loads(node.json))), catalog)
    except (QueryRefused, ValueError):
        return node.json
    return text.partition(" WHERE ")[2] or text


def named(actor: Actor, catalog: Catalog, texts: Iterator[str]) -> Mapping[str, str]:
    """Return {18-character id: name} of the records among some texts, in one statement; nothing when there are none."""
    keys: dict[str, tuple[str, int]] = {}
    for text in texts:
        try:
            prefix, key = ids.decode(text.strip())
        except ValueError:
            continue
        if prefix in catalog.by_prefix:
            keys[text] = (catalog.by_prefix[prefix].name, key)
    found = names(actor, keys.values()) if keys else {}
    return {text: found[key] for text, key in keys.items() if key in found}

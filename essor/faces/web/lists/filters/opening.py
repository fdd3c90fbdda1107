"""From a tree of conditions to a draft: any tree opens, what the builder cannot edit is kept as it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import orjson

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.choices import split
from essor.faces.web.lists.filters import operators
from essor.faces.web.lists.filters.nodes import ROOT, Criterion, Fixed, Group, Link, Mode, Node
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.query import codec, run
from essor.query.tree import (
    All,
    Any,
    Column,
    Compare,
    Condition,
    Constant,
    InQuery,
    Me,
    MyTeam,
    Not,
    Path,
    Query,
    Related,
    RelativeDate,
    Value,
)

ME, TEAM = "me", "team"
GROUPS: dict[type, Mode] = {All: "all", Any: "any", Not: "none"}


class Opener:
    """Makes the nodes of one filter and numbers them."""

    def __init__(self, actor: Actor, catalog: Catalog) -> None:
        """Start numbering."""
        self.actor, self.catalog = actor, catalog
        self.ids = count(ROOT)

    def group(self, condition: Condition | None, obj: ObjectDef) -> Group:
        """Return a condition as a group, the only shape that a root has."""
        key = next(self.ids)
        if isinstance(condition, (All, Any, Not)):
            items = tuple(self.node(child, obj) for child in condition.children)
            return Group(key, GROUPS[type(condition)], items)
        return Group(key, "all", () if condition is None else (self.node(condition, obj),))

    def node(self, condition: Condition, obj: ObjectDef) -> Node:
        """Return any condition as a node."""
        if isinstance(condition, (All, Any, Not)):
            return self.group(condition, obj)
        if isinstance(condition, InQuery):
            condition = as_related(condition, obj) or condition
        found: Node | None = None
        if isinstance(condition, Related):
            found = self.link(condition, obj)
        elif isinstance(condition, Compare):
            found = self.criterion(condition, obj)
        return found or Fixed(next(self.ids), orjson.dumps(codec.to_json(condition)).decode())

    def link(self, condition: Related, obj: ObjectDef) -> Link | None:
        """Return a condition on children; None when there is no such relationship."""
        way = next((one for one in obj.children if one.name.lower() == condition.relationship.lower()), None)
        if way is None or not self.catalog.has(way.object_name) or condition.at_least < 1:
            return None
        key = next(self.ids)
        inside = self.group(condition.where, self.catalog.object(way.object_name))
        if condition.at_least == 1:
            return Link(key, way.name, inside, "none" if condition.negated else "some")
        return Link(
            key, way.name, inside, "fewer" if condition.negated else "at_least", str(condition.at_least)
        )

    def criterion(self, condition: Compare, obj: ObjectDef) -> Criterion | None:
        """Return a comparison of a field; None when its value is none that a control holds."""
        field = self.field_of(condition, obj)
        if field is None:
            return None
        condition = without_null(condition)
        if condition.operator in operators.NO_VALUE and condition.operator in operators.words_of(field):
            return Criterion(next(self.ids), str(condition.left), condition.operator)
        if operators.family_name(field) == "multipicklist":
            return self.set_criterion(condition)
        if condition.operator not in operators.words_of(field):
            return None
        return self.valued(condition, field)

    def field_of(self, condition: Compare, obj: ObjectDef) -> Field | None:
        """Return the field that a comparison is about, None for a function or a field that the actor does not see."""
        if not isinstance(condition.left, Path):
            return None
        try:
            return run.field_of(self.actor, obj.name, str(condition.left))
        except QueryRefused:
            return None

    def valued(self, condition: Compare, field: Field) -> Criterion | None:
        """Return a comparison with values: a date literal, people, or constants as text."""
        path, values, operator = str(condition.left), condition.values, condition.operator
        special = self.special(values, field, operator)
        if special is not None:
            return Criterion(next(self.ids), path, special[0], relative=special[1], number=special[2])
        texts = tuple(texts_of(tuple(as_id(one, field) for one in values)))
        if len(texts) != len(values) or not texts or (len(texts) > 1 and operator not in operators.SEVERAL):
            return None
        return Criterion(next(self.ids), path, operator, texts)

    def special(self, values: tuple[Value, ...], field: Field, operator: str) -> tuple[str, str, str] | None:
        """Return (operator, relative, number) of a date literal, of me and of my team."""
        if len(values) != 1:
            return None
        (value,) = values
        if isinstance(value, RelativeDate) and operators.family_name(field) in ("date", "datetime"):
            return operator, value.name.upper(), "" if value.n is None else str(value.n)
        if isinstance(value, (Me, MyTeam)) and "User" in field.targets:
            plain = {"in": "eq", "nin": "ne"}.get(operator, operator)
            return plain, ME if isinstance(value, Me) else TEAM, ""
        return None

    def set_criterion(self, condition: Compare) -> Criterion | None:
        """Return a comparison of a multi-select: any of several values, or all of one joined literal."""
        groups = [
            split(str(one.value)) for one in condition.values if isinstance(one, Constant) and one.value
        ]
        if len(groups) != len(condition.values) or not groups:
            return None
        path, operator = str(condition.left), condition.operator
        if operator in ("eq", "ne"):
            return Criterion(next(self.ids), path, operator, tuple(groups[0])) if len(groups) == 1 else None
        if all(len(group) == 1 for group in groups):
            return Criterion(next(self.ids), path, operator, tuple(group[0] for group in groups))
        if len(groups) == 1 and operator == "includes":
            return Criterion(next(self.ids), path, operators.HOLDS_ALL, tuple(groups[0]))
        return None


def open_filter(condition: Condition | None, obj: ObjectDef, actor: Actor, catalog: Catalog) -> Group:
    """Return the draft of a filter on `obj`."""
    return Opener(actor, catalog).group(condition, obj)


def without_null(condition: Compare) -> Compare:
    """Return `= NULL` as “is empty” and `!= NULL` as “is not empty”; anything else as it is."""
    turned = {"eq": "null", "ne": "notnull"}.get(condition.operator)
    if turned and len(condition.values) == 1 and condition.values[0] == Constant(None, "null"):
        return Compare(condition.left, turned)
    return condition


def as_id(value: Value, field: Field) -> Value:
    """Return the key of a record as the id that people know; a key that may be one of several objects stays as it is."""
    prefixes = field.options.get("prefixes", ())
    if len(prefixes) != 1 or operators.family_name(field) != "id" or not isinstance(value, Constant):
        return value
    return Constant(ids.encode(prefixes[0], value.value), "text") if type(value.value) is int else value


def texts_of(values: tuple[Value, ...]) -> Iterator[str]:
    """Yield constants as a control holds them; anything else, and money in a named currency, is left out."""
    for value in values:
        if isinstance(value, Constant) and value.value is not None and not value.currency:
            yield text_of(value)


def text_of(constant: Constant) -> str:
    """Return one constant as text: true and false, numbers without a needless fraction."""
    value = constant.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def as_related(condition: InQuery, obj: ObjectDef) -> Related | None:
    """Return a semi-join over a lookup as the relationship that it is; None for any other sub-select."""
    inner = condition.query
    bare = Query(inner.object, columns=inner.columns, where=inner.where)
    if condition.left.names != ("Id",) or inner != bare or len(inner.columns) != 1:
        return None
    column = inner.columns[0]
    if (
        not isinstance(column, Column)
        or not isinstance(column.expression, Path)
        or len(column.expression.names) > 1
    ):
        return None
    name = column.expression.names[0].lower()
    for way in obj.children:
        if way.object_name.lower() == inner.object.lower() and way.field.lower() == name and way.name:
            return Related(way.name, inner.where, negated=condition.negated)
    return None

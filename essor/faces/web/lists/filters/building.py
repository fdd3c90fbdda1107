"""From a draft to a tree of conditions: every value is read by the kind of its field, every mistake stays at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date

import orjson
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds.base import ParseContext, ParseError
from essor.catalog.kinds.numbers import as_float
from essor.catalog.kinds.truth import truth
from essor.faces.web.lists.filters import operators
from essor.faces.web.lists.filters.nodes import Criterion, Fixed, Group, Link, Node, as_group
from essor.faces.web.lists.filters.opening import ME, TEAM
from essor.kernel import formats, ids
from essor.kernel.errors import QueryRefused
from essor.kernel.whole import whole
from essor.query import dates, decode, run
from essor.query.environment import env_for
from essor.query.plan import plan
from essor.query.tree import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Me,
    MyTeam,
    Not,
    Path,
    Query,
    Related,
    RelativeDate,
    Value,
)

MOST_TEXT = 255
Unit = type[All] | type[Any] | type[Not]
GROUPS: dict[str, Unit] = {"all": All, "any": Any, "none": Not}


class Unfinished(Exception):
    """Something is still missing at a node; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Built:
    """The condition of a draft, and the draft with its mistakes marked. `complete`: nothing is missing or wrong."""

    where: Condition | None
    draft: Group
    complete: bool


class Builder:
    """Reads one draft in the eyes, language and time zone of an actor."""

    def __init__(self, actor: Actor, catalog: Catalog, language: str) -> None:
        """Keep who asks."""
        self.actor, self.catalog = actor, catalog
        self.context = ParseContext(language, actor.timezone, actor.company.phone_region)
        self.complete = True

    def group(self, node: Group, obj: ObjectDef) -> tuple[Condition | None, Group]:
        """Return a group's condition, None when nothing in it is finished."""
        built = [self.node(one, obj) for one in node.items]
        conditions = tuple(condition for condition, _node in built if condition is not None)
        marked = replace(node, items=tuple(one for _condition, one in built))
        if not conditions:
            return None, marked
        if len(conditions) == 1 and node.mode != "none":
            return conditions[0], marked
        return GROUPS[node.mode](conditions), marked

    def node(self, node: Node, obj: ObjectDef) -> tuple[Condition | None, Node]:
        """Return the condition of any node, and the node with its mistake."""
        if isinstance(node, Group):
            return self.group(node, obj)
        read: Callable[[], tuple[Condition, Node]]
        if isinstance(node, Link):
            read = lambda: self.link(node, obj)  # noqa: E731
        elif isinstance(node, Fixed):
            read = lambda: (kept(node), node)  # noqa: E731
        else:
            read = lambda: (self.criterion(node, obj), replace(node, error=""))  # noqa: E731
        try:
            condition, marked = read()
            plan(Query(obj.name, where=condition), env_for(self.actor))
        except (Unfinished, ParseError, QueryRefused) as problem:
            self.complete = False
            return None, node if isinstance(node, Fixed) else replace(node, error=str(problem))
        return condition, marked

    def link(self, node: Link, obj: ObjectDef) -> tuple[Condition, Node]:
        """Return a condition on children."""
        way = obj.child(node.relationship) if _has_child(obj, node.relationship) else None
        if way is None or not self.catalog.has(way.object_name):
            raise Unfinished(_("Choose what it is related to."))
        where, inside = self.group(node.inside, self.catalog.object(way.object_name))
        number = 1
        if node.quantity in ("at_least", "fewer"):
            number = whole(node.number) or 0
            if not number:
                raise Unfinished(_("Enter how many, from 1 on."))
        negated = node.quantity in ("none", "fewer")
        return Related(way.name, where, negated=negated, at_least=number), replace(
            node, inside=inside, error=""
        )

    def criterion(self, node: Criterion, obj: ObjectDef) -> Condition:
        """Return a comparison."""
        if not node.field:
            raise Unfinished(_("Choose a field."))
        field = run.field_of(self.actor, obj.name, node.field)
        left = Path(tuple(node.field.split(".")))
        if node.operator not in operators.words_of(field):
            raise Unfinished(_("Choose how to compare."))
        if node.operator in operators.NO_VALUE:
            return Compare(left, node.operator)
        if node.relative in (ME, TEAM) and "User" in field.targets:
            return people(left, node)
        family = operators.family_name(field)
        if node.relative and family in ("date", "datetime"):
            return Compare(left, node.operator, (relative(node),))
        if not node.texts:
            raise Unfinished(_("Enter a value."))
        if family == "multipicklist":
            return several(left, node)
        texts = node.texts if node.operator in operators.SEVERAL else node.texts[:1]
        if family in ("text", "number", "money", "time") and node.operator in operators.SEVERAL:
            texts = tuple(line.strip() for text in node.texts for line in text.splitlines() if line.strip())
        return Compare(left, node.operator, tuple(self.value(text, family) for text in texts))

    def value(self, text: str, family: str) -> Value:
        """Return one typed value; ParseError says what is wrong with it."""
        if family in ("number", "money"):
            number = as_float(text.strip().removesuffix("%"), self.context)
            return Constant(int(number) if number is not None and number.is_integer() else number, "number")
        if family == "boolean":
            return Constant(truth(text), "boolean")
        if family == "date":
            return Constant(self.day(text).isoformat(), "date")
        if family == "datetime":
            return self.moment(text)
        if family == "time":
            return Constant(self.time(text), "time")
        if family == "id" and not _is_id(text):
            raise ParseError(_("Choose a record from the list."))
        return Constant(text.strip() if family == "id" else text[:MOST_TEXT], "text")

    def day(self, text: str) -> date:
        """Return a day as it was typed."""
        try:
            return formats.parse_date(text, self.context.language)
        except ValueError:
            raise ParseError(_("“%(value)s” is not a date.") % {"value": text[:80]}) from None

    def moment(self, text: str) -> Value:
        """Return a day, which stands for all of it, or an instant in the actor's zone."""
        if "T" not in text and ":" not in text:
            return Constant(self.day(text).isoformat(), "date")
        try:
            found = formats.parse_moment(text, self.context.language, self.context.timezone)
        except ValueError:
            raise ParseError(_("“%(value)s” is not a date and time.") % {"value": text[:80]}) from None
        return Constant(found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "datetime")

    def time(self, text: str) -> str:
        """Return a time of day."""
        try:
            return formats.parse_time(text).isoformat()
        except ValueError:
            raise ParseError(_("“%(value)s” is not a time.") % {"value": text[:80]}) from None


def build(draft: Group, obj: ObjectDef, actor: Actor, catalog: Catalog, language: str) -> Built:
    """Return the condition of what is finished in a draft, and the draft with what is not."""
    builder = Builder(actor, catalog, language)
    where, marked = builder.group(draft, obj)
    return Built(where, as_group(marked), builder.complete)


def kept(node: Fixed) -> Condition:
    """Return a condition that the builder only carries along."""
    try:
        return decode.condition(orjson.loads(node.json))
    except orjson.JSONDecodeError:
        raise Unfinished(_("This filter cannot be read.")) from None


def people(left: Path, node: Criterion) -> Condition:
    """Return a comparison with me or my team."""
    if node.relative == ME:
        return Compare(left, {"in": "eq", "nin": "ne"}.get(node.operator, node.operator), (Me(),))
    return Compare(left, {"eq": "in", "ne": "nin"}.get(node.operator, node.operator), (MyTeam(),))


def relative(node: Criterion) -> RelativeDate:
    """Return the date literal that was chosen."""
    name = node.relative.upper()
    if name in dates.FIXED:
        return RelativeDate(name)
    if name not in dates.COUNTED:
        raise Unfinished(_("Choose a period."))
    number = whole(node.number, dates.LARGEST_N)
    if number is None:
        raise Unfinished(_("Enter a whole number."))
    return RelativeDate(name, number)


def several(left: Path, node: Criterion) -> Condition:
    """Return a comparison of a multi-select."""
    if node.operator in ("includes", "excludes"):
        return Compare(left, node.operator, tuple(Constant(text, "text") for text in node.texts))
    operator = "includes" if node.operator == operators.HOLDS_ALL else node.operator
    return Compare(left, operator, (Constant(";".join(node.texts), "text"),))


def _has_child(obj: ObjectDef, name: str) -> bool:
    return any(way.name.lower() == name.lower() for way in obj.children)


def _is_id(text: str) -> bool:
    try:
        ids.decode(text.strip())
    except ValueError:
        return False
    return True

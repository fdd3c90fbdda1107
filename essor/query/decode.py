"""JSON from outside into a tree, each part checked; `codec` describes the format."""

from __future__ import annotations

import math
import re
from typing import Literal, get_args

from django.utils.translation import gettext as _

from essor.query import dates
from essor.query.place import LARGEST_WHOLE, NAME, Place, Reader
from essor.query.soql import functions
from essor.query.soql.parser import SCOPES, is_clause
from essor.query.soql.values import is_bind_name, is_literal
from essor.query.tree import (
    Aggregate,
    All,
    AllFields,
    Any,
    Bind,
    Call,
    ChildRows,
    Column,
    Compare,
    Condition,
    Constant,
    Expression,
    InQuery,
    Me,
    MyTeam,
    Not,
    Order,
    Path,
    Query,
    Related,
    RelativeDate,
    Selected,
    TypeOf,
    Value,
)

ConstantType = Literal["text", "number", "boolean", "null", "date", "datetime", "time", "raw"]

OPERATORS = (
    "eq",
    "ne",
    "lt",
    "lte",
    "gt",
    "gte",
    "in",
    "nin",
    "null",
    "notnull",
    "contains",
    "ncontains",
    "startswith",
    "endswith",
    "like",
    "includes",
    "excludes",
)
BEYOND_SOQL = (
    "START_OF_WEEK",
    "START_OF_MONTH",
    "START_OF_QUARTER",
    "START_OF_YEAR",
    "START_OF_FISCAL_QUARTER",
    "START_OF_FISCAL_YEAR",
    "DAYS_BETWEEN",
    "MONTHS_BETWEEN",
    "BAND",
)
GROUPS: dict[str, type[All | Any | Not]] = {"all": All, "any": Any, "none": Not}
LONGEST_TEXT = 32_000
LONGEST_ALIAS = 200
MOST_NAMES = 12
NO_COUNT: tuple[int | None, Bind | None] = (None, None)
NO_PATHS: tuple[Path, ...] = ()


def query(data: object) -> Query:
    """Return the query that `data` describes; QueryRefused names the JSON path of what is wrong."""
    return _query(Place(data, "", Reader()))


def condition(data: object) -> Condition:
    """Return the condition that `data` describes; QueryRefused names the JSON path of what is wrong."""
    return _condition(Place(data, "", Reader()))


QUERY_KEYS = (
    "columns",
    "where",
    "group_by",
    "grouping",
    "having",
    "order_by",
    "limit",
    "offset",
    "scope",
    "deleted",
    "lock",
    "clauses",
)


def _query(place: Place) -> Query:
    """Read a query."""
    place = place.nested()
    place.object(("object",), QUERY_KEYS)
    limit, limit_bind = place.optional("limit", _count, NO_COUNT)
    offset, offset_bind = place.optional("offset", _count, NO_COUNT)
    return Query(
        object=place.key("object").name(),
        columns=place.optional("columns", lambda one: one.each(_column), ()),
        where=place.optional("where", _condition, None),
        group_by=place.optional("group_by", lambda one: one.each(_expression), ()),
        grouping=place.optional("grouping", _grouping, ""),
        having=place.optional("having", _condition, None),
        order_by=place.optional("order_by", lambda one: one.each(_order), ()),
        limit=limit,
        offset=offset,
        scope=place.optional("scope", _scope, ""),
        deleted=place.optional("deleted", Place.flag, False),
        lock=place.optional("lock", Place.flag, False),
        clauses=place.optional("clauses", lambda one: one.each(_clause), ()),
        limit_bind=limit_bind,
        offset_bind=offset_bind,
    )


def _column(place: Place) -> Selected:
    """Read one selected thing."""
    if isinstance(place.data, str):
        return Column(_path(place))
    if place.has("fields"):
        place.object(("fields",))
        return AllFields(place.key("fields").one_of(("ALL", "STANDARD", "CUSTOM")))
    if place.has("rows"):
        place.object(("rows",))
        return ChildRows(_query(place.key("rows")))
    if place.has("typeof"):
        place.object(("typeof", "when"), ("else",))
        branches = place.key("when").each(_branch)
        otherwise = place.optional("else", lambda one: one.each(_path), NO_PATHS)
        return TypeOf(_path(place.key("typeof")), branches, otherwise)
    place.object(("expr",), ("as",))
    return Column(_expression(place.key("expr")), place.optional("as", _alias, ""))


def _branch(place: Place) -> tuple[str, tuple[Path, ...]]:
    """Read ["Account", ["Phone", "Name"]]."""
    if not isinstance(place.data, (list, tuple)) or len(place.data) != 2:  # noqa: PLR2004 -- object and fields
        raise place.refused(_("Expected an object name and a list of fields."))
    name, paths = place.data
    return place.inner(name, "[0]").name(), place.inner(paths, "[1]").each(_path)


def _order(place: Place) -> Order:
    """Read one sort key."""
    place.object(("by",), ("desc", "nulls"))
    nulls: Literal["first", "last"] | None = None
    if place.has("nulls"):
        nulls = place.key("nulls").one_of(("first", "last"))
    return Order(_expression(place.key("by")), place.optional("desc", Place.flag, False), nulls)


def _expression(place: Place) -> Expression:
    """Read a field (a text), a function or a value spelled out."""
    if isinstance(place.data, str):
        return _path(place)
    if place.has("call"):
        place.object(("call", "of"))
        name = place.key("call").one_of((*functions.names("date", "display", "place"), *BEYOND_SOQL))
        return Call(name, place.key("of").each(_expression))
    if place.has("aggregate"):
        place.object(("aggregate",), ("of", "where"))
        name = place.key("aggregate").one_of(functions.names("aggregate"))
        only = place.nested().optional("where", _condition, None)
        return Aggregate(name, place.optional("of", _expression, None), only)
    if isinstance(place.data, dict):
        return _value(place)
    raise place.refused(_("Expected a field name or a function."))


def _condition(place: Place) -> Condition:
    """Read a condition."""
    for key, group in GROUPS.items():
        if place.has(key):
            place.object((key,))
            return group(place.key(key).each(_condition))
    if place.has("related"):
        place = place.nested()
        place.object(("related",), ("where", "not", "at_least"))
        return Related(
            place.key("related").name(),
            place.optional("where", _condition, None),
            place.optional("not", Place.flag, False),
            place.optional("at_least", _at_least, 1),
        )
    if place.has("in"):
        place.object(("field", "in"), ("not",))
        inner = _query(place.key("in"))
        return InQuery(_path(place.key("field")), inner, place.optional("not", Place.flag, False))
    place.object(("field", "op"), ("values",))
    operator = place.key("op").one_of(OPERATORS)
    return Compare(
        _expression(place.key("field")), operator, place.optional("values", lambda one: one.each(_value), ())
    )


def _value(place: Place) -> Value:
    """Read the value of a comparison."""
    if not isinstance(place.data, dict):
        return Constant(_scalar(place))
    if place.has("date"):
        return _relative(place)
    if place.has("bind"):
        place.object(("bind",))
        return Bind(_bind(place.key("bind")))
    if place.has("me") or place.has("my_team"):
        key = "me" if place.has("me") else "my_team"
        place.object((key,))
        if place.data[key] is not True:
            raise place.key(key).refused(_("Expected true."))
        return Me() if key == "me" else MyTeam()
    place.object(("value",), ("type", "currency"))
    kind: ConstantType = place.optional("type", lambda one: one.one_of(get_args(ConstantType)), "raw")
    found = Constant(_scalar(place.key("value")), kind, place.optional("currency", _currency, ""))
    if not _fits(found):
        raise place.key("value").refused(_("This value is not a %(type)s.") % {"type": kind})
    return found


def _fits(constant: Constant) -> bool:
    """Tell whether the value is of the type that it claims."""
    value = constant.value
    if constant.type == "null":
        return value is None
    if constant.type in ("number", "boolean"):
        return isinstance(value, (int, float)) and isinstance(value, bool) == (constant.type == "boolean")
    if constant.type == "raw":
        return True
    return isinstance(value, str) and (constant.type == "text" or is_literal(constant))


def _at_least(place: Place) -> int:
    """Read how many related records there must be."""
    found = place.whole()
    if not found:
        raise place.refused(_("Expected 1 or more."))
    return found


def _relative(place: Place) -> RelativeDate:
    """Read a date literal."""
    place.object(("date",), ("n",))
    name = place.key("date").one_of((*dates.FIXED, *dates.COUNTED))
    n = place.optional("n", _number_of_units, None)
    if (n is None) != (name in dates.FIXED):
        raise place.refused(
            _("“n” goes with the date literals that count, such as LAST_N_DAYS, and only with them.")
        )
    return RelativeDate(name, n)


def _number_of_units(place: Place) -> int | None:
    """Read the n of a date literal."""
    found = place.whole()
    if found > dates.LARGEST_N:
        raise place.refused(_("%(n)s is too large.") % {"n": found})
    return found


def _scalar(place: Place) -> str | float | int | bool | None:
    """Read a text, a number, true, false or null."""
    data = place.data
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, int) and abs(data) <= LARGEST_WHOLE:
        return data
    if isinstance(data, float) and math.isfinite(data):
        return data
    if isinstance(data, str):
        return place.text(LONGEST_TEXT)
    raise place.refused(_("Expected a text, a number, true, false or null."))


def _path(place: Place) -> Path:
    """Read a dotted path."""
    if not isinstance(place.data, str):
        raise place.refused(_("Expected a field name."))
    names = place.data[: 80 * MOST_NAMES].split(".")
    if (
        len(names) > MOST_NAMES
        or not all(NAME.fullmatch(name) for name in names)
        or ".".join(names) != place.data
    ):
        raise place.refused(_("“%(name)s” is not a field name.") % {"name": place.data[:80]})
    return Path(tuple(names))


def _alias(place: Place) -> str:
    """Read the heading of a column."""
    return place.text(LONGEST_ALIAS)


def _bind(place: Place) -> str:
    """Read the name of a bind."""
    name = place.text(LONGEST_ALIAS)
    if not is_bind_name(name):
        raise place.refused(_("“%(name)s” is not the name of a variable.") % {"name": name[:80]})
    return name


def _count(place: Place) -> tuple[int | None, Bind | None]:
    """Read LIMIT or OFFSET: a number or a bind."""
    if place.has("bind"):
        place.object(("bind",))
        return None, Bind(_bind(place.key("bind")))
    return place.whole(), None


def _currency(place: Place) -> str:
    """Read a currency code."""
    if not isinstance(place.data, str) or not re.fullmatch(r"[A-Z]{3}", place.data):
        raise place.refused(_("Expected a currency code of three letters."))
    return place.data


def _grouping(place: Place) -> Literal["", "rollup", "cube"]:
    """Read the kind of subtotals."""
    return place.one_of(("", "rollup", "cube"))


def _scope(place: Place) -> str:
    """Read the scope of USING SCOPE."""
    return place.one_of(("", *(scope.lower() for scope in SCOPES)))


def _clause(place: Place) -> str:
    """Read a clause that Essor keeps as text; it must be one, and written as `parse` writes it."""
    clause = place.text(LONGEST_TEXT)
    if not is_clause(clause):
        raise place.refused(_("“%(clause)s” is not a clause of SOQL.") % {"clause": clause[:80]})
    return clause

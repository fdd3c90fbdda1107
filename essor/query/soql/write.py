"""A tree as SOQL text. `parse(write(query)) == query` for all that SOQL can say; the rest becomes the nearest it can.

What has no SOQL at all (at least three children) is refused with the reason, never silently left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, ObjectDef
from essor.kernel.errors import QueryRefused
from essor.query.soql import functions
from essor.query.soql.check import is_grouped
from essor.query.soql.expressions import RESERVED
from essor.query.soql.lexer import NAME, tokenize
from essor.query.soql.lookup import children, field_at, object_named
from essor.query.soql.values import ME, MY_TEAM
from essor.query.tree import (
    Aggregate,
    All,
    AllFields,
    Any,
    Bind,
    Call,
    ChildRows,
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
)

SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
LISTS = {"in": "IN", "nin": "NOT IN", "includes": "INCLUDES", "excludes": "EXCLUDES"}
WILDCARDS = {"contains": "%{}%", "ncontains": "%{}%", "startswith": "{}%", "endswith": "%{}", "like": "{}"}
ALWAYS, NEVER = "Id != NULL", "Id = NULL"
EMPTY_LISTS = {"in": NEVER, "eq": NEVER, "includes": NEVER, "nin": ALWAYS, "ne": ALWAYS, "excludes": ALWAYS}
BARE = ("date", "datetime", "time")
ESCAPES = str.maketrans({"\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f", "'": r"\'"})

Shape = Literal["leaf", "and", "or", "not"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names are written: the name after FROM and, with a catalog, the object that it stands for."""

    source: str
    catalog: Catalog | None
    object: ObjectDef | None


def write(query: Query, catalog: Catalog | None = None) -> str:
    """Return `query` as SOQL on one line.

    The catalog serves conditions on related records and untyped values; without it the former are refused.
    """
    return _query(query, Scope(query.object, catalog, object_named(catalog, query.object)))


def _query(query: Query, scope: Scope) -> str:
    """Return one whole SELECT."""
    grouped = is_grouped(query)
    columns = ", ".join(_column(column, scope, grouped=grouped) for column in query.columns) or "Id"
    pieces = [f"SELECT {columns} FROM {_name(query.object)}"]  # noqa: S608 -- SOQL, which reaches no database as text
    if query.scope:
        pieces.append(f"USING SCOPE {_name(query.scope)}")
    pieces += _where(query.where, scope)
    pieces += [clause for clause in query.clauses if clause.startswith("WITH ")]
    pieces += _groups(query, scope)
    if query.order_by:
        pieces.append(f"ORDER BY {', '.join(_order(one, scope) for one in query.order_by)}")
    pieces += _ends(query)
    return " ".join(pieces)


def _where(condition: Condition | None, scope: Scope) -> list[str]:
    """Return WHERE, nothing when every record fits."""
    return [] if condition is None or condition == All(()) else [f"WHERE {_bare(condition, scope)}"]


def _groups(query: Query, scope: Scope) -> list[str]:
    """Return GROUP BY and HAVING."""
    pieces = []
    if query.group_by:
        listed = ", ".join(_expression(one, scope) for one in query.group_by)
        pieces.append(
            f"GROUP BY {query.grouping.upper()}({listed})" if query.grouping else f"GROUP BY {listed}"
        )
    if query.having is not None and query.having != All(()):
        pieces.append(f"HAVING {_bare(query.having, scope)}")
    return pieces


def _ends(query: Query) -> list[str]:
    """Return LIMIT, OFFSET and what follows them."""
    pieces = []
    for word, count, hole in (
        ("LIMIT", query.limit, query.limit_bind),
        ("OFFSET", query.offset, query.offset_bind),
    ):
        if count is not None or hole is not None:
            pieces.append(f"{word} {count}" if hole is None else f"{word} :{hole.name}")
    pieces += [clause for clause in query.clauses if not clause.startswith("WITH ")]
    if query.lock:
        pieces.append("FOR UPDATE")
    if query.deleted:
        pieces.append("ALL ROWS")
    return pieces


def _column(column: Selected, scope: Scope, *, grouped: bool) -> str:
    """Return one selected thing; an alias that SOQL does not allow is left out."""
    if isinstance(column, AllFields):
        return f"FIELDS({column.which})"
    if isinstance(column, ChildRows):
        return f"({_query(column.query, _below(column.query.object, scope))})"
    if isinstance(column, TypeOf):
        return _typeof(column, scope)
    text = _expression(column.expression, scope)
    allowed = grouped or not isinstance(column.expression, Path)
    allowed = allowed and column.alias.upper() not in RESERVED
    return f"{text} {column.alias}" if allowed and NAME.fullmatch(column.alias) else text


def _below(relationship: str, scope: Scope) -> Scope:
    """Return the scope of a sub-select over a child relationship."""
    below = children(scope.catalog, scope.object, relationship) if scope.catalog and scope.object else None
    return Scope(relationship, scope.catalog, below)


def _typeof(column: TypeOf, scope: Scope) -> str:
    """Return TYPEOF … END; the fields of a branch belong to its object, not to this scope."""
    pieces = [f"TYPEOF {_path(column.path, scope)}"]
    for name, paths in column.branches:
        pieces.append(f"WHEN {_name(name)} THEN {', '.join(_dotted(path) for path in paths)}")
    if column.otherwise:
        pieces.append(f"ELSE {', '.join(_dotted(path) for path in column.otherwise)}")
    return " ".join([*pieces, "END"])


def _order(order: Order, scope: Scope) -> str:
    """Return one sort key."""
    direction = " DESC" if order.descending else ""
    return (
        _expression(order.expression, scope)
        + direction
        + (f" NULLS {order.nulls.upper()}" if order.nulls else "")
    )


def _expression(expression: Expression, scope: Scope) -> str:
    """Return a field, a function or a value."""
    if isinstance(expression, Path):
        return _path(expression, scope)
    if isinstance(expression, Call):
        if expression.function.upper() not in functions.BY_NAME:
            raise QueryRefused(_("SOQL has no function “%(name)s”.") % {"name": expression.function})
        return f"{expression.function}({', '.join(_expression(one, scope) for one in expression.arguments)})"
    if isinstance(expression, Aggregate):
        if expression.where is not None:
            raise QueryRefused(_("SOQL cannot count some rows of a group only."))
        inner = "" if expression.argument is None else _expression(expression.argument, scope)
        return f"{expression.function}({inner})"
    return _value(expression)


def _path(path: Path, scope: Scope) -> str:
    """Return a dotted path; one that starts like the object itself is led in by the object's name."""
    text = _dotted(path)
    if len(path.names) > 1 and path.names[0].lower() == scope.source.lower():
        return f"{scope.source}.{text}"
    return text


def _dotted(path: Path) -> str:
    """Return the names with points between them; refuse a name that SOQL reads as a keyword."""
    if len(path.names) == 1 and path.names[0].upper() in RESERVED:
        raise QueryRefused(_("“%(name)s” is not a name.") % {"name": path.names[0]})
    return ".".join(_name(name) for name in path.names)


def _name(name: str) -> str:
    """Return `name`; refuse what could not be a name, so that no text smuggles a clause in."""
    if not NAME.fullmatch(name):
        raise QueryRefused(_("“%(name)s” is not a name.") % {"name": name[:80]})
    return name


def _value(value: Expression, kind: str = "", *, pattern: bool = False) -> str:
    """Return a value; `kind` is the type of the field beside it, for constants that carry none."""
    match value:
        case Constant():
            return _constant(value, kind, pattern=pattern)
        case RelativeDate(name, n):
            return _name(name) if n is None else f"{_name(name)}:{n}"
        case Bind() | Me() | MyTeam():
            return f":{_hole(value)}"
        case _:
            raise QueryRefused(_("SOQL compares a field with a value, not with another field."))


def _hole(value: Bind | Me | MyTeam) -> str:
    """Return the variable that stands for a value known when the query runs."""
    if isinstance(value, Bind):
        return value.name
    return ME if isinstance(value, Me) else MY_TEAM


def _constant(constant: Constant, kind: str, *, pattern: bool) -> str:
    """Return NULL, TRUE, 5, USD5, 2026-01-31 or 'text'."""
    value = constant.value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _number(value, constant.currency)
    kind = kind if constant.type == "raw" else constant.type
    if kind in (*BARE, "number", "boolean"):
        return _literal(value, kind)
    if pattern:
        return quoted(value, pattern=True)
    return quoted(value)


def _number(value: float, currency: str) -> str:
    """Return a number, led in by its currency when it has one."""
    if not math.isfinite(value):
        raise QueryRefused(_("SOQL has no infinite numbers."))
    if not currency:
        return repr(value)
    return f"{_name(currency)}{Decimal(repr(value)):f}"


def _literal(text: str, kind: str) -> str:
    """Return a value that stands without quotes, after a look that it is one."""
    tokens = tokenize(text)
    is_one = len(tokens) == 2 and tokens[0].text == text  # noqa: PLR2004 -- itself and the end
    if not is_one or (tokens[0].kind != kind and tokens[0].upper not in ("TRUE", "FALSE")):
        raise QueryRefused(_("“%(value)s” does not fit a field of this kind.") % {"value": text[:80]})
    return text


def quoted(text: str, *, pattern: bool = False) -> str:
    """Return `text` as a SOQL text; in a `pattern` the backslash before %, _ or itself stays single."""
    if not pattern:
        return f"'{text.replace(chr(92), chr(92) * 2).translate(ESCAPES)}'"
    pieces: list[str] = []
    rest = iter(text)
    for character in rest:
        following = next(rest, "") if character == "\\" else ""
        if character == "\\" and following not in ("%", "_", "\\"):
            character = "\\\\"  # noqa: PLW2901 -- a stray backslash means itself
        pieces.append(character + following)
    return f"'{''.join(pieces).translate(ESCAPES)}'"


def _bare(condition: Condition, scope: Scope) -> str:
    """Return a condition as it stands right after WHERE or inside parentheses."""
    return _shaped(condition, scope)[1]


def _nested(condition: Condition, scope: Scope) -> str:
    """Return a condition as it stands between AND or OR."""
    shape, text = _shaped(condition, scope)
    return text if shape == "leaf" else f"({text})"


def _shaped(condition: Condition, scope: Scope) -> tuple[Shape, str]:
    """Return a condition and what it is, which decides about parentheses."""
    if isinstance(condition, Compare):
        return _compare(condition, scope)
    if isinstance(condition, InQuery):
        return "leaf", _in_query(condition, scope)
    if isinstance(condition, Related):
        return "leaf", _related(condition, scope)
    return _group(condition, scope)


def _group(condition: All | Any | Not, scope: Scope) -> tuple[Shape, str]:
    """Return conditions joined by AND or OR, or turned round by NOT; an empty group is always or never true."""
    children = condition.children
    if not children:
        return "leaf", NEVER if isinstance(condition, Any) else ALWAYS
    if isinstance(condition, Not):
        return "not", f"NOT {_nested(children[0] if len(children) == 1 else Any(children), scope)}"
    if len(children) == 1:
        return _shaped(children[0], scope)
    joint: Shape = "and" if isinstance(condition, All) else "or"
    return joint, f" {joint.upper()} ".join(_nested(child, scope) for child in children)


def _compare(condition: Compare, scope: Scope) -> tuple[Shape, str]:
    """Return one comparison; operators that SOQL lacks become LIKE, several values become IN or OR."""
    left, operator, values = _expression(condition.left, scope), condition.operator, condition.values
    if operator in ("null", "notnull"):
        return "leaf", f"{left} {'=' if operator == 'null' else '!='} NULL"
    if not values and operator in EMPTY_LISTS:
        return "leaf", EMPTY_LISTS[operator]
    if operator in WILDCARDS:
        return _like(condition, left)
    kind = _kind(condition.left, scope)
    if operator in ("eq", "ne") and len(values) > 1:
        operator = "in" if operator == "eq" else "nin"
    if operator in LISTS:
        single_hole = len(values) == 1 and isinstance(values[0], (Bind, Me, MyTeam))
        listed = ", ".join(_value(value, kind) for value in values)
        return "leaf", f"{left} {LISTS[operator]} {listed if single_hole else f'({listed})'}"
    if operator not in SIGNS or len(values) != 1:
        raise QueryRefused(_("SOQL has no operator for “%(operator)s”.") % {"operator": operator})
    return "leaf", f"{left} {SIGNS[operator]} {_value(values[0], kind)}"


def _like(condition: Compare, left: str) -> tuple[Shape, str]:
    """Return LIKE for each value, any of which may match; NOT around all of them for "does not contain"."""
    tests = [f"{left} LIKE {_pattern(value, condition.operator)}" for value in condition.values] or [NEVER]
    text = " OR ".join(tests)
    if condition.operator == "ncontains":
        return "not", f"NOT {text}" if len(tests) == 1 else f"NOT ({text})"
    return ("leaf" if len(tests) == 1 else "or"), text


def _pattern(value: Expression, operator: str) -> str:
    """Return the pattern of one value: its own wildcards count only beside LIKE itself."""
    if operator == "like":
        return _value(value, pattern=True)
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        raise QueryRefused(_("SOQL looks for a part of a text only when that text is written in the query."))
    plain = value.value.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return quoted(WILDCARDS[operator].format(plain), pattern=True)


def _kind(left: Expression, scope: Scope) -> str:
    """Return the formula type of the field on the left, "" when it is not known."""
    if not isinstance(left, Path) or not scope.catalog or not scope.object:
        return ""
    field = field_at(scope.catalog, [scope.object], left.names)
    return field.kind.formula_type if field else ""


def _in_query(condition: InQuery, scope: Scope) -> str:
    """Return a semi-join or anti-join."""
    query = condition.query
    inner = _query(query, Scope(query.object, scope.catalog, object_named(scope.catalog, query.object)))
    return f"{_path(condition.left, scope)} {'NOT IN' if condition.negated else 'IN'} ({inner})"


def _related(condition: Related, scope: Scope) -> str:
    """Return a condition on child records as a semi-join over their lookup."""
    if condition.at_least > 1:
        message = _("SOQL cannot ask for at least %(count)s related records.")
        raise QueryRefused(message % {"count": condition.at_least})
    if not scope.catalog or not scope.object:
        raise QueryRefused(
            _("A condition on related records is written as SOQL only for an object that is known.")
        )
    way = scope.object.child(condition.relationship)
    below = Scope(way.object_name, scope.catalog, object_named(scope.catalog, way.object_name))
    sign = "NOT IN" if condition.negated else "IN"
    inner = [f"SELECT {_name(way.field)} FROM {_name(way.object_name)}", *_where(condition.where, below)]  # noqa: S608 -- SOQL, as above
    return f"Id {sign} ({' '.join(inner)})"

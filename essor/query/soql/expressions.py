"""Field paths, functions and aggregates, and the conditions made of them."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from django.utils.translation import gettext as _

from essor.query.soql import functions
from essor.query.soql.cursor import Cursor, one_of, refusal
from essor.query.soql.lexer import Token
from essor.query.soql.values import value, whole
from essor.query.tree import (
    Aggregate,
    All,
    Any,
    Bind,
    Call,
    Compare,
    Condition,
    Constant,
    Expression,
    InQuery,
    Not,
    Path,
    Position,
    Query,
    Value,
)

Select = Callable[[Cursor], Query]

SIGNS = {"=": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
LISTS = {"IN": "in", "INCLUDES": "includes", "EXCLUDES": "excludes"}
# Words that end a list of fields or conditions: a field of that name cannot stand where one is expected.
RESERVED = frozenset(
    {
        "SELECT",
        "FROM",
        "WHERE",
        "USING",
        "WITH",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "AS",
    }
)


def path(cursor: Cursor, expected: str = "") -> Path:
    """Read Name or Account.Owner.Name."""
    expected = expected or _("a field name")
    if cursor.token.upper in RESERVED and cursor.peek().text != ".":
        raise cursor.refused(expected)
    first = cursor.name(expected)
    names = [first.text]
    while cursor.take("."):
        names.append(cursor.name(_("a field name after the point")).text)
    return Path(tuple(names), at=cursor.at(first))


def expression(cursor: Cursor) -> Expression:
    """Read a field path or a function of one."""
    if cursor.token.kind == "word" and cursor.peek().text == "(" and cursor.peek().kind == "operator":
        return call(cursor)
    return path(cursor)


def call(cursor: Cursor) -> Call | Aggregate:
    """Read NAME(arguments) of a function that SOQL has."""
    token = cursor.next()
    function = functions.BY_NAME.get(token.upper)
    if function is None:
        raise refusal(_no_function(cursor, token), cursor.at(token))
    cursor.deeper()
    cursor.expect("(")
    arguments = [] if cursor.is_operator(")") else _arguments(cursor)
    cursor.expect(")", _distinct_hint(cursor, function))
    cursor.shallower()
    if not function.least <= len(arguments) <= function.most:
        message = _("%(name)s takes %(wanted)s argument(s), not %(given)s.")
        given = {"name": function.name, "wanted": function.most, "given": len(arguments)}
        raise refusal(message % given, cursor.at(token))
    if function.sort == "aggregate":
        return Aggregate(function.name, arguments[0] if arguments else None, at=cursor.at(token))
    return Call(function.name, tuple(arguments), at=cursor.at(token))


def _arguments(cursor: Cursor) -> list[Expression]:
    """Read the arguments of a function, separated by commas."""
    found = [_argument(cursor)]
    while cursor.take(","):
        found.append(_argument(cursor))
    return found


def _argument(cursor: Cursor) -> Expression:
    """Read one argument: a field, another function, a number, a text or a bind."""
    if cursor.token.kind in ("number", "text") or cursor.is_operator(":"):
        return value(cursor)
    return expression(cursor)


def _distinct_hint(cursor: Cursor, function: functions.Function) -> str:
    """Return advice for COUNT(DISTINCT field)."""
    if function.name == "COUNT" and cursor.tokens[cursor.index - 1].upper == "DISTINCT":
        return _("Write COUNT_DISTINCT(field).")
    return ""


def _no_function(cursor: Cursor, token: Token) -> str:
    """Return the sentence for an unknown function, with the nearest name or the comma that may be missing."""
    if cursor.peek().upper == "SELECT":
        return _("A comma is missing between “%(name)s” and the sub-select.") % {"name": token.text}
    message = _("There is no function “%(name)s” in SOQL.") % {"name": token.text[:80]}
    near = get_close_matches(token.upper[:80], functions.BY_NAME, n=1)
    if near:
        message += " " + _("Did you mean %(name)s?") % {"name": functions.BY_NAME[near[0]].name}
    return message


def condition(cursor: Cursor, select: Select) -> Condition:
    """Read conditions joined by AND or by OR; the two do not mix without parentheses (Salesforce's rule)."""
    first = _term(cursor, select)
    joint = cursor.token.upper
    if joint not in ("AND", "OR"):
        return first
    children = [first]
    while cursor.take_word(joint):
        children.append(_term(cursor, select))
    if cursor.token.upper in ("AND", "OR"):
        raise refusal(
            _("AND and OR mix here: put parentheses around the part that belongs together."), cursor.at()
        )
    return All(tuple(children)) if joint == "AND" else Any(tuple(children))


def _term(cursor: Cursor, select: Select) -> Condition:
    """Read a comparison, a NOT or a condition in parentheses."""
    if cursor.is_word("NOT"):
        cursor.deeper()
        cursor.next()
        negated = Not((_term(cursor, select),))
        cursor.shallower()
        return negated
    if not cursor.is_operator("("):
        return _comparison(cursor, select)
    cursor.deeper()
    cursor.next()
    inner = condition(cursor, select)
    if not cursor.take(")"):
        raise cursor.refused(one_of("AND", "OR", "“)”"))
    cursor.shallower()
    return inner


def _comparison(cursor: Cursor, select: Select) -> Condition:
    """Read `field operator value`."""
    if cursor.token.kind in ("text", "number", "date", "datetime", "time"):
        raise cursor.refused(_("a field name"), _("The field stands on the left, the value on the right."))
    left = expression(cursor)
    at = cursor.at()
    sign = cursor.token.text if cursor.token.kind == "operator" else ""
    if sign in SIGNS:
        cursor.next()
        return _against_value(cursor, left, SIGNS[sign], at)
    if cursor.take_word("LIKE"):
        return Compare(left, "like", (value(cursor, pattern=True),), at=at)
    negated = cursor.take_word("NOT")
    if negated and not cursor.is_word("IN"):
        raise cursor.refused("IN", _("NOT stands before the condition: NOT Name LIKE 'A%'."))
    if cursor.token.upper not in LISTS:
        raise cursor.refused(_("an operator (=, !=, <, >, LIKE, IN, INCLUDES …)"), _operator_hint(cursor))
    operator = LISTS[cursor.next().upper]
    return _against_list(cursor, select, left, "nin" if negated else operator, at)


def _operator_hint(cursor: Cursor) -> str:
    """Return advice for the operators of other languages."""
    if cursor.is_word("IS"):
        return _("Write = NULL or != NULL.")
    if cursor.is_word("BETWEEN"):
        return _("Write field >= a AND field <= b.")
    if cursor.is_word("CONTAINS"):
        return _("Write LIKE '%text%'.")
    return ""


def _against_value(cursor: Cursor, left: Expression, operator: str, at: Position) -> Compare:
    """Read the right side of = != < > <= >=; = NULL and != NULL become operators of their own."""
    if cursor.is_operator("="):
        raise cursor.refused(_("a value"), _("One = compares."))
    if cursor.is_operator("("):
        raise cursor.refused(_("a value"), _("Write IN before a list or a sub-select."))
    right = value(cursor)
    if not (isinstance(right, Constant) and right.value is None):
        return Compare(left, operator, (right,), at=at)
    if operator not in ("eq", "ne"):
        raise refusal(_("NULL compares only with = and !=."), right.at)
    return Compare(left, "null" if operator == "eq" else "notnull", at=at)


def _against_list(cursor: Cursor, select: Select, left: Expression, operator: str, at: Position) -> Condition:
    """Read the right side of IN, NOT IN, INCLUDES and EXCLUDES: a list, a bind or (for IN) a sub-select."""
    if cursor.is_operator(":"):
        return Compare(left, operator, (value(cursor),), at=at)
    if not cursor.is_operator("("):
        raise cursor.refused(_("“(” and a list of values"))
    cursor.deeper()
    cursor.next()
    if cursor.is_word("SELECT") and operator in ("in", "nin"):
        if not isinstance(left, Path):
            raise refusal(_("Only a field can be compared with a sub-select."), at)
        found: Condition = InQuery(left, select(cursor), operator == "nin", at=at)
    else:
        found = Compare(left, operator, _values(cursor), at=at)
    cursor.expect(")")
    cursor.shallower()
    return found


def _values(cursor: Cursor) -> tuple[Value, ...]:
    """Read values separated by commas."""
    found = [value(cursor)]
    while cursor.take(","):
        found.append(value(cursor))
    if not cursor.is_operator(")"):
        raise cursor.refused(one_of("“,”", "“)”"))
    return tuple(found)


def limit(cursor: Cursor) -> tuple[int | None, Bind | None]:
    """Read the number of LIMIT or OFFSET, or a bind that stands for it."""
    if not cursor.is_operator(":"):
        return whole(cursor, _("a whole number")), None
    found = value(cursor)
    if not isinstance(found, Bind):
        raise refusal(_("A number is needed here."), found.at)
    return None, found

"""All operators of a condition by name; a new one is a builder in this folder and a line here."""

from __future__ import annotations

from essor.query.families.base import Family
from essor.query.operators import equality, null, order, sets, text
from essor.query.operators.base import Operator


def _ordered(family: Family) -> bool:
    return family.ordered


def _textual(family: Family) -> bool:
    return family.textual


def _many(family: Family) -> bool:
    return family.many


OPERATORS: dict[str, Operator] = {
    "eq": Operator(equality.equal),
    "ne": Operator(equality.equal, negated=True),
    "in": Operator(equality.equal),
    "nin": Operator(equality.equal, negated=True),
    "lt": Operator(order.before, fits=_ordered),
    "lte": Operator(order.until, fits=_ordered),
    "gt": Operator(order.after, fits=_ordered),
    "gte": Operator(order.since, fits=_ordered),
    "null": Operator(null.empty),
    "notnull": Operator(null.empty, negated=True),
    "contains": Operator(text.contains, fits=_textual),
    "ncontains": Operator(text.contains, negated=True, fits=_textual),
    "startswith": Operator(text.starts, fits=_textual),
    "endswith": Operator(text.ends, fits=_textual),
    "like": Operator(text.matches, fits=_textual),
    "includes": Operator(sets.includes, fits=_many),
    "excludes": Operator(sets.includes, negated=True, fits=_many),
}

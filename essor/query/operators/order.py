"""Before and after. Beside a span of dates: before its start, from its start, after its end, until its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from essor.query.families.base import Family, Literal, Span, Sql
from essor.query.operators.base import Clause, Test

Build = Callable[[Family, Sequence[Literal]], Test]


def ordering(
    point_lookup: type[Any], point: Callable[[Any, Any], bool], edge: str, span_lookup: type[Any]
) -> Build:
    """Return the builder of one comparison: how a point compares, and which edge of a span counts and how."""

    def build(family: Family, literals: Sequence[Literal]) -> Test:
        literal = literals[0] if literals else None
        if literal is None:  # nothing comes before or after an empty value
            return Test(lambda _expression: False, lambda _value: False)
        if isinstance(literal, Span):
            bound = getattr(literal, edge)
            lookup, compare = span_lookup, SPAN_COMPARE[span_lookup]
        else:
            bound = family.key(literal.value)
            lookup, compare = point_lookup, point

        def sql(expression: Sql) -> Clause:
            return Q(lookup(family.sql(expression), bound))

        return Test(sql, lambda value: compare(family.key(value), bound))

    return build


SPAN_COMPARE: dict[type[Any], Callable[[Any, Any], bool]] = {
    LessThan: lambda value, bound: value < bound,
    GreaterThanOrEqual: lambda value, bound: value >= bound,
}

before = ordering(LessThan, lambda value, bound: value < bound, "low", LessThan)
until = ordering(LessThanOrEqual, lambda value, bound: value <= bound, "high", LessThan)
after = ordering(GreaterThan, lambda value, bound: value > bound, "high", GreaterThanOrEqual)
since = ordering(GreaterThanOrEqual, lambda value, bound: value >= bound, "low", GreaterThanOrEqual)

"""Equal to one of some values. A span of dates is equal to every moment in it; empty is equal to empty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, LessThan

from essor.query.families.base import Family, Literal, Point, Span, Sql
from essor.query.operators.base import Clause, Test, any_of


def equal(family: Family, literals: Sequence[Literal]) -> Test:
    """Return the test for `=` and IN."""
    on_empty = any(literal is None for literal in literals)
    if family.many:
        return equal_sets(
            family, [literal for literal in literals if isinstance(literal, Point)], on_empty=on_empty
        )
    keys = list(
        dict.fromkeys(key for one in literals if isinstance(one, Point) for key in family.equals(one))
    )
    spans = [one for one in literals if isinstance(one, Span) and one.low != one.high]

    def sql(expression: Sql) -> Clause:
        if hasattr(expression, "prefix"):
            return of_pair(expression, keys)
        left = family.sql(expression)
        clauses: list[Clause] = [
            Q(GreaterThanOrEqual(left, span.low), LessThan(left, span.high)) for span in spans
        ]
        if len(keys) == 1:
            clauses.append(Q(Exact(left, keys[0])))
        elif keys:
            clauses.append(Q(In(left, keys)))
        return any_of(clauses)

    known = frozenset(keys)

    def python(value: Any) -> bool:
        key = family.key(value)
        return key in known or any(span.low <= key < span.high for span in spans)

    return Test(sql, python, on_empty)


def of_pair(pair: Any, keys: Sequence[tuple[str, int]]) -> Clause:
    """Return the test of a key beside its prefix: one clause per object, so that an index over both serves."""
    by_prefix: dict[str, list[int]] = defaultdict(list)
    for prefix, key in keys:
        by_prefix[prefix].append(key)
    return any_of(
        [
            Q(
                Exact(pair.prefix, prefix),
                Exact(pair.key, found[0]) if len(found) == 1 else In(pair.key, found),
            )
            for prefix, found in by_prefix.items()
        ]
    )


def equal_sets(family: Family, points: Sequence[Point], *, on_empty: bool) -> Test:
    """Return the test that a multi-select holds exactly the values of one of the literals, in whatever order."""
    from essor.query.operators.sets import holds, length_is  # noqa: PLC0415 -- the two files are one family

    def sql(expression: Sql) -> Clause:
        return any_of(
            [
                Q(
                    *(holds(expression, word) for word in sorted(point.value)),
                    length_is(expression, point.value),
                )
                for point in points
            ]
        )

    wanted = [point.value for point in points]
    return Test(sql, lambda value: family.key(value) in wanted, on_empty)

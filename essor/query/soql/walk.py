"""The leaves of a condition and the parts of an expression, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from essor.query.tree import (
    Aggregate,
    All,
    Any,
    Call,
    Compare,
    Condition,
    Expression,
    InQuery,
    Not,
    Related,
)


def leaves(condition: Condition | None) -> Iterator[Compare | InQuery | Related]:
    """Yield every comparison, semi-join and related-records condition in `condition`, in order."""
    if isinstance(condition, (All, Any, Not)):
        for child in condition.children:
            yield from leaves(child)
    elif condition is not None:
        yield condition


def parts(expression: Expression) -> Iterator[Expression]:
    """Yield `expression` and every expression inside it."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from parts(argument)
    elif isinstance(expression, Aggregate) and expression.argument is not None:
        yield from parts(expression.argument)


def has_aggregate(expression: Expression) -> bool:
    """Tell whether `expression` counts or sums over rows."""
    return any(isinstance(part, Aggregate) for part in parts(expression))

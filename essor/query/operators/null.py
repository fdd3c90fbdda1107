"""Empty or not: the only question that every value answers."""

from __future__ import annotations

from collections.abc import Sequence

from essor.query.families.base import Family, Literal
from essor.query.operators.base import Test


def empty(family: Family, literals: Sequence[Literal]) -> Test:  # noqa: ARG001 -- all builders take both
    """Return the test that there is no value."""
    return Test(lambda _expression: False, lambda _value: False, on_empty=True)

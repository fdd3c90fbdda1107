"""INCLUDES over multi-selects stored `;A;B;`: "A;B" wants all of A and B, several literals are alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, Value
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from essor.query.families.base import Family, Literal, Point, Sql
from essor.query.operators.base import Clause, Test, any_of


def includes(family: Family, literals: Sequence[Literal]) -> Test:
    """Return the test for INCLUDES."""
    groups = [literal.value for literal in literals if isinstance(literal, Point)]

    def sql(expression: Sql) -> Clause:
        return any_of([Q(*(holds(expression, word) for word in sorted(group))) for group in groups])

    return Test(sql, lambda value: any(group <= family.key(value) for group in groups))


def holds(expression: Sql, word: str) -> GreaterThan:
    """Return the condition that the stored set holds `word`, by byte."""
    return GreaterThan(StrIndex(expression, Value(f";{word};")), Value(0))


def length_is(expression: Sql, words: Iterable[str]) -> Exact:
    """Return the condition that the stored set is as long as one of exactly `words`."""
    return Exact(Length(expression), Value(1 + sum(len(word) + 1 for word in words)))

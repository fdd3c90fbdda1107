"""What an operator yields: one test of a value, written for SQL and for Python beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar

from django.db.models import Q

from essor.query.families.base import Family, Literal, Sql

Clause = Q | bool


@dataclass(frozen=True, slots=True)
class Test:
    """The verdict on non-empty values (`sql` and `python` agree), and the verdict on an empty one.

    `sql` is False where no non-empty value passes, so that nothing is asked of the database.
    """

    __test__: ClassVar[bool] = False  # for pytest, which collects by name

    sql: Callable[[Sql], Clause]
    python: Callable[[Any], bool]
    on_empty: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: `build` makes the test, `negated` turns it round, `fits` tells whether a family has it."""

    build: Callable[[Family, Sequence[Literal]], Test]
    negated: bool = False
    fits: Callable[[Family], bool] = field(default=lambda _family: True)


def any_of(clauses: Sequence[Clause]) -> Clause:
    """Return the clause that at least one holds."""
    if any(clause is True for clause in clauses):
        return True
    parts = [clause for clause in clauses if isinstance(clause, Q)]
    return reduce(or_, parts) if parts else False


def all_of(clauses: Sequence[Clause]) -> Clause:
    """Return the clause that every one holds."""
    if any(clause is False for clause in clauses):
        return False
    parts = [clause for clause in clauses if isinstance(clause, Q)]
    return reduce(and_, parts) if parts else True


def none_of(clause: Clause) -> Clause:
    """Return the opposite; only for a clause that is never unknown."""
    return not clause if isinstance(clause, bool) else ~clause

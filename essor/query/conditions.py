"""Conditions into SQL, in two-valued logic: a comparison with an empty value is false, and its NOT is true.

NOT is pushed down to the comparisons, so that no NULL of SQL ever turns a whole condition into “unknown”.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, Value
from django.db.models.lookups import Exact, IsNull
from django.utils.translation import gettext as _

from essor.catalog.definitions import ObjectDef
from essor.query import functions, related
from essor.query.environment import Env, refused
from essor.query.operands import Operand, Pair
from essor.query.operators import OPERATORS
from essor.query.operators.base import Clause, Test, all_of, any_of, none_of
from essor.query.tree import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Expression,
    InQuery,
    Not,
)

NEVER = Q(Exact(Value(1), Value(0)))
Resolve = Callable[[Expression], Operand]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names in a condition mean: fields of `obj`, or what `resolve` makes of them (HAVING)."""

    obj: ObjectDef
    env: Env
    resolve: Resolve | None = None

    def operand(self, expression: Expression) -> Operand:
        """Return one side of a comparison."""
        if self.resolve is not None:
            return self.resolve(expression)
        return functions.operand(expression, self.obj, self.env)


def as_q(clause: Clause) -> Q:
    """Return a clause for `filter`, also when it is known beforehand."""
    if isinstance(clause, Q):
        return clause
    return Q() if clause else NEVER


def clause(condition: Condition | None, scope: Scope, *, negated: bool = False) -> Clause:
    """Return `condition`, or its opposite, over rows of `scope.obj`."""
    if condition is None:
        return not negated
    if isinstance(condition, (All, Any, Not)):
        return group(condition, scope, negated=negated)
    if isinstance(condition, Compare):
        return compare(condition, scope, negated=negated)
    if isinstance(condition, InQuery):
        return related.in_query(condition, scope, negated=negated)
    return related.has_children(condition, scope, negated=negated)


def group(condition: All | Any | Not, scope: Scope, *, negated: bool) -> Clause:
    """Return the clause of a group: All and Any change places under NOT, a “none” group is All of the opposites."""
    inside = negated != isinstance(condition, Not)
    found = [clause(child, scope, negated=inside) for child in condition.children]
    every = isinstance(condition, Any) == negated
    return all_of(found) if every else any_of(found)


def compare(condition: Compare, scope: Scope, *, negated: bool) -> Clause:
    """Return the clause of one comparison."""
    operand = scope.operand(condition.left)
    test, turned = test_of(condition, operand, scope.env)
    return two_valued(with_currency(test, condition, operand), operand, negated=negated != turned)


def test_of(condition: Compare, operand: Operand, env: Env) -> tuple[Test, bool]:
    """Return the test that a comparison makes of its left side, and whether its verdict is turned round."""
    operator = OPERATORS.get(condition.operator)
    family = operand.family
    if operator is None or family is None or not operator.fits(family):
        message = _("“%(field)s” cannot be filtered with “%(operator)s”.")
        shown = {"field": operand.name or str(condition.left), "operator": condition.operator}
        raise refused(message % shown, condition.at, "INVALID_QUERY_FILTER_OPERATOR")
    return operator.build(family, list(family.literals(condition.values, env))), operator.negated


def with_currency(test: Test, condition: Compare, operand: Operand) -> Test:
    """Return the test narrowed to records in the currency of a literal such as USD5000."""
    code = currency(condition)
    if not code or operand.currency is None:
        return test
    in_currency = Q(Exact(operand.currency, Value(code)))
    return Test(lambda expression: all_of([test.sql(expression), in_currency]), test.python, test.on_empty)


def currency(condition: Compare) -> str:
    """Return the currency that a comparison's literals name, "" when none does."""
    return next((one.currency for one in condition.values if isinstance(one, Constant) and one.currency), "")


def two_valued(test: Test, operand: Operand, *, negated: bool) -> Clause:
    """Return the clause that holds exactly where the test, or its opposite, holds in Python."""
    holds = test.sql(operand.expression)
    if negated:
        holds = none_of(holds)
    if test.on_empty != negated:
        return any_of([holds, *empty(operand)])
    seen = [none_of(one) for one in empty(operand)] if negated or holds is True else list(operand.masks)
    return all_of([holds, *seen])


def empty(operand: Operand) -> list[Clause]:
    """Return the cases in which the asker sees no value."""
    found: list[Clause] = [none_of(mask) for mask in operand.masks]
    if operand.nullable:
        expression = operand.expression
        found.append(Q(IsNull(expression.key if isinstance(expression, Pair) else expression, True)))
    return found

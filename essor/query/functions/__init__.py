"""Expressions of a query: a path, a function over one, an aggregate. Each says its SQL and its Python together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import ObjectDef
from essor.query import converting, paths
from essor.query.environment import Env, refused
from essor.query.functions import aggregates, bands, buckets, display, moments, places
from essor.query.functions.base import Function
from essor.query.operands import Operand
from essor.query.tree import Aggregate, Call, Expression, Path

FUNCTIONS: dict[str, Function] = {
    function.name.upper(): function
    for function in (
        *moments.FUNCTIONS,
        *buckets.FUNCTIONS,
        *bands.FUNCTIONS,
        *display.FUNCTIONS,
        *converting.FUNCTIONS,
        *places.FUNCTIONS,
    )
}


def operand(expression: Expression, obj: ObjectDef, env: Env) -> Operand:
    """Return an expression over rows of `obj` as SQL; QueryRefused when it has no meaning there."""
    if isinstance(expression, Path):
        return paths.operand(expression, obj, env)
    if isinstance(expression, Call):
        return function_of(expression).operand(expression, lambda inner: operand(inner, obj, env), env)
    if isinstance(expression, Aggregate):
        return aggregates.operand(expression, lambda inner: operand(inner, obj, env))
    raise refused(_("A value cannot stand here."), expression.at)


@dataclass(frozen=True, slots=True)
class Record:
    """One record in memory: `value_of` reads its stored value at a path."""

    obj: ObjectDef
    env: Env
    value_of: Callable[[Path], Any]

    def operand(self, expression: Expression) -> Operand:
        """Return what is known of an expression."""
        return operand(expression, self.obj, self.env)

    def value(self, expression: Expression) -> Any:
        """Return the value of an expression; QueryRefused when it has none for a single record."""
        if isinstance(expression, Path):
            return self.value_of(expression)
        if isinstance(expression, Call):
            return function_of(expression).value(expression, self)
        raise refused(_("COUNT, SUM, MAX … stand in HAVING, not in WHERE."), expression.at)


def function_of(call: Call) -> Function:
    """Return the function that a call names, in any case."""
    found = FUNCTIONS.get(call.function.upper())
    if found is None:
        raise refused(_("There is no function “%(name)s”.") % {"name": call.function}, call.at)
    return found

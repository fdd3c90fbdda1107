"""COUNT, SUM, AVG, MIN, MAX over the rows of a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Avg, Count, FloatField, Max, Min, Q, Sum, Value
from django.utils.translation import gettext as _

from essor.query.environment import refused
from essor.query.families.base import Family
from essor.query.families.choices import SetFamily
from essor.query.families.numbers import NumberFamily
from essor.query.functions.base import Inner
from essor.query.operands import Operand, Pair
from essor.query.tree import Aggregate

NUMERIC: dict[str, Callable[..., Any]] = {
    "SUM": Sum,
    "AVG": lambda expression, **only: Avg(expression, output_field=FloatField(), **only),
}
EXTREME: dict[str, Callable[..., Any]] = {"MIN": Min, "MAX": Max}


def operand(aggregate: Aggregate, inner: Inner, *, only: Q | None = None) -> Operand:
    """Return an aggregate as SQL; the counts have no field, the others keep their argument's.

    `only` is the aggregate's own condition as SQL.
    """
    function = aggregate.function.upper()
    if function == "COUNT" and aggregate.argument is None:
        return rows(only)
    if aggregate.argument is None:
        raise refused(_("%(name)s() takes a field here.") % {"name": function}, aggregate.at)
    source = inner(aggregate.argument)
    if source.family is None:
        raise misfit(aggregate, source)
    shown = source.expression.key if isinstance(source.expression, Pair) else source.shown
    if function == "COUNT" and not source.nullable and not source.masks:
        return rows(only)  # the value is always there and need not be worked out
    if function in ("COUNT", "COUNT_DISTINCT"):
        counted = Count(shown, distinct=function == "COUNT_DISTINCT", filter=only)
        return Operand(counted, NumberFamily(), nullable=False)
    if function in NUMERIC and isinstance(source.family, NumberFamily):
        return source.computed(NUMERIC[function](shown, filter=only), source.family, masks=(), nullable=True)
    if function in EXTREME and comparable(source.family):
        return source.computed(EXTREME[function](shown, filter=only), source.family, masks=(), nullable=True)
    raise misfit(aggregate, source)


def rows(only: Q | None) -> Operand:
    """Return the number of rows, or of those that `only` holds for."""
    counted = Count("*") if only is None else Count(Value(1), filter=only)
    return Operand(counted, NumberFamily(), nullable=False)


def comparable(family: Family) -> bool:
    """Tell whether values of a family have a least and a greatest."""
    return not isinstance(family, SetFamily) and family.name not in ("boolean", "id")


def misfit(aggregate: Aggregate, source: Operand) -> Exception:
    """Return the refusal of an aggregate over a field that it makes no sense for."""
    message = _("%(name)s() cannot be taken of “%(field)s”.")
    return refused(
        message % {"name": aggregate.function.upper(), "field": source.name}, aggregate.at, "INVALID_FIELD"
    )

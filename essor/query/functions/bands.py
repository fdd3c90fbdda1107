"""BAND(Amount, 1000, 5000): the place of a number among bounds; 0 below the first, 2 from the second on.

Reports group numbers by it. It is no word of SOQL. Bounds of money are written in major units, as everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.lookups import IsNull, LessThan
from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.families.base import Point, Span
from essor.query.families.numbers import NumberFamily
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.operands import Operand
from essor.query.tree import Call, Constant


def band(call: Call, inner: Inner, env: Env) -> Operand:
    """Return the number of the band that holds a value, empty where the value is."""
    source = inner(argument(call))
    whens = [
        When(Q(LessThan(source.expression, bound)), then=Value(place))
        for place, bound in enumerate(bounds(call, source, env))
    ]
    found = Case(
        When(Q(IsNull(source.expression, True)), then=Value(None)),
        *whens,
        default=Value(len(whens)),
        output_field=IntegerField(),
    )
    return source.computed(found, NumberFamily(), field=None)


def band_value(call: Call, record: Reader) -> Any:
    """Return the same number in Python."""
    value = record.value(argument(call))
    if value is None:
        return None
    return bisect_right(bounds(call, record.operand(argument(call)), record.env), value)


def bounds(call: Call, source: Operand, env: Env) -> Sequence[Any]:
    """Return the bounds in the units in which the value is stored; QueryRefused unless they are rising numbers."""
    if not isinstance(source.family, NumberFamily):
        raise refused(_("Only numbers fall into bands."), call.at, "INVALID_FIELD")
    constants = [one for one in call.arguments[1:] if isinstance(one, Constant)]
    literals = list(source.family.literals(constants, env))
    found = [
        one.value if isinstance(one, Point) else one.low for one in literals if isinstance(one, (Point, Span))
    ]
    if not found or len(found) != len(call.arguments) - 1 or found != sorted(set(found)):
        raise refused(_("The bounds of bands are numbers, each larger than the one before."), call.at)
    return found


FUNCTIONS = (Function("BAND", band, band_value),)

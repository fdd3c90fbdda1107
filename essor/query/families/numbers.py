"""Numbers, percentages in points, and money: literals in major units, stored values in minor ones."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from essor.catalog.kinds.base import ParseContext, ParseError
from essor.catalog.kinds.numbers import as_float
from essor.query.environment import Env
from essor.query.families.base import Family, Literal, Point, Span
from essor.query.tree import Bind, Constant

MOST = 2**63 - 1
EXACT = 2**53
LARGEST = 1e300  # a bound to compare with may lie beyond what a field holds
CANONICAL = ParseContext(language="en")


class NumberFamily(Family):
    """Doubles; whole literals are handed over as integers, which either column type compares without a cast."""

    name = "number"

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the number."""
        number = self.number(raw, origin)
        if number is None:
            return None
        return Point(int(number) if number.is_integer() and abs(number) < EXACT else number)

    def number(self, raw: Any, origin: Constant | Bind) -> float | None:
        """Return a finite double, None when empty; QueryRefused for anything else."""
        if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) < LARGEST:
            return float(raw)
        try:
            return as_float(raw, CANONICAL)
        except ParseError:
            raise self.unfit(origin, raw) from None


class MoneyFamily(NumberFamily):
    """Integers of 10**-scale units. An amount between two units lies in the empty span between them."""

    name = "money"

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return minor units."""
        number = self.number(raw, origin)
        if number is None:
            return None
        scale = int(self.field.options.get("scale", 2)) if self.field else 2
        units = Decimal(repr(number)).scaleb(scale)
        if abs(units) > MOST:
            edge = MOST if units > 0 else -MOST
            return Span(edge, edge)
        above = math.ceil(units)
        return Point(above) if above == units else Span(above, above)

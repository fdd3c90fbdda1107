"""What a line comes to, exact, in integer minor units: the one rounding of deals, quotes and orders.

A line is quantity × price less its discount, rounded half up to the minor unit; everything above it is adding up.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

USUAL_RATE = 20.0  # percent points of VAT: the French rate for most goods and services
WHOLE = Decimal(100)


def rounded(exact: Decimal) -> int:
    """Return whole minor units, halves away from zero."""
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def line_totals(quantity: float, price: int, discount: float | None) -> tuple[int, int]:
    """Return what a line comes to before and after its discount (percent points)."""
    exact = Decimal(str(quantity)) * price
    left = (WHOLE - Decimal(str(discount or 0))) / WHOLE
    return rounded(exact), rounded(exact * left)


def share_of(units: int, points: float) -> int:
    """Return so many percent points of an amount."""
    return rounded(Decimal(str(points)) * units / WHOLE)

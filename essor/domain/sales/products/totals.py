"""What a line comes to, exact, in integer minor units: the one rounding of deals, quotes and orders.

A line is quantity × price less its discount, rounded half up to what is paid in its currency: cents, or whole yen.
Everything above it is adding up.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision

USUAL_RATE = 20.0  # percent points of VAT: the French rate for most goods and services
WHOLE = Decimal(100)
SCALE = 2  # decimals that amounts are kept with, whatever the currency


@cache
def coin(currency: str) -> int:
    """Return the smallest amount of a currency that is paid, in the units that amounts are kept in: 100 of yen."""
    return int(10 ** max(0, SCALE - get_currency_precision(currency)))


def rounded(exact: Decimal, currency: str) -> int:
    """Return units that can be paid in a currency, halves away from zero."""
    smallest = coin(currency)
    return int((exact / smallest).quantize(Decimal(1), ROUND_HALF_UP)) * smallest


def line_totals(quantity: float, price: int, discount: float | None, currency: str) -> tuple[int, int]:
    """Return what a line comes to before and after its discount (percent points)."""
    exact = Decimal(str(quantity)) * price
    left = (WHOLE - Decimal(str(discount or 0))) / WHOLE
    return rounded(exact, currency), rounded(exact * left, currency)


def share_of(units: int, points: float, currency: str) -> int:
    """Return so many percent points of an amount."""
    return rounded(Decimal(str(points)) * units / WHOLE, currency)

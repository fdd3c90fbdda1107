"""The arithmetic of a quote, exact, in integer minor units.

Lines are those of `products/totals.py`; VAT is worked out per rate on the sum of the lines of that rate, rounded half up
once; everything else is adding up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from essor.domain.sales.products.totals import WHOLE, rounded

USUAL_RATE = 20.0  # percent points: the French rate for most goods and services


@dataclass(frozen=True, slots=True)
class Vat:
    """One row of the VAT table: the rate in percent points, what it is taken of and what it comes to."""

    rate: float
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a quote in minor units; `discount` is the lines' average in percent points, None without lines."""

    subtotal: int = 0
    total: int = 0
    tax: int = 0
    grand_total: int = 0
    discount: float | None = None
    vat: tuple[Vat, ...] = ()


def totals_of(
    lines: Iterable[tuple[int, int, float | None]], shipping: int = 0, shipping_rate: float | None = None
) -> Totals:
    """Return the sums of lines given as (subtotal, total, VAT rate), with shipping at its own rate."""
    subtotal = total = 0
    bases: dict[float, int] = defaultdict(int)
    for before, after, rate in lines:
        subtotal, total = subtotal + before, total + after
        bases[rate or 0.0] += after
    if shipping:
        bases[shipping_rate or 0.0] += shipping
    vat = tuple(
        Vat(rate, base, rounded(Decimal(str(rate)) * base / WHOLE)) for rate, base in sorted(bases.items())
    )
    tax = sum(one.tax for one in vat)
    discount = float(round(WHOLE * (subtotal - total) / Decimal(subtotal), 2)) if subtotal else None
    return Totals(subtotal, total, tax, total + shipping + tax, discount, vat)

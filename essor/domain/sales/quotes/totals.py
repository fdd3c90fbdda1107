"""The arithmetic of a quote, exact, in integer minor units.

Lines are those of `products/totals.py`; VAT is worked out per rate on the sum of the lines of that rate, rounded half up
once; everything else is adding up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from essor.domain.sales.products.totals import WHOLE, share_of
from essor.records.batch import Row


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
    lines: Iterable[tuple[int, int, float | None]],
    currency: str,
    shipping: int = 0,
    shipping_rate: float | None = None,
) -> Totals:
    """Return the sums of lines given as (subtotal, total, VAT rate), with shipping at its own rate."""
    subtotal = total = 0
    bases: dict[float, int] = defaultdict(int)
    for before, after, rate in lines:
        subtotal, total = subtotal + before, total + after
        bases[rate or 0.0] += after
    if shipping:
        bases[shipping_rate or 0.0] += shipping
    vat = tuple(Vat(rate, base, share_of(base, rate, currency)) for rate, base in sorted(bases.items()))
    tax = sum(one.tax for one in vat)
    discount = float(round(WHOLE * (subtotal - total) / Decimal(subtotal), 2)) if subtotal else None
    return Totals(subtotal, total, tax, total + shipping + tax, discount, vat)


def sum_up(row: Row, lines: Iterable[tuple[int, int, float | None]], total: str = "TotalPrice") -> None:
    """Set the sums of a quote or an order from its lines; `total` is where the sum before VAT stands."""
    for name in ("ShippingHandling", "ShippingTaxRate"):
        if (row.get(name) or 0) < 0:
            row.refuse(name, _("This cannot be less than 0."), "NUMBER_OUTSIDE_VALID_RANGE")
    shipping, currency = row.get("ShippingHandling") or 0, row.get("CurrencyIsoCode") or ""
    found = totals_of(lines, currency, shipping, row.get("ShippingTaxRate"))
    values = {
        "Subtotal": found.subtotal,
        total: found.total,
        "Tax": found.tax,
        "GrandTotal": found.grand_total,
        "Discount": found.discount,
    }
    for name, value in values.items():
        if value != row.get(name):
            row.set(name, value)

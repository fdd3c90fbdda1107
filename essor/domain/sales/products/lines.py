"""What lines of deals, quotes and orders have in common: the price book entry that they come from, and their sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.domain.sales.products.totals import line_totals
from essor.records.batch import Row

ENTRY = ("Name", "ProductCode", "Product2Id", "Pricebook2Id", "UnitPrice", "CurrencyIsoCode", "IsActive")
WHOLE = 100  # percent points


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a line is refused that does not fit its parent: `currency` has places for %(parent)s and %(price)s."""

    currency: str
    book: str


def take(row: Row, entry: Mapping[str, Any], parent: dict[str, Any], said: Refusals) -> None:
    """Fill a new line from its entry; the first line decides which price book its parent goes by."""
    if not entry["IsActive"]:
        row.refuse(
            "PricebookEntryId", _("This price is not offered any more."), "INVALID_CROSS_REFERENCE_KEY"
        )
    if entry["CurrencyIsoCode"] != parent["CurrencyIsoCode"]:
        words = {"parent": parent["CurrencyIsoCode"], "price": entry["CurrencyIsoCode"]}
        row.refuse("PricebookEntryId", said.currency % words, "FIELD_INTEGRITY_EXCEPTION")
    if parent["Pricebook2Id"] not in (None, entry["Pricebook2Id"]):
        row.refuse("PricebookEntryId", said.book, "FIELD_INTEGRITY_EXCEPTION")
    parent["Pricebook2Id"] = entry["Pricebook2Id"]
    for name in ("Product2Id", "Name", "ProductCode", "CurrencyIsoCode"):
        row.set(name, entry[name])
    row.set("ListPrice", entry["UnitPrice"])
    if row.get("UnitPrice") is None:
        row.set("UnitPrice", entry["UnitPrice"])


def work_out(row: Row, *names: str) -> None:
    """Set what a line comes to: the fields for before and after the discount, or the one for after it.

    A quantity or a discount that makes no sense is refused; nothing is set while quantity or price is missing.
    """
    quantity, price, discount = row.get("Quantity"), row.get("UnitPrice"), row.get("Discount")
    if quantity is not None and quantity <= 0:
        row.refuse("Quantity", _("The quantity must be more than 0."), "NUMBER_OUTSIDE_VALID_RANGE")
    if not 0 <= (discount or 0) <= WHOLE:
        row.refuse("Discount", _("A discount goes from 0 to 100 percent."), "NUMBER_OUTSIDE_VALID_RANGE")
    if row.errors:
        return
    if quantity is None or price is None:
        totals: tuple[int | None, int | None] = (None, None)
    else:
        totals = line_totals(quantity, price, discount)
    for name, value in zip(names, totals[-len(names) :], strict=True):
        if value != row.get(name):
            row.set(name, value)

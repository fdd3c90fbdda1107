"""What lines of deals, quotes and orders have in common: the price book entry that they come from, and their sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from essor.domain.sales.products.models import PricebookEntry
from essor.domain.sales.products.totals import line_totals
from essor.records import rollups
from essor.records.batch import Batch, Row
from essor.records.change import Source
from essor.records.load import object_rows

ENTRY = ("Name", "ProductCode", "Product2Id", "Pricebook2Id", "UnitPrice", "CurrencyIsoCode", "IsActive")
WHOLE = 100  # percent points
AGREED = Source(
    name="agreed"
)  # lines made of others: what was offered once holds, though it is not offered any more


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a line is refused that does not fit its parent: `currency` has places for %(parent)s and %(price)s."""

    currency: str
    book: str


def prices(batch: Batch, rows: Iterable[Row]) -> dict[int, dict[str, Any]]:
    """Return {key: entry} of the prices that rows name; a price is offered as long as product and price book are."""
    keys = {row.get("PricebookEntryId") for row in rows} - {None}
    if not keys:
        return {}
    found = object_rows(batch.catalog.object("PricebookEntry"), keys, ENTRY)
    if batch.source.name == AGREED.name:
        return {key: {**entry, "IsActive": True} for key, entry in found.items()}
    offered = PricebookEntry.objects.filter(pk__in=keys, product2__is_active=True, pricebook2__is_active=True)
    standing = set(offered.values_list("pk", flat=True))
    return {key: {**entry, "IsActive": entry["IsActive"] and key in standing} for key, entry in found.items()}


def held(batch: Batch, name: str, keys: Collection[int], names: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    """Return {key: values} of the parents of lines, locked: whoever adds to the same one, or closes it, comes after us."""
    parent = batch.catalog.object(name)
    rollups.hold(parent, keys)
    return object_rows(parent, keys, names)


def torn_from(lines: type[models.Model], parent: str, keys: Collection[int]) -> set[int]:
    """Return the parents that stay where lines of theirs go into the bin, or are about to come back, without them."""
    rows = lines._default_manager.filter(pk__in=keys, is_deleted=True, **{f"{parent}__is_deleted": False})
    return set(rows.values_list(f"{parent}_id", flat=True))


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
        totals = line_totals(quantity, price, discount, row.get("CurrencyIsoCode") or "")
    for name, value in zip(names, totals[-len(names) :], strict=True):
        if value != row.get(name):
            row.set(name, value)

"""Prices and the lines of deals: what a line takes from its price book entry, and the amount of a deal that has lines."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.sales.products.lines import Refusals, held, prices, take, work_out
from essor.domain.sales.products.models import OpportunityLineItem, PricebookEntry
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records import rollups
from essor.records.batch import Batch
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.rules import after, before, merging, moved
from essor.records.save import save_many

FROM_LINES = Source(name="lines")
DEAL = "Opportunity"
LINE = ("OpportunityId", "PricebookEntryId", "Quantity", "UnitPrice", "Discount", "TotalPrice", "ListPrice")
WHOLE = 100  # percent points


@before("PricebookEntry", reads=("Pricebook2Id", "Product2Id", "CurrencyIsoCode"))
def entries(batch: Batch) -> None:
    """Name an entry after its product, and refuse a second price in the same book and currency."""
    rows = [row for row in batch if row.is_new]
    keys = {row.get("Product2Id") for row in rows} - {None}
    products = object_rows(batch.catalog.object("Product2"), keys, ("Name", "ProductCode"))
    stored = PricebookEntry.objects.filter(product2_id__in=keys, is_deleted=False)
    taken = set(stored.values_list("pricebook2_id", "product2_id", "currency_iso_code"))
    for row in rows:
        product = products.get(row.get("Product2Id"), {})
        row.set("Name", product.get("Name"))
        row.set("ProductCode", product.get("ProductCode"))
        place = (row.get("Pricebook2Id"), row.get("Product2Id"), row.get("CurrencyIsoCode"))
        if place in taken:
            message = _("This price book has a price of the product in this currency already.")
            row.refuse("Product2Id", message, "DUPLICATE_VALUE")
        taken.add(place)


@before("OpportunityLineItem", reads=LINE)
def lines(batch: Batch) -> None:
    """Take product and price from the entry, check that it fits the deal, and work out the total."""
    new = [row for row in batch if row.is_new]
    entries = prices(batch, new)
    keys = {row.get("OpportunityId") for row in batch} - {None}
    deals = held(batch, DEAL, keys, ("CurrencyIsoCode", "Pricebook2Id"))
    said = Refusals(
        _("The deal is in %(parent)s, this price in %(price)s."),
        _("The other products of the deal come from another price book."),
    )
    for row in new:
        entry, deal = entries.get(row.get("PricebookEntryId")), deals.get(row.get("OpportunityId"))
        if entry is not None and deal is not None:
            take(row, entry, deal, said)
    for row in batch:
        work_out(row, "TotalPrice")


@after("OpportunityLineItem", reads=LINE)
def amounts(batch: Batch) -> None:
    """Let the deals of changed lines follow."""
    _follow({row.get("OpportunityId") for row in batch if row.is_new or row.changed()})


@moved("OpportunityLineItem")
def lines_gone_or_back(_actor: Actor, keys: set[int]) -> None:
    """Let the deals of deleted or restored lines follow; a deal that went along is left alone."""
    rows = OpportunityLineItem.objects.filter(pk__in=keys, opportunity__is_deleted=False)
    _follow(set(rows.values_list("opportunity_id", flat=True)))


def _follow(keys: set[int]) -> None:
    """Set amount and quantity of deals to the sums of their lines; without lines the amount stays as it was."""
    if not keys:
        return
    rollups.hold(current.get().object(DEAL), keys)  # of two who add lines the second adds up both
    live = OpportunityLineItem.objects.filter(opportunity_id__in=keys, is_deleted=False).order_by()
    sums = live.values_list("opportunity_id").annotate(Sum("total_price"), Sum("quantity"))
    found = {key: (total, quantity) for key, total, quantity in sums}
    books = dict(live.values_list("opportunity_id", "pricebook_entry__pricebook2_id"))
    changes = []
    for key in sorted(keys):
        total, quantity = found.get(key, (None, None))
        values: dict[str, Any] = {"TotalOpportunityQuantity": quantity}
        if quantity is not None:
            values |= {"Amount": (total or 0) / WHOLE, "Pricebook2Id": books[key]}
        changes.append(Change(DEAL, values, id=key))
    results = save_many(system_actor(), DEAL, changes, source=FROM_LINES)
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)


@before(
    "Opportunity",
    reads=("HasOpportunityLineItem", "Amount", "TotalOpportunityQuantity", "CurrencyIsoCode", "Pricebook2Id"),
)
def amount_of_lines(batch: Batch) -> None:
    """Refuse what would contradict the lines of a deal: its amount is their sum."""
    for row in batch:
        if batch.source.name == FROM_LINES.name:
            row.set("HasOpportunityLineItem", row.get("TotalOpportunityQuantity") is not None)
        elif row.get("HasOpportunityLineItem"):
            for name in ("Amount", "TotalOpportunityQuantity", "CurrencyIsoCode", "Pricebook2Id"):
                if row.changes(name) and not row.is_new:
                    message = _("“%(field)s” follows from the products of the deal: change these.")
                    row.refuse(
                        name, message % {"field": batch.object.field(name).label}, "FIELD_INTEGRITY_EXCEPTION"
                    )


@merging(DEAL)
def products_stay(
    _actor: Actor, _obj: ObjectDef, _winner: int, losers: Collection[int], _source: Source
) -> dict[str, Any]:
    """Refuse to merge away a deal with products: those of two deals, in two currencies perhaps, make no sum."""
    rows = OpportunityLineItem.objects.filter(opportunity__in=losers, is_deleted=False)
    names = list(rows.order_by("opportunity").values_list("opportunity__name", flat=True)[:1])
    if names:
        message = _("“%(name)s” has products. Keep this one, or remove its products first.")
        raise ValidationFailed([FieldError("", "FIELD_INTEGRITY_EXCEPTION", message % {"name": names[0]})])
    return {}

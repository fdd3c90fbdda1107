"""Quotes made of something: of a deal with its products, of an earlier version with its lines."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.domain.sales.products.lines import AGREED
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Path, Query
from essor.records.change import Change
from essor.records.save import ROLLED_BACK, failure, save, save_many

FROM_DEAL = ("PricebookEntryId", "Quantity", "UnitPrice", "Discount", "ServiceDate", "Description")
FROM_QUOTE = (*FROM_DEAL, "TaxRate", "SortOrder")
KEPT = (
    "Name",
    "OpportunityId",
    "ContactId",
    "Language",
    "ShippingHandling",
    "ShippingTaxRate",
    "BillingName",
    "BillingStreet",
    "BillingCity",
    "BillingPostalCode",
    "BillingState",
    "BillingCountry",
    "PaymentTerms",
    "Description",
)


@transaction.atomic
def from_deal(actor: Actor, deal: int) -> int:
    """Make a quote of a deal with its products, as far as the actor sees them; return its key.

    Raises NotFound, Forbidden, ValidationFailed with the reasons.
    """
    found = read(actor, "Opportunity", "Id", deal, ("Name",))
    if not found:
        raise NotFound(_("There is no such record."))
    quote = save(
        actor, Change("Quote", {"OpportunityId": deal, "Name": found[0].get("Name") or _("Quote")})
    ).id
    copy(actor, read(actor, "OpportunityLineItem", "OpportunityId", deal, FROM_DEAL), quote)
    return quote


@transaction.atomic
def new_version(actor: Actor, quote: int) -> int:
    """Make the next version of a quote with all its lines; the earlier one stays as it is. Return the new key.

    A quote that leads the products of its deal hands the lead over.
    """
    found = read(actor, "Quote", "Id", quote, (*KEPT, "IsSyncing"))
    if not found:
        raise NotFound(_("There is no such record."))
    values = {name: value for name, value in found[0].items() if name in KEPT and value is not None}
    key = save(actor, Change("Quote", {**major("Quote", values), "PreviousQuoteId": quote})).id
    copy(actor, read(actor, "QuoteLineItem", "QuoteId", quote, FROM_QUOTE), key)
    if found[0].get("IsSyncing"):
        save(actor, Change("Quote", {"IsSyncing": True}, id=key))
    return key


def major(object_name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what is read of an object as a writer hands it in: money in major units."""
    obj = current.get().object(object_name)
    fields = {name: obj.field(name) for name in values}
    money = {name: one for name, one in fields.items() if one.kind.name == "money"}
    return {**values, **{name: one.kind.to_json(values[name], one) for name, one in money.items()}}


def read(actor: Actor, name: str, by: str, key: int, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of an object that hang on a key, in their order, with what the actor sees of some fields."""
    seen = catalog_for(actor)
    if not seen.has(name):
        return []
    obj = seen.object(name)
    shown = [one for one in names if obj.has(one)]
    order = ("SortOrder", "Id") if obj.has("SortOrder") else ("Id",)
    query = Query(
        name,
        columns=tuple(Column(Path((one,))) for one in ("Id", *shown)),
        where=Compare(Path((by,)), "eq", (Constant(key),)),
        order_by=tuple(Order(Path((one,))) for one in order),
    )
    return run.rows(actor, query)


def copy(
    actor: Actor, rows: list[dict[str, Any]], key: int, line: str = "QuoteLineItem", parent: str = "QuoteId"
) -> None:
    """Make lines of a quote, or of something else that has such lines, out of those that were read."""
    changes = [
        Change(
            line, {parent: key, **major(line, {name: value for name, value in row.items() if name != "Id"})}
        )
        for row in rows
    ]
    results = save_many(actor, line, changes, all_or_none=True, source=AGREED) if changes else []
    refused = next((one for one in results if one.errors and one.errors[0].code != ROLLED_BACK), None)
    if refused is not None:
        raise failure(refused)

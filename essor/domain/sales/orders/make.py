"""Orders made of something: of a quote with its lines, of a won deal with its products."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.sales.quotes.make import FROM_DEAL, FROM_QUOTE, copy, major, read
from essor.domain.sales.quotes.rules import ADDRESS
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.save import save

QUOTE = (
    "AccountId", "OpportunityId", "ContactId", "CurrencyIsoCode", "Language", "ShippingHandling", "ShippingTaxRate",
    "IsSuperseded", *ADDRESS,
)  # fmt: skip
DEAL = ("AccountId", "ContactId", "CurrencyIsoCode", "IsWon")


@transaction.atomic
def from_quote(actor: Actor, quote: int) -> int:
    """Make an order of a quote with all its lines, as far as the actor sees them; return its key.

    Raises NotFound, Forbidden, ValidationFailed: a quote that a later version replaced is ordered no more.
    """
    values = _source(actor, "Quote", quote, QUOTE)
    if values.pop("IsSuperseded", False):
        message = _("A later version has replaced this quote: make the order from that one.")
        raise ValidationFailed([FieldError("", "ENTITY_IS_LOCKED", message)])
    key = _order(actor, {**values, "QuoteId": quote})
    copy(actor, read(actor, "QuoteLineItem", "QuoteId", quote, FROM_QUOTE), key, "OrderItem", "OrderId")
    return key


@transaction.atomic
def from_deal(actor: Actor, deal: int) -> int:
    """Make an order of a won deal with its products, as far as the actor sees them; return its key.

    Raises NotFound, Forbidden, ValidationFailed: a deal is ordered once it is won.
    """
    values = _source(actor, "Opportunity", deal, DEAL)
    if not values.pop("IsWon", False):
        message = _("An order is made of an opportunity that is won.")
        raise ValidationFailed([FieldError("", "FIELD_INTEGRITY_EXCEPTION", message)])
    key = _order(actor, {**values, "OpportunityId": deal})
    copy(
        actor,
        read(actor, "OpportunityLineItem", "OpportunityId", deal, FROM_DEAL),
        key,
        "OrderItem",
        "OrderId",
    )
    return key


def _source(actor: Actor, name: str, key: int, names: tuple[str, ...]) -> dict[str, Any]:
    found = read(actor, name, "Id", key, names)
    if not found:
        raise NotFound(_("There is no such record."))
    return {field: value for field, value in found[0].items() if field in names and value is not None}


def _order(actor: Actor, values: dict[str, Any]) -> int:
    if "ContactId" in values:
        values["BillToContactId"] = values.pop("ContactId")
    if "AccountId" not in values:
        message = _("An order is for an account: give the opportunity one first.")
        raise ValidationFailed([FieldError("AccountId", "REQUIRED_FIELD_MISSING", message)])
    return save(actor, Change("Order", major(values))).id

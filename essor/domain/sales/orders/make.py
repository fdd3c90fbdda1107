"""Orders made of something: of a quote with its lines, of a won deal with its products; contracts of those, or of one before."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.sales.quotes.make import FROM_DEAL, FROM_QUOTE, copy, major, read
from essor.domain.sales.quotes.rules import ADDRESS
from essor.kernel.errors import EssorError, FieldError, NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.save import save

QUOTE = (
    "AccountId",
    "OpportunityId",
    "ContactId",
    "CurrencyIsoCode",
    "Language",
    "ShippingHandling",
    "ShippingTaxRate",
    "IsSuperseded",
    *ADDRESS,
)
DEAL = ("AccountId", "ContactId", "CurrencyIsoCode", "IsWon")
AGREED = ("AccountId", "ContactId", "CurrencyIsoCode")
RENEWED = (
    "AccountId",
    "CurrencyIsoCode",
    "ContractTerm",
    "OwnerExpirationNotice",
    "SpecialTerms",
    "Description",
    "EndDate",
)


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


@transaction.atomic
def contract(actor: Actor, name: str, key: int) -> int:
    """Make a draft of a contract that begins today, with the account and contact of a quote or a deal; return its key.

    The deal names it from then on, unless the actor may not write there. Raises NotFound, Forbidden, ValidationFailed:
    a contract is with an account.
    """
    of_quote = name == "Quote"
    values = _source(actor, name, key, (*AGREED, "OpportunityId") if of_quote else AGREED)
    deal = values.pop("OpportunityId", None) if of_quote else key
    if "ContactId" in values:
        values["CustomerSignedId"] = values.pop("ContactId")
    made = save(actor, Change("Contract", {"StartDate": timezone.localdate(), **values})).id
    if deal is not None:
        with suppress(EssorError), transaction.atomic():
            save(actor, Change("Opportunity", {"ContractId": made}, id=deal))
    return made


def renewal(actor: Actor, key: int) -> int:
    """Make a draft that goes on, on the same terms, the day after a contract ends; return its key.

    Raises NotFound, Forbidden, ValidationFailed.
    """
    values = _source(actor, "Contract", key, RENEWED)
    ends = values.pop("EndDate", None)
    values["StartDate"] = ends + timedelta(days=1) if ends else timezone.localdate()
    values["FormerContractId"] = key
    return save(actor, Change("Contract", values)).id


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
    return save(actor, Change("Order", major("Order", values))).id

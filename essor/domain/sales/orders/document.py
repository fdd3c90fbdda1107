"""The confirmation of an order, set as quotes are."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.domain.sales.quotes import document
from essor.domain.sales.quotes.document import Paper
from essor.domain.sales.quotes.words import ORDER_WORDS

SAME = (
    "Id",
    "Language",
    "CurrencyIsoCode",
    "Subtotal",
    "Tax",
    "GrandTotal",
    "ShippingHandling",
    "ShippingTaxRate",
    "BillingStreet",
    "BillingCity",
    "BillingPostalCode",
    "BillingState",
    "BillingCountry",
    "Description",
    "CreatedDate",
    "LastModifiedDate",
    "Owner.Name",
    "EffectiveDate",
    "PoNumber",
)
ORDER = Paper(
    "Order",
    "OrderItem",
    "OrderId",
    {**{name: name for name in SAME}, "QuoteNumber": "OrderNumber", "TotalPrice": "TotalAmount"},
    {
        "Contact.Name": "BillToContact.Name",
        "Contact.Title": "BillToContact.Title",
        "Account.Name": "Account.Name",
        "Owner.Email": "Owner.Email",
        "Name": "Opportunity.Name",
        "Quote": "Quote.QuoteNumber",
        "PaymentTerms": "Quote.PaymentTerms",
        "BillingName": "Quote.BillingName",
    },
    (("ordered", "EffectiveDate"), ("po", "PoNumber"), ("quote", "Quote")),
    ORDER_WORDS,
    {"Name": "", "Version": 1, "ExpirationDate": None, "BillingName": None, "PaymentTerms": None},
)


def pdf(actor: Actor, order: int, language: str = "") -> tuple[str, bytes]:
    """Return the file name and the PDF of an order's confirmation, in its own language unless told; NotFound, Forbidden."""
    return document.pdf(actor, order, language, ORDER)

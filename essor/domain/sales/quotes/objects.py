"""Quotes for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.definitions import Choice
from essor.catalog.standard import Spec, Standard, pick
from essor.domain.currencies.objects import CURRENCY
from essor.domain.sales.objects import MONEY, address

RATE = Spec(kind="percent", options={"scale": 2})
SUM = Spec(kind="money", readonly=True, history=False)
READ = Spec(readonly=True, history=False)
STATUSES = (
    Choice("Draft", pgettext_lazy("quote", "Draft"), default=True),  # type: ignore[arg-type]
    *pick(
        ("Needs Review", pgettext_lazy("quote", "Needs review")),
        ("In Review", pgettext_lazy("quote", "In review")),
        ("Approved", pgettext_lazy("quote", "Approved")),
        ("Presented", pgettext_lazy("quote", "Presented")),
    ),
    Choice("Accepted", pgettext_lazy("quote", "Accepted"), facts={"closed": True, "won": True}),  # type: ignore[arg-type]
    Choice("Denied", pgettext_lazy("quote", "Denied"), facts={"closed": True, "won": False}),  # type: ignore[arg-type]
)
LANGUAGES = pick(("fr", _("French")), ("en", _("English")))


def sold_line(relationship: str) -> dict[str, Spec]:
    """Return what lines of quotes and orders have in common; `relationship` is what a product calls them."""
    link = {"child_relationship": relationship, "on_delete": "restrict"}
    return {
        "pricebook_entry": Spec(required=True, updateable=False, **link),  # type: ignore[arg-type]
        "product2": Spec(readonly=True, history=False, **link),  # type: ignore[arg-type]
        "name": READ,
        "product_code": READ,
        "quantity": Spec(required=True, options={"scale": 2}),
        "list_price": SUM,
        "unit_price": MONEY,
        "discount": RATE,
        "subtotal": SUM,
        "total_price": SUM,
        "tax_rate": Spec(kind="percent", options={"scale": 2, "default": 20}),
        "currency_iso_code": Spec(kind="picklist", choices=CURRENCY.choices, readonly=True, history=False),
    }


OBJECTS = (
    Standard(
        "quotes.Quote",
        "0Q0",
        _("Quote"),
        _("Quotes"),
        icon="file-text",
        about=_("A quote offers the products of a deal at a price, as a PDF. Create it from an opportunity."),
        compact=("AccountId", "Status", "GrandTotal", "ExpirationDate", "QuoteNumber"),
        fields={
            "name": Spec(required=True),
            "quote_number": Spec(kind="autonumber", readonly=True, options={"format": "Q-{00000}"}),
            "version": Spec(readonly=True, history=False),
            "opportunity": Spec(
                required=True, child_relationship="Quotes", on_delete="cascade", updateable=False
            ),
            "account": Spec(readonly=True, child_relationship="Quotes", history=False),
            "contact": Spec(child_relationship="Quotes"),
            "pricebook2": Spec(child_relationship="Quotes", readonly=True, history=False),
            "previous_quote": Spec(updateable=False),
            "status": Spec(kind="picklist", choices=STATUSES, required=True),
            "language": Spec(kind="picklist", choices=LANGUAGES, help=_("The language of the document.")),
            "is_syncing": Spec(help=_("The products of the opportunity follow the lines of this quote.")),
            "is_superseded": READ,
            "subtotal": SUM,
            "total_price": SUM,
            "tax": SUM,
            "grand_total": SUM,
            "discount": Spec(kind="percent", readonly=True, history=False, options={"scale": 2}),
            "shipping_handling": MONEY,
            "shipping_tax_rate": Spec(kind="percent", options={"scale": 2, "default": 20}),
            "currency_iso_code": Spec(
                kind="picklist", choices=CURRENCY.choices, readonly=True, history=False
            ),
        },
        compounds={"BillingAddress": (_("Billing address"), "address", address("billing_"))},
        search=("Name", "QuoteNumber", "Account.Name"),
        path_field="Status",
        done_field="IsSuperseded",
        activities=True,
    ),
    Standard(
        "quotes.QuoteLineItem",
        "0QL",
        _("Quote line"),
        _("Quote lines"),
        icon="package",
        tab=False,
        compact=("ProductCode", "Quantity", "UnitPrice", "TotalPrice"),
        fields={
            "quote": Spec(
                kind="masterdetail",
                child_relationship="QuoteLineItems",
                on_delete="cascade",
                updateable=False,
            ),
            **sold_line("QuoteLineItems"),
        },
    ),
)

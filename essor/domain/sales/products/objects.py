"""The objects of products and prices for the catalog: what their models cannot say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.definitions import Choice
from essor.catalog.standard import Spec, Standard, pick

MONEY = Spec(kind="money")
READ = Spec(readonly=True, history=False)
FAMILIES = pick(
    ("Hardware", _("Hardware")), ("Software", _("Software")), ("Services", _("Services")), ("Maintenance", _("Maintenance"))
)  # fmt: skip


def objects(currencies: tuple[Choice, ...]) -> tuple[Standard, ...]:
    """Return the entries; `currencies` is the one list that all sales objects share."""
    currency = Spec(kind="picklist", choices=currencies)
    return (
        Standard(
            "sales.Product2", "01t", _("Product"), _("Products"), icon="package",
            about=_("Products are what you sell. With a price in a price book they go on deals and quotes."),
            compact=("ProductCode", "Family"),
            fields={
                "name": Spec(required=True), "product_code": Spec(external_id=True), "currency_iso_code": currency,
                "family": Spec(kind="picklist", choices=FAMILIES, options={"restricted": False}),
            },
            search=("Name", "ProductCode"),
        ),
        Standard(
            "sales.Pricebook2", "01s", _("Price book"), _("Price books"), icon="tags", tab=False,
            compact=("IsActive",),
            fields={"name": Spec(required=True), "currency_iso_code": currency}, search=("Name",),
        ),
        Standard(
            "sales.PricebookEntry", "01u", _("Price book entry"), _("Price book entries"), icon="tag", tab=False,
            compact=("UnitPrice", "Pricebook2Id"),
            fields={
                "pricebook2": Spec(
                    kind="masterdetail", child_relationship="PricebookEntries", on_delete="cascade", updateable=False
                ),
                "product2": Spec(required=True, child_relationship="PricebookEntries", on_delete="cascade", updateable=False),
                "name": READ, "product_code": READ, "unit_price": Spec(kind="money", required=True),
                "currency_iso_code": Spec(kind="picklist", choices=currencies, updateable=False),
            },
            search=("Name", "ProductCode"),
        ),
        Standard(
            "sales.OpportunityLineItem", "00k", _("Deal product"), _("Deal products"), icon="package", tab=False,
            compact=("ProductCode", "Quantity", "UnitPrice", "TotalPrice"),
            fields={
                "opportunity": Spec(
                    kind="masterdetail", child_relationship="OpportunityLineItems", on_delete="cascade", updateable=False
                ),
                "pricebook_entry": Spec(
                    required=True, child_relationship="OpportunityLineItems", on_delete="restrict", updateable=False
                ),
                "product2": Spec(readonly=True, history=False, child_relationship="OpportunityLineItems", on_delete="restrict"),
                "name": READ, "product_code": READ, "quantity": Spec(required=True, options={"scale": 2}),
                "list_price": Spec(kind="money", readonly=True),
                "unit_price": MONEY, "discount": Spec(kind="percent", options={"scale": 2}),
                "total_price": Spec(kind="money", readonly=True),
                "currency_iso_code": Spec(kind="picklist", choices=currencies, readonly=True),
            },
        ),
    )  # fmt: skip

"""Contracts and orders for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.definitions import Choice
from essor.catalog.standard import Spec, Standard, pick
from essor.domain.currencies.objects import CURRENCY
from essor.domain.sales.objects import MONEY, address
from essor.domain.sales.quotes.objects import LANGUAGES, READ, SUM, sold_line

ACTIVATED = "Activated"
CONTRACT_STATUSES = (
    Choice("Draft", pgettext_lazy("contract", "Draft"), default=True),  # type: ignore[arg-type]
    Choice("In Approval Process", pgettext_lazy("contract", "In approval")),  # type: ignore[arg-type]
    Choice(ACTIVATED, pgettext_lazy("contract", "Activated"), facts={"closed": True, "won": True}),  # type: ignore[arg-type]
)
ORDER_STATUSES = (
    Choice("Draft", pgettext_lazy("order", "Draft"), default=True),  # type: ignore[arg-type]
    Choice(ACTIVATED, pgettext_lazy("order", "Activated"), facts={"closed": True, "won": True}),  # type: ignore[arg-type]
)
NOTICES = pick(
    ("15", _("15 days")),
    ("30", _("30 days")),
    ("45", _("45 days")),
    ("60", _("60 days")),
    ("90", _("90 days")),
    ("120", _("120 days")),
)

OBJECTS = (
    Standard(
        "orders.Contract",
        "800",
        _("Contract"),
        _("Contracts"),
        icon="clipboard",
        name_field="ContractNumber",
        about=_("Contracts say what you have agreed with an account, and until when."),
        compact=("AccountId", "Status", "StartDate", "EndDate"),
        fields={
            "contract_number": Spec(kind="autonumber", readonly=True, options={"format": "C-{00000}"}),
            "account": Spec(required=True, child_relationship="Contracts", on_delete="restrict"),
            "status": Spec(kind="picklist", choices=CONTRACT_STATUSES, required=True),
            "contract_term": Spec(options={"scale": 0}),
            "end_date": READ,
            "owner_expiration_notice": Spec(
                kind="picklist",
                choices=NOTICES,
                help=_("How many days before the contract ends its owner and the account’s owner are told."),
            ),
            "customer_signed": Spec(child_relationship="ContractsSigned"),
            "former_contract": Spec(child_relationship="Renewals"),
            "activated_date": READ,
            "currency_iso_code": CURRENCY,
        },
        hidden=frozenset({"expiry_told_for"}),
        search=("ContractNumber", "Account.Name"),
        path_field="Status",
        activities=True,
    ),
    Standard(
        "orders.Order",
        "801",
        pgettext_lazy("sales", "Order"),
        _("Orders"),
        icon="file-spreadsheet",
        name_field="OrderNumber",
        about=_("Orders say what an account has bought. Create them from an opportunity you have won."),
        compact=("AccountId", "Status", "GrandTotal", "EffectiveDate", "EndDate"),
        fields={
            "order_number": Spec(kind="autonumber", readonly=True, options={"format": "O-{00000}"}),
            "account": Spec(required=True, child_relationship="Orders", on_delete="restrict"),
            "opportunity": Spec(child_relationship="Orders"),
            "quote": Spec(child_relationship="Orders"),
            "contract": Spec(child_relationship="Orders", on_delete="restrict"),
            "bill_to_contact": Spec(child_relationship="Orders"),
            "pricebook2": Spec(readonly=True, history=False, child_relationship="Orders"),
            "status": Spec(kind="picklist", choices=ORDER_STATUSES, required=True),
            "effective_date": Spec(required=True),
            "language": Spec(kind="picklist", choices=LANGUAGES, help=_("The language of the document.")),
            "subtotal": SUM,
            "total_amount": SUM,
            "tax": SUM,
            "grand_total": SUM,
            "discount": Spec(kind="percent", readonly=True, history=False, options={"scale": 2}),
            "shipping_handling": MONEY,
            "shipping_tax_rate": Spec(kind="percent", options={"scale": 2, "default": 20}),
            "activated_date": READ,
            "currency_iso_code": CURRENCY,
        },
        compounds={"BillingAddress": (_("Billing address"), "address", address("billing_"))},
        search=("OrderNumber", "Account.Name", "PoNumber"),
        path_field="Status",
        activities=True,
    ),
    Standard(
        "orders.OrderItem",
        "802",
        _("Order line"),
        _("Order lines"),
        icon="package",
        tab=False,
        compact=("ProductCode", "Quantity", "UnitPrice", "TotalPrice"),
        fields={
            "order": Spec(
                kind="masterdetail", child_relationship="OrderItems", on_delete="cascade", updateable=False
            ),
            **sold_line("OrderItems"),
        },
    ),
)

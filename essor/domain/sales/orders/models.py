"""Contracts, orders and their lines: Salesforce's objects and fields."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.record import LIVE, Record
from essor.domain.sales.models import (
    Account,
    Contact,
    Opportunity,
    Pricebook2,
    PricebookEntry,
    Product2,
    line,
)
from essor.domain.sales.products.models import SoldLine
from essor.domain.sales.products.totals import USUAL_RATE
from essor.domain.sales.quotes.models import Quote


class Contract(Record):
    """What was agreed with a customer for some months; `expiry_told_for` is the end that people were told of."""

    contract_number = line(_("Contract number"), 30)
    account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="contracts", verbose_name=_("Account")
    )
    status = models.CharField(_("Status"), max_length=40, default="Draft")
    start_date = models.DateField(_("Start date"), null=True, blank=True)
    contract_term = models.FloatField(_("Term in months"), null=True, blank=True)
    end_date = models.DateField(_("End date"), null=True, blank=True)
    owner_expiration_notice = line(_("Notice before the end"), 10)
    customer_signed = models.ForeignKey(
        Contact,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("Signed by"),
    )
    customer_signed_date = models.DateField(_("Signed on"), null=True, blank=True)
    activated_date = models.DateTimeField(_("Activated on"), null=True, blank=True)
    former_contract = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("Contract it renews"),
    )
    special_terms = models.TextField(_("Special terms"), null=True, blank=True)
    description = models.TextField(_("Description"), null=True, blank=True)
    expiry_told_for = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account"], name="contract_account", condition=LIVE),
            models.Index(fields=["status", "end_date"], name="contract_ends", condition=LIVE),
        ]


class Order(Record):
    """What a customer ordered."""

    order_number = line(_("Order number"), 30)
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="orders", verbose_name=_("Account"))
    opportunity = models.ForeignKey(
        Opportunity,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("Opportunity"),
    )
    quote = models.ForeignKey(
        Quote, models.DO_NOTHING, null=True, blank=True, related_name="orders", verbose_name=_("Quote")
    )
    contract = models.ForeignKey(
        Contract, models.DO_NOTHING, null=True, blank=True, related_name="orders", verbose_name=_("Contract")
    )
    bill_to_contact = models.ForeignKey(
        Contact, models.DO_NOTHING, null=True, blank=True, related_name="orders", verbose_name=_("Contact")
    )
    pricebook2 = models.ForeignKey(
        Pricebook2,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("Price book"),
    )
    status = models.CharField(_("Status"), max_length=40, default="Draft")
    effective_date = models.DateField(_("Order date"))
    end_date = models.DateField(_("Until"), null=True, blank=True)
    po_number = line(_("Customer’s order number"), 80)
    language = models.CharField(_("Language"), max_length=5, null=True, blank=True)
    subtotal = models.BigIntegerField(_("Subtotal"), default=0)
    discount = models.FloatField(_("Discount"), null=True, blank=True)
    total_amount = models.BigIntegerField(_("Order amount"), default=0)
    shipping_handling = models.BigIntegerField(_("Shipping and handling"), null=True, blank=True)
    shipping_tax_rate = models.FloatField(
        _("VAT rate of shipping"), null=True, blank=True, default=USUAL_RATE
    )
    tax = models.BigIntegerField(_("VAT"), default=0)
    grand_total = models.BigIntegerField(_("Grand total"), default=0)
    activated_date = models.DateTimeField(_("Activated on"), null=True, blank=True)
    billing_street = models.TextField(_("Billing street"), null=True, blank=True)
    billing_city = line(_("Billing city"), 120)
    billing_postal_code = line(_("Billing postal code"), 20)
    billing_state = line(_("Billing state or region"), 120)
    billing_country = line(_("Billing country"), 120)
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "effective_date"], name="order_account", condition=LIVE),
            models.Index(fields=["effective_date", "id"], name="order_date", condition=LIVE),
        ]


class OrderItem(SoldLine):
    """One line of an order."""

    order = models.ForeignKey(
        Order, models.DO_NOTHING, related_name="order_items", verbose_name=pgettext_lazy("sales", "Order")
    )
    pricebook_entry = models.ForeignKey(
        PricebookEntry, models.DO_NOTHING, related_name="order_items", verbose_name=_("Price book entry")
    )
    product2 = models.ForeignKey(
        Product2, models.DO_NOTHING, null=True, related_name="order_items", verbose_name=_("Product")
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["order", "sort_order"], name="order_item_place", condition=LIVE)
        ]

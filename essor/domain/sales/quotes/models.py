"""Quotes and their lines, Salesforce's objects and fields; and what a document must say about the seller."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Record
from essor.domain.sales.models import (
    Account,
    Contact,
    Opportunity,
    Pricebook2,
    PricebookEntry,
    Product2,
    line,
    texts_index,
)
from essor.domain.sales.products.models import SoldLine
from essor.domain.sales.products.totals import USUAL_RATE


class Quote(Record):
    """An offer in writing: one version of it. A later version has the same number and makes the earlier ones read-only."""

    quote_number = line(_("Quote number"), 30)
    version = models.PositiveIntegerField(_("Version"), default=1, db_default=1)
    name = models.CharField(_("Quote name"), max_length=255)
    opportunity = models.ForeignKey(
        Opportunity, models.DO_NOTHING, related_name="quotes", verbose_name=_("Opportunity")
    )
    account = models.ForeignKey(
        Account, models.DO_NOTHING, null=True, blank=True, related_name="quotes", verbose_name=_("Account")
    )
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, null=True, blank=True, related_name="quotes", verbose_name=_("Contact")
    )
    pricebook2 = models.ForeignKey(
        Pricebook2,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("Price book"),
    )
    previous_quote = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Earlier version"),
    )
    status = models.CharField(_("Status"), max_length=40, default="Draft")
    language = models.CharField(_("Language"), max_length=5, null=True, blank=True)
    expiration_date = models.DateField(_("Valid until"), null=True, blank=True)
    is_syncing = models.BooleanField(_("Drives the deal’s products"), default=False)
    is_superseded = models.BooleanField(_("Replaced by a later version"), default=False)
    subtotal = models.BigIntegerField(_("Subtotal"), default=0)
    discount = models.FloatField(_("Discount"), null=True, blank=True)
    total_price = models.BigIntegerField(_("Total before tax"), default=0)
    shipping_handling = models.BigIntegerField(_("Shipping and handling"), null=True, blank=True)
    shipping_tax_rate = models.FloatField(
        _("VAT rate of shipping"), null=True, blank=True, default=USUAL_RATE
    )
    tax = models.BigIntegerField(_("VAT"), default=0)
    grand_total = models.BigIntegerField(_("Grand total"), default=0)
    billing_name = line(_("Billing name"))
    billing_street = models.TextField(_("Billing street"), null=True, blank=True)
    billing_city = line(_("Billing city"), 120)
    billing_postal_code = line(_("Billing postal code"), 20)
    billing_state = line(_("Billing state or region"), 120)
    billing_country = line(_("Billing country"), 120)
    payment_terms = line(_("Payment terms"))
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes = [
            texts_index("quote_name", "name"),
            models.Index(fields=["opportunity", "is_syncing"], name="quote_of_deal", condition=LIVE),
        ]


class QuoteLineItem(SoldLine):
    """One line of a quote."""

    quote = models.ForeignKey(
        Quote, models.DO_NOTHING, related_name="quote_line_items", verbose_name=_("Quote")
    )
    pricebook_entry = models.ForeignKey(
        PricebookEntry, models.DO_NOTHING, related_name="quote_line_items", verbose_name=_("Price book entry")
    )
    product2 = models.ForeignKey(
        Product2, models.DO_NOTHING, null=True, related_name="quote_line_items", verbose_name=_("Product")
    )

    class Meta:
        indexes = [models.Index(fields=["quote", "sort_order"], name="quote_line_place", condition=LIVE)]


class Letterhead(models.Model):
    """One row: what documents say about us. The logo is a file of the store, `logo` its place there."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    legal_name = models.CharField(max_length=120, blank=True)
    legal_form = models.CharField(max_length=60, blank=True)
    capital = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=120, blank=True)
    siret = models.CharField(max_length=20, blank=True)
    register = models.CharField(max_length=80, blank=True)
    vat_number = models.CharField(max_length=30, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    website = models.CharField(max_length=200, blank=True)
    iban = models.CharField(max_length=42, blank=True)
    payment_days = models.PositiveSmallIntegerField(default=30)
    penalty_rate = models.CharField(max_length=20, blank=True)
    no_vat_note = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    logo = models.CharField(max_length=255, blank=True)
    logo_format = models.CharField(max_length=4, blank=True)

    def __str__(self) -> str:
        return self.legal_name

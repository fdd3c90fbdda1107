"""Products, price books, and the lines of a deal: Salesforce's objects and fields."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail, Record
from essor.domain.sales.products.totals import USUAL_RATE
from essor.query.folding import Folded


def line(label: str | Promise, length: int = 255) -> models.CharField[str | None, str | None]:
    """Return a nullable text column; empty text is stored as NULL, as Salesforce does."""
    return models.CharField(cast("str", label), max_length=length, null=True, blank=True)


class Product2(Record):
    """Something we sell."""

    name = models.CharField(_("Product name"), max_length=255)
    product_code = line(_("Product code"))
    family = line(_("Product family"))
    is_active = models.BooleanField(_("Active"), default=True)
    quantity_unit_of_measure = line(_("Unit"), 40)
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        app_label = "sales"
        indexes = [models.Index(Folded("name"), "id", name="product_name", condition=LIVE)]


class Pricebook2(Record):
    """A list of prices: the standard one, or one for some customers."""

    name = models.CharField(_("Price book name"), max_length=255)
    is_active = models.BooleanField(_("Active"), default=True)
    is_standard = models.BooleanField(_("Standard price book"), default=False)
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        app_label = "sales"


class PricebookEntry(Detail):
    """The price of a product in a price book and a currency."""

    pricebook2 = models.ForeignKey(
        Pricebook2, models.DO_NOTHING, related_name="pricebook_entries", verbose_name=_("Price book")
    )
    product2 = models.ForeignKey(
        Product2, models.DO_NOTHING, related_name="pricebook_entries", verbose_name=_("Product")
    )
    name = line(_("Product name"))
    product_code = line(_("Product code"))
    unit_price = models.BigIntegerField(_("List price"), null=True, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)

    class Meta:
        app_label = "sales"
        constraints = [
            models.UniqueConstraint(
                fields=["pricebook2", "product2", "currency_iso_code"],
                name="pricebook_entry_once",
                condition=LIVE,
            )
        ]
        indexes = [models.Index(Folded("name"), "id", name="pricebook_entry_name", condition=LIVE)]


class OpportunityLineItem(Detail):
    """One line of a deal: so many of a product, at a price, with a discount."""

    opportunity = models.ForeignKey(
        "sales.Opportunity",
        models.DO_NOTHING,
        related_name="opportunity_line_items",
        verbose_name=_("Opportunity"),
    )
    pricebook_entry = models.ForeignKey(
        PricebookEntry,
        models.DO_NOTHING,
        related_name="opportunity_line_items",
        verbose_name=_("Price book entry"),
    )
    product2 = models.ForeignKey(
        Product2,
        models.DO_NOTHING,
        null=True,
        related_name="opportunity_line_items",
        verbose_name=_("Product"),
    )
    name = line(_("Name"))
    product_code = line(_("Product code"))
    quantity = models.FloatField(_("Quantity"), null=True, blank=True)
    list_price = models.BigIntegerField(_("List price"), null=True, blank=True)
    unit_price = models.BigIntegerField(_("Sales price"), null=True, blank=True)
    discount = models.FloatField(_("Discount"), null=True, blank=True)
    total_price = models.BigIntegerField(_("Total price"), null=True, blank=True)
    service_date = models.DateField(_("Service date"), null=True, blank=True)
    description = line(_("Line description"))

    class Meta:
        app_label = "sales"
        indexes = [models.Index(fields=["opportunity", "id"], name="line_item_opportunity")]


class SoldLine(Detail):
    """What a line of a quote or an order says: so many of a product, at a price, with a discount and a rate of VAT."""

    name = line(_("Name"))
    product_code = line(_("Product code"))
    sort_order = models.FloatField(_("Place"), null=True, blank=True)
    quantity = models.FloatField(_("Quantity"), null=True, blank=True)
    list_price = models.BigIntegerField(_("List price"), null=True, blank=True)
    unit_price = models.BigIntegerField(_("Sales price"), null=True, blank=True)
    discount = models.FloatField(_("Discount"), null=True, blank=True)
    subtotal = models.BigIntegerField(_("Subtotal"), null=True, blank=True)
    total_price = models.BigIntegerField(_("Total price"), null=True, blank=True)
    tax_rate = models.FloatField(_("VAT rate"), null=True, blank=True, default=USUAL_RATE)
    service_date = models.DateField(_("Service date"), null=True, blank=True)
    description = line(_("Line description"))

    class Meta:
        abstract = True

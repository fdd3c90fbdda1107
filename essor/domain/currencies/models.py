"""Currencies and their dated rates: Salesforce's objects and fields."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail


class CurrencyType(Detail):
    """A currency that we sell in. Its own rate holds for days before its first dated rate."""

    iso_code = models.CharField(_("Currency code"), max_length=3)
    conversion_rate = models.FloatField(_("Rate without a date"))
    decimal_places = models.PositiveIntegerField(_("Decimal places"), default=2)
    is_active = models.BooleanField(_("Active"), default=True)
    is_corporate = models.BooleanField(_("Company currency"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["iso_code"], name="currency_type_once", condition=LIVE)
        ]


class DatedConversionRate(Detail):
    """What a currency was worth from a day on, until its next dated rate."""

    iso_code = models.CharField(_("Currency code"), max_length=3)
    start_date = models.DateField(_("From"))
    conversion_rate = models.FloatField(_("Rate"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["iso_code", "start_date"], name="dated_rate_once", condition=LIVE)
        ]

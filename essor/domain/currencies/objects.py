"""Currencies for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Spec, Standard, pick
from essor.domain.currencies.codes import CODES

CURRENCY = Spec(kind="picklist", choices=pick(*CODES))
CODE = Spec(kind="picklist", choices=pick(*CODES), required=True, updateable=False)
RATE = Spec(
    required=True, options={"scale": 8}, help=_("How much of it one unit of the company’s currency is worth.")
)

OBJECTS = (
    Standard(
        "currencies.CurrencyType",
        "01L",
        _("Currency"),
        _("Currencies"),
        icon="currency-euro",
        name_field="IsoCode",
        compact=("ConversionRate",),
        tab=False,
        fields={
            "iso_code": CODE,
            "conversion_rate": RATE,
            "decimal_places": Spec(readonly=True, history=False),
            "is_corporate": Spec(readonly=True, history=False),
        },
        hidden=frozenset({"currency_iso_code"}),
    ),
    Standard(
        "currencies.DatedConversionRate",
        "04w",
        _("Dated exchange rate"),
        _("Dated exchange rates"),
        icon="currency-euro",
        name_field="IsoCode",
        tab=False,
        compact=("StartDate", "ConversionRate"),
        fields={
            "iso_code": CODE,
            "start_date": Spec(required=True, updateable=False),
            "conversion_rate": RATE,
        },
        hidden=frozenset({"currency_iso_code"}),
    ),
)

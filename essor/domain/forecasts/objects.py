"""The forecast objects for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Spec, Standard
from essor.domain.currencies.objects import CURRENCY

OBJECTS = (
    Standard(
        "forecasts.ForecastingQuota",
        "0J9",
        _("Quota"),
        _("Quotas"),
        icon="target",
        tab=False,
        about=_("Quotas say what each person is to sell in a month."),
        compact=("StartDate", "QuotaAmount"),
        fields={
            "name": Spec(readonly=True, history=False, help=_("Made of the person and the month.")),
            "quota_owner": Spec(required=True, child_relationship="ForecastingQuotas", on_delete="restrict"),
            "start_date": Spec(required=True, help=_("The first day of a month.")),
            "quota_amount": Spec(kind="money", required=True),
            "owner": Spec(readonly=True, history=False),
            "currency_iso_code": CURRENCY,
        },
        hidden=frozenset({"last_activity_date"}),
        search=("Name",),
    ),
)

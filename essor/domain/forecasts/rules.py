"""What a quota must keep to: a month, one per person and month, set by somebody above."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.access.models import User
from essor.access.rights import Right
from essor.access.rows import may
from essor.domain.forecasts import scope
from essor.domain.forecasts.models import ForecastingQuota
from essor.records.batch import Batch, Row
from essor.records.rules import before


@before("ForecastingQuota", reads=("QuotaOwnerId", "StartDate", "QuotaAmount", "CurrencyIsoCode", "Name"))
def quota(batch: Batch) -> None:
    """Check and complete the quotas of a batch."""
    for row in batch:
        _allow(batch, row)
        start, amount = row.get("StartDate"), row.get("QuotaAmount")
        if start is not None and start.day != 1:
            row.refuse("StartDate", _("A quota begins on the first day of a month."))
        if amount is not None and amount < 0:
            row.refuse("QuotaAmount", _("A quota is not below zero."))
    _complete(batch)
    _once(batch)


def _allow(batch: Batch, row: Row) -> None:
    """Refuse a quota for somebody who is not below the writer; nobody sets their own."""
    actor = batch.actor
    if actor.system or may(actor, scope.QUOTA, Right.MODIFY_ALL):
        return
    below = actor.snapshot.below(actor.user_id)
    for person in (row.get("QuotaOwnerId"), row.prior("QuotaOwnerId")):
        if person is not None and person not in below:
            row.refuse("QuotaOwnerId", _("You set quotas only for people below you in the role tree."))
            return


def _complete(batch: Batch) -> None:
    """Give each quota its name, and to the person it is for."""
    people = {person for row in batch if (person := row.get("QuotaOwnerId")) is not None}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    for row in batch:
        person, start = row.get("QuotaOwnerId"), row.get("StartDate")
        if person in names and start is not None:
            row.set("Name", f"{names[person]} – {start:%Y-%m}"[:255])
            row.set("OwnerId", person)


def _once(batch: Batch) -> None:
    """Refuse a second quota for the same person, month and currency."""
    rows = list(batch)
    stored = {
        (person, start, currency): key
        for key, person, start, currency in ForecastingQuota.objects.filter(
            is_deleted=False,
            quota_owner_id__in={row.get("QuotaOwnerId") for row in rows} - {None},
            start_date__in={row.get("StartDate") for row in rows} - {None},
        ).values_list("pk", "quota_owner_id", "start_date", "currency_iso_code")
    }
    for row in rows:
        place = (row.get("QuotaOwnerId"), row.get("StartDate"), row.get("CurrencyIsoCode"))
        if stored.get(place, row.change.id) != row.change.id:
            row.refuse("StartDate", _("This person already has a quota for this month."), "DUPLICATE_VALUE")
        stored.setdefault(place, row.change.id or -row.index - 1)

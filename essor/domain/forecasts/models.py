"""Quotas as records; adjustments, snapshots and who takes part in leaderboards as tables of this room's own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Record


class ForecastingQuota(Record):
    """What a person is to sell in the month that begins at `start_date`; it belongs to that person."""

    name = models.CharField(_("Quota"), max_length=255, null=True, blank=True)
    quota_owner = models.ForeignKey(
        "access.User", models.DO_NOTHING, related_name="+", db_constraint=False, verbose_name=_("For")
    )
    start_date = models.DateField(_("First day"))
    quota_amount = models.BigIntegerField(_("Amount"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["quota_owner", "start_date", "currency_iso_code"],
                name="forecasts_one_quota",
                condition=LIVE,
            )
        ]


class Adjustment(models.Model):
    """What somebody thinks a person's figure will really be. Rows are only ever added: the newest one counts.

    `amount` is in minor units, empty when the adjustment was taken back; `figure_then` is what the deals said.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey("access.User", models.DO_NOTHING, related_name="+", db_constraint=False)
    author = models.ForeignKey("access.User", models.DO_NOTHING, related_name="+", db_constraint=False)
    period = models.CharField(max_length=8)
    figure = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True)
    figure_then = models.BigIntegerField(default=0)
    note = models.CharField(max_length=255, null=True)
    created_date = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["period", "subject", "figure"], name="forecasts_adjusted")]


class Snapshot(models.Model):
    """A day of which there is a picture, and the instant at which it was taken."""

    day = models.DateField(primary_key=True)
    taken_at = models.DateTimeField()


class SnapshotDeal(models.Model):
    """One deal as it stood when the picture of a day was taken; the deal itself may be gone since.

    `converted` is the amount in the company's currency at the rate that the deal had that day, empty without one.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    opportunity = models.ForeignKey(
        "sales.Opportunity",
        models.DO_NOTHING,
        null=True,
        related_name="forecast_snapshots",
        db_constraint=False,
        db_index=False,
    )
    owner_id = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    converted = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=255)
    category = models.CharField(max_length=40, null=True)
    close_date = models.DateField()
    is_closed = models.BooleanField()
    is_won = models.BooleanField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["opportunity", "day"], name="forecasts_deal_day"),
            models.Index(fields=["day", "close_date"], name="forecasts_day_close"),
        ]


class Participant(models.Model):
    """Somebody who chose to take part in leaderboards."""

    user = models.OneToOneField(
        "access.User", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    since = models.DateTimeField(default=timezone.now)

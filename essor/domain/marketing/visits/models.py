"""The company's sites, what is read there day by day, browsers whose person agreed to be known, and what these read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail
from essor.domain.marketing.campaigns.models import Campaign, line
from essor.domain.marketing.consent.models import Individual

KEPT_MONTHS = 6
ELSEWHERE = "…"  # the path under which pages beyond a day's number are counted


class Website(models.Model):
    """One site of the company, by its origin as browsers send it: “https://www.acme.fr”."""

    id = models.BigAutoField(primary_key=True)
    origin = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        """Return its origin."""
        return self.origin


class VisitPolicy(models.Model):
    """How long visits are kept: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kept_months = models.PositiveSmallIntegerField(default=KEPT_MONTHS)


class PageDay(models.Model):
    """How often a page was read on a day, whoever it was. `campaign_id` 0: by no campaign of ours."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    site = models.CharField(max_length=255)
    path = models.CharField(max_length=255)
    campaign_id = models.BigIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "site", "path", "campaign_id"], name="page_day_once")
        ]
        indexes: ClassVar = [models.Index(fields=["campaign_id", "path"], name="page_day_campaign")]


class Visitor(models.Model):
    """A browser whose reader agreed on the site; `individual` is who it is, once that is known. `wording`: what was agreed to."""

    id = models.BigAutoField(primary_key=True)
    individual = models.ForeignKey(Individual, models.DO_NOTHING, null=True, related_name="+")
    site = models.CharField(max_length=255)
    wording = models.TextField(default="")
    agreed_at = models.DateTimeField(default=timezone.now)
    seen_on = models.DateField(default=timezone.localdate)


class PageView(Detail):
    """One page that a contact or a lead read on the company's site."""

    contact = models.ForeignKey(
        "sales.Contact",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="page_views",
        db_index=False,
        verbose_name=_("Contact"),
    )
    lead = models.ForeignKey(
        "sales.Lead",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="page_views",
        db_index=False,
        verbose_name=_("Lead"),
    )
    campaign = models.ForeignKey(
        Campaign,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="page_views",
        db_index=False,
        verbose_name=_("Campaign"),
    )
    site = models.CharField(_("Site"), max_length=255)
    path = models.CharField(_("Page"), max_length=255)
    visited_date = models.DateTimeField(_("Viewed on"))
    referrer = line(_("Came from the site"))
    utm_source = line(_("UTM source"))
    utm_medium = line(_("UTM medium"))
    utm_campaign = line(_("UTM campaign"))
    utm_term = line(_("UTM term"))
    utm_content = line(_("UTM content"))
    is_machine = models.BooleanField(_("Viewed by a machine"), default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["contact", "visited_date"], name="page_view_contact", condition=LIVE),
            models.Index(fields=["lead", "visited_date"], name="page_view_lead", condition=LIVE),
            models.Index(fields=["campaign"], name="page_view_campaign", condition=LIVE),
            models.Index(fields=["visited_date"], name="page_view_date"),
        ]

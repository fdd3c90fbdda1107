"""Campaigns with their statuses and members: Salesforce's objects and fields, and what an event needs beyond them."""

from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.record import LIVE, Detail, Record
from essor.query.folding import Folded


def line(label: str | Promise, length: int = 255) -> models.CharField[str | None, str | None]:
    """Return a nullable text column."""
    return models.CharField(cast("str", label), max_length=length, null=True, blank=True)


def money(label: str | Promise) -> models.BigIntegerField[int | None, int | None]:
    """Return a nullable sum in minor units."""
    return models.BigIntegerField(cast("str", label), null=True, blank=True)


def counted(label: str | Promise) -> models.BigIntegerField[int, int]:
    """Return the column of a roll-up that counts or adds up: never empty."""
    return models.BigIntegerField(cast("str", label), default=0, db_default=0)


class Campaign(Record):
    """Something that marketing does to many people at once, with what was hoped for and what came of it."""

    name = models.CharField(_("Campaign name"), max_length=255)
    parent = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="child_campaigns",
        verbose_name=_("Parent campaign"),
    )
    type = line(_("Type"))
    status = line(_("Status"))
    is_active = models.BooleanField(_("Active"), default=True)
    start_date = models.DateField(_("Start date"), null=True, blank=True)
    end_date = models.DateField(_("End date"), null=True, blank=True)
    budgeted_cost = money(_("Budgeted cost"))
    actual_cost = money(_("Actual cost"))
    expected_revenue = money(_("Expected revenue"))
    expected_response = models.FloatField(_("Expected response"), null=True, blank=True)
    number_sent = models.FloatField(_("Number sent"), null=True, blank=True)
    event_date = models.DateTimeField(_("Event begins"), null=True, blank=True)
    location = line(_("Place"))
    capacity = models.FloatField(_("Places"), null=True, blank=True)
    number_of_contacts = counted(_("Contacts"))
    number_of_leads = counted(_("Leads"))
    number_of_responses = counted(_("Responses"))
    number_of_opportunities = counted(_("Opportunities"))
    number_of_won_opportunities = counted(_("Won opportunities"))
    amount_all_opportunities = counted(_("Value of opportunities"))
    amount_won_opportunities = counted(_("Value of won opportunities"))
    description = models.TextField(_("Description"), null=True, blank=True)
    tags_links = models.BooleanField(
        _("Tag links to our sites with the campaign"), default=True, db_default=True
    )
    utm_campaign = line(_("UTM campaign"))
    utm_source = line(_("UTM source"))
    utm_medium = line(_("UTM medium"))

    class Meta:
        indexes: ClassVar = [models.Index(Folded("name"), "id", name="campaign_name", condition=LIVE)]


class CampaignMemberStatus(Detail):
    """One status that the members of a campaign may have; exactly one is the first that they get.

    `meaning` is what the status is to a mailing or an event, whatever it is called: one of `objects.MEANINGS`.
    """

    campaign = models.ForeignKey(
        Campaign, models.DO_NOTHING, related_name="campaign_member_statuses", verbose_name=_("Campaign")
    )
    label = models.CharField(_("Status"), max_length=80)
    sort_order = models.FloatField(_("Order"), default=0)
    has_responded = models.BooleanField(_("Counts as a response"), default=False)
    is_default = models.BooleanField(_("First status"), default=False)
    meaning = line(pgettext_lazy("member status", "Meaning"), 16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "label"], name="campaign_status_once", condition=LIVE)
        ]


class CampaignMember(Detail):
    """A contact or a lead in a campaign, once. A lead that was converted is named together with the contact it became."""

    campaign = models.ForeignKey(
        Campaign,
        models.DO_NOTHING,
        related_name="campaign_members",
        verbose_name=_("Campaign"),
        db_index=False,
    )
    contact = models.ForeignKey(
        "sales.Contact",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="campaign_members",
        verbose_name=_("Contact"),
    )
    lead = models.ForeignKey(
        "sales.Lead",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="campaign_members",
        verbose_name=_("Lead"),
    )
    status = line(_("Status"), 80)
    has_responded = models.BooleanField(_("Responded"), default=False)
    first_responded_date = models.DateField(_("First responded on"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("Waiting since"), null=True, blank=True)
    checked_in_date = models.DateTimeField(_("Checked in"), null=True, blank=True)
    sent_date = models.DateTimeField(_("Mailed on"), null=True, blank=True)
    first_opened_date = models.DateTimeField(_("First opened on"), null=True, blank=True)
    first_clicked_date = models.DateTimeField(_("First clicked on"), null=True, blank=True)
    bounced_date = models.DateTimeField(_("Bounced on"), null=True, blank=True)
    opted_out_date = models.DateTimeField(_("Opted out on"), null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["campaign", "status", "id"], name="campaign_member_status", condition=LIVE)
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "contact"],
                name="campaign_contact_once",
                condition=LIVE & Q(contact__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["campaign", "lead"], name="campaign_lead_once", condition=LIVE & Q(lead__isnull=False)
            ),
        ]


class InfluenceSetting(models.Model):
    """One row: how many days before a deal began somebody's response still counts as having brought it about."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    days = models.PositiveIntegerField(default=365)

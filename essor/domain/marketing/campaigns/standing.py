"""Where a campaign stands by itself: in progress when its first mailing goes out, completed once its last day is over.

A rule never overrules a person: it takes a campaign one step on, and whoever moves it elsewhere afterwards has the last word.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from django.utils import timezone

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.kernel.clock import zone_named
from essor.records import unattended
from essor.records.change import Change, Source
from essor.records.models import History

PLANNED, IN_PROGRESS, COMPLETED = "Planned", "In Progress", "Completed"
SOURCE = Source(name="campaigns")


def begin(campaigns: Collection[int]) -> None:
    """Set planned campaigns in progress: something of theirs goes out now. All others stay as people left them."""
    planned = Campaign.objects.filter(pk__in=campaigns, status=PLANNED, is_deleted=False)
    _move(planned.values_list("pk", flat=True), IN_PROGRESS)


def complete() -> None:
    """Complete campaigns in progress whose last day is over, unless somebody set their status after that day."""
    zone = zone_named(system_actor().company.timezone)
    over = Campaign.objects.filter(
        status=IN_PROGRESS, end_date__lt=timezone.now().astimezone(zone).date(), is_deleted=False
    )
    ends = dict(over.values_list("pk", "end_date"))
    told = History.objects.filter(object_name=CAMPAIGN, record_id__in=ends, changes__has_key="Status")
    spoken = {
        key
        for key, at in told.values_list("record_id", "created_date")
        if at >= datetime.combine(ends[key] or at.date(), time.max, zone)
    }
    _move([key for key in ends if key not in spoken], COMPLETED)


def _move(keys: Collection[int], status: str) -> None:
    """Write a status where the organization still has it among its choices."""
    if keys and current.get().object(CAMPAIGN).field("Status").choice(status):
        changes = [Change(CAMPAIGN, {"Status": status}, id=key) for key in keys]
        unattended.write(CAMPAIGN, changes, source=SOURCE)

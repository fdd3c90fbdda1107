"""A campaign begins with its first mailing and ends after its last day, unless somebody says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.campaigns import standing
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.tests.conftest import Make
from essor.records.change import Change
from essor.records.models import History
from essor.records.save import save

pytestmark = pytest.mark.django_db


def test_it_is_completed_after_its_last_day_unless_somebody_said_otherwise_since(
    admin: Actor, make: Make
) -> None:
    today = timezone.localdate()
    ends = {
        name: (today + timedelta(days=day)).isoformat()
        for name, day in (("over", -3), ("today", 0), ("reopened", -3))
    }
    keys = {
        name: make("Campaign", Name=name, Status="In Progress", EndDate=end) for name, end in ends.items()
    }
    make("Campaign", Name="open", Status="In Progress")
    planned = make("Campaign", Name="never begun", EndDate=(today - timedelta(3)).isoformat())
    standing.complete()
    assert set(Campaign.objects.filter(status="Completed").values_list("pk", flat=True)) == {
        keys["over"],
        keys["reopened"],
    }
    save(admin, Change("Campaign", {"Status": "In Progress"}, id=keys["reopened"]))
    standing.complete()
    assert Campaign.objects.get(pk=keys["reopened"]).status == "In Progress"
    assert Campaign.objects.get(pk=planned).status == "Planned"
    # A last day that somebody moves and that passes again counts again.
    History.objects.filter(record_id=keys["reopened"]).update(created_date=timezone.now() - timedelta(10))
    standing.complete()
    assert Campaign.objects.get(pk=keys["reopened"]).status == "Completed"

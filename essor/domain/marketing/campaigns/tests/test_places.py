"""Whoever comes too late waits; whoever declines makes room; both are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.tests.conftest import statuses
from essor.kernel.models import OutboxEvent
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save

pytestmark = pytest.mark.django_db
HERE, WAITS = "Registered", "On the waiting list"


def test_places_go_to_those_who_came_first(event: Any, admin: Actor) -> None:
    campaign, members = event(2, 4)
    assert statuses(campaign) == [HERE, HERE, WAITS, WAITS]
    save(admin, Change("CampaignMember", {"Status": "Declined"}, id=members[0]))
    assert statuses(campaign) == ["Declined", HERE, HERE, WAITS]
    told = {
        one.topic: json.loads(one.record_ids)
        for one in OutboxEvent.objects.filter(topic__startswith="campaign.")
    }
    assert (told["campaign.declined"], told["campaign.moved_up"]) == ([members[0]], [members[2]])
    delete(admin, "CampaignMember", [members[1]])
    assert statuses(campaign) == ["Declined", HERE, HERE]
    save(admin, Change("CampaignMember", {"Status": HERE}, id=members[0]))
    assert statuses(campaign) == [WAITS, HERE, HERE]
    save(admin, Change("Campaign", {"Capacity": 3}, id=campaign))
    assert statuses(campaign) == [HERE, HERE, HERE]


def test_who_stands_at_the_door_comes_in(event: Any, admin: Actor) -> None:
    campaign, members = event(1, 2)
    save(admin, Change("CampaignMember", {"Status": "Attended"}, id=members[1]))
    assert statuses(campaign) == [HERE, "Attended"]
    assert Campaign.objects.get().campaign_members.get(pk=members[1]).checked_in_date is not None

"""Users of the access room, and makers of people and campaigns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.records.change import Change
from essor.records.save import save, save_many

Make = Callable[..., int]


@pytest.fixture
def make(admin: Actor) -> Make:  # noqa: F811 -- a fixture by name
    """Return a maker of records: object name and values; gives the key."""

    def one(name: str, **values: Any) -> int:
        usual = {
            "Contact": {"LastName": "Roux"},
            "Lead": {"LastName": "Roux", "Company": "X"},
            "Campaign": {"Name": "C"},
        }
        return save(admin, Change(name, {**usual.get(name, {}), **values}, accept_duplicates=True)).id

    return one


@pytest.fixture
def event(admin: Actor, make: Make) -> Callable[..., tuple[int, list[int]]]:  # noqa: F811
    """Return a maker of events with so many places and people who register in turn: (campaign, members)."""

    def one(places: int, people: int, status: str = "Registered") -> tuple[int, list[int]]:
        campaign = make("Campaign", Type="Event", Capacity=places)
        results = save_many(
            admin, "Lead", [Change("Lead", {"LastName": str(n), "Company": "X"}) for n in range(people)]
        )
        changes = [
            Change("CampaignMember", {"CampaignId": campaign, "LeadId": row.saved.id, "Status": status})
            for row in results
            if row.saved
        ]
        return campaign, [row.saved.id for row in save_many(admin, "CampaignMember", changes) if row.saved]

    return one


def statuses(campaign: int) -> list[str]:
    """Return the members' statuses in the order in which they joined."""
    rows = CampaignMember.objects.filter(campaign_id=campaign, is_deleted=False).order_by("pk")
    return [str(one) for one in rows.values_list("status", flat=True)]

"""A sales team: a director above a manager above two sellers, and somebody in another branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from essor.access.actions.save_role import save_role
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import OrgDefault, User, UserRole
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.access.version import bump
from essor.records.change import Change
from essor.records.save import save

MONTH = date(2026, 11, 1)
Deal = Callable[..., int]


@dataclass
class Firm:
    """The people by name; `actor("nora")` acts for one."""

    users: dict[str, User]

    def __getitem__(self, name: str) -> int:
        return self.users[name].pk

    def actor(self, name: str) -> Actor:
        return actor_for(User.objects.get(pk=self.users[name].pk))


@pytest.fixture
def firm(make_user: Any) -> Firm:  # noqa: F811 -- fixtures by name
    OrgDefault.objects.update_or_create(object_name="ForecastingQuota", defaults={"access": "Private"})
    OrgDefault.objects.update_or_create(object_name="Opportunity", defaults={"access": "Private"})
    bump()
    top = UserRole.objects.get(name="Sales manager")
    for name in ("North", "South"):
        save_role(system_actor(), name=name, parent=top)
    for name in ("North", "South"):
        save_role(system_actor(), name=f"Sellers {name}", parent=UserRole.objects.get(name=name))
    people = {
        "dina": ("Sales Manager", "Sales manager"),
        "nora": ("Sales Manager", "North"),
        "ned": ("Sales", "Sellers North"),
        "nia": ("Sales", "Sellers North"),
        "sam": ("Sales", "Sellers South"),
    }
    return Firm(
        {
            name: make_user(name.title(), profile, role=role, language="en", locale="en_GB")
            for name, (profile, role) in people.items()
        }
    )


@pytest.fixture
def deal(firm: Firm) -> Deal:
    """Return a maker of deals: owner's name, amount in euros, category; gives the key."""

    def make(owner: str, amount: float | None, category: str = "Commit", **more: Any) -> int:
        values = {
            "Name": f"{owner} {amount}",
            "OwnerId": firm[owner],
            "Amount": amount,
            "CloseDate": "2026-11-20",
            "StageName": {
                "Closed": "Closed Won",
                "Commit": "Negotiation/Review",
                "Best Case": "Proposal/Price Quote",
            }.get(category, "Prospecting"),
            "ForecastCategoryName": category,
            **more,
        }
        return save(system_actor(), Change("Opportunity", values)).id

    return make

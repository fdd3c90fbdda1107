"""A small company with deals in two currencies, their history, and people of different rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.models import FieldPermission, PermissionSet, User
from essor.access.version import bump
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.domain.reports import reading, running
from essor.domain.reports.answer import Answer
from essor.domain.sales.models import Account, Opportunity, OpportunityHistory

Ask = Callable[..., Answer]
WON = {"field": "IsWon", "op": "eq", "values": [True]}
CLOSED = {"field": "IsClosed", "op": "eq", "values": [True]}
# account, stage, amount in units, currency, created, closes
DEALS: tuple[tuple[str, str, int | None, str, date, date], ...] = (
    ("Alpha", "Closed Won", 100_00, "EUR", date(2026, 1, 5), date(2026, 2, 4)),
    ("Alpha", "Closed Lost", 300_00, "EUR", date(2026, 1, 20), date(2026, 2, 20)),
    ("Alpha", "Closed Won", 500_00, "USD", date(2026, 2, 1), date(2026, 4, 2)),
    ("Beta", "Closed Won", 200_00, "EUR", date(2026, 2, 10), date(2026, 2, 28)),
    ("Beta", "Prospecting", None, "EUR", date(2026, 3, 1), date(2026, 5, 1)),
    ("Beta", "Negotiation/Review", 700_00, "USD", date(2026, 3, 2), date(2026, 5, 15)),
)


def person(name: str, profile: str, language: str = "en") -> User:
    return testing.person(name, profile, language=language, locale="fr_FR" if language == "fr" else "en_GB")


def hide(user: User, object_name: str, field: str) -> None:
    own = PermissionSet.objects.get(profile_id=user.profile_id)
    FieldPermission.objects.update_or_create(
        parent=own, object_name=object_name, field=field, defaults={"read": False, "edit": False}
    )
    bump()


@pytest.fixture
def boss(db: None) -> User:
    return person("Boss", ADMINISTRATOR)


@pytest.fixture
def admin(boss: User) -> Actor:
    return actor_for(boss)


@pytest.fixture
def rep(boss: User) -> User:
    return person("Rep", "Sales")


@pytest.fixture
def deals(boss: User) -> list[Opportunity]:
    accounts = {
        name: Account.objects.create(name=name, owner_id=boss.pk) for name in ("Alpha", "Beta", "Gamma")
    }
    found = []
    for place, (account, stage, amount, currency, created, closes) in enumerate(DEALS):
        one = Opportunity.objects.create(
            account=accounts[account],
            name=f"Deal {place}",
            stage_name=stage,
            amount=amount,
            currency_iso_code=currency,
            close_date=closes,
            is_closed=stage.startswith("Closed"),
            is_won=stage == "Closed Won",
            owner_id=boss.pk,
        )
        moment = datetime(created.year, created.month, created.day, 12, tzinfo=UTC)
        Opportunity.objects.filter(pk=one.pk).update(created_date=moment)
        for step in ("Prospecting", "Value Proposition", stage) if place != 4 else ("Prospecting",):
            OpportunityHistory.objects.create(opportunity=one, stage_name=step)
        found.append(one)
    return found


@pytest.fixture
def ask(admin: Actor, deals: list[Opportunity]) -> Ask:
    def answer(**definition: Any) -> Answer:
        definition = {"object": "Opportunity"} | definition
        return running.answer(admin, reading.definition(definition))

    return answer


def texts(answer: Answer) -> list[list[str]]:
    """Return the lines as texts, with plain spaces."""
    return [
        [cell.text.replace("\u202f", " ").replace("\xa0", " ") for cell in line.cells]
        for line in answer.lines
    ]

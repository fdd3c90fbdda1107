"""A sales team: a rep, her manager, the director above, an administrator; and a process on large deals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.models import User
from essor.catalog.testing import run_time_catalog  # noqa: F401 -- a fixture by name
from essor.domain.approvals.actions.save_process import ProcessText, save_process, set_entry
from essor.domain.approvals.actions.save_step import StepText, save_step
from essor.domain.approvals.models import ApprovalProcess
from essor.kernel.tests.outbox import deliver  # noqa: F401 -- by name
from essor.query.soql.conditions import read_condition
from essor.records.change import Change
from essor.records.save import save

Person = Callable[..., Actor]
Process = Callable[..., ApprovalProcess]


@pytest.fixture
def person(db: None) -> Person:
    testing.begin()

    def make(name: str, role: str = "Sales rep", profile: str = "Sales", **more: Any) -> Actor:
        return actor_for(testing.person(name, profile, role, **{"language": "en", "locale": "en_GB", **more}))

    return make


@pytest.fixture
def admin(person: Person) -> Actor:
    return person("Admin", "", ADMINISTRATOR)


@pytest.fixture
def director(person: Person) -> Actor:
    return person("Director", "Management", "Sales Manager")


@pytest.fixture
def manager(person: Person) -> Actor:
    return person("Manager", "Sales manager", "Sales Manager")


@pytest.fixture
def rep(person: Person, manager: Actor) -> Actor:
    return person("Rep")


@pytest.fixture
def process(admin: Actor) -> Process:
    """Return a maker of an active process on deals above 1,000, with steps given as `StepText`s."""

    def make(
        *steps: StepText, name: str = "Large deal", where: str = "Amount > 1000", **more: Any
    ) -> ApprovalProcess:
        text = ProcessText(name=name, object_name="Opportunity", facts=("Amount", "NextStep"), **more)
        row = save_process(admin, text)
        if where:
            set_entry(admin, row, read_condition("Opportunity", where))
        for step in steps or (StepText("Manager", "role"),):
            save_step(admin, row, step)
        return save_process(admin, ProcessText(**{**vars_of(text), "active": True}), row)

    return make


def vars_of(text: ProcessText) -> dict[str, Any]:
    return {name: getattr(text, name) for name in text.__slots__}


def deal(owner: Actor, amount: float = 5000, **more: Any) -> int:
    """Make a deal and return its key."""
    values = {
        "Name": "Big one",
        "StageName": "Prospecting",
        "CloseDate": "2030-01-01",
        "Amount": amount,
        **more,
    }
    return save(owner, Change("Opportunity", values)).id


def fresh(actor: Actor) -> Actor:
    """Return the actor with the rights of now."""
    return actor_for(User.objects.get(pk=actor.user_id))

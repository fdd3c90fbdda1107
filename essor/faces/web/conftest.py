"""A company with an administrator and a sales person, each signed in to a browser, and a few records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.models import FieldPermission, PermissionSet, User
from essor.access.version import bump
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., str]
PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Opportunity": "006",
    "Lead": "00Q",
    "Task": "00T",
    "Campaign": "701",
}


def person(name: str, profile: str) -> User:
    return testing.person(name, profile, language="en", locale="en_GB")


def browser(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="essor.access.accounts.backend.Backend")
    return client


@pytest.fixture
def boss(db: None) -> User:  # noqa: ARG001 -- asked for what it does
    return person("Boss", ADMINISTRATOR)


@pytest.fixture
def admin(boss: User) -> Client:
    return browser(boss)


@pytest.fixture
def rep(boss: User) -> User:  # noqa: ARG001 -- a company begins with its administrator
    return person("Rep", "Sales")


@pytest.fixture
def seller(rep: User) -> Client:
    return browser(rep)


@pytest.fixture
def actor(boss: User) -> Actor:
    return actor_for(boss)


@pytest.fixture
def new(actor: Actor) -> New:
    """Return a maker of records: object name and values by outside name; gives the 18-character id."""

    def make(name: str, **values: Any) -> str:
        return ids.encode(PREFIXES[name], save(actor, Change(name, values)).id)

    return make


def hide(user: User, object_name: str, field: str) -> None:
    """Hide a field from everybody with the user's profile."""
    own = PermissionSet.objects.get(profile_id=user.profile_id)
    FieldPermission.objects.update_or_create(
        parent=own, object_name=object_name, field=field, defaults={"read": False, "edit": False}
    )
    bump()


def text(answer: Any) -> str:
    return answer.content.decode()

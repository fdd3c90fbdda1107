"""Fixtures of the reading road: a small company, people with few rights, records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actions import NewUser, create_user
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.defaults import ADMINISTRATOR, ensure_defaults
from essor.access.models import Profile, User, UserRole
from essor.catalog import current
from essor.catalog.testing import run_time_catalog  # noqa: F401

MakeUser = Callable[..., User]
New = Callable[..., Any]


@pytest.fixture
def organization(db: None) -> None:
    ensure_defaults("Acme", "en")


@pytest.fixture
def make_user(organization: None) -> MakeUser:
    def make(name: str, profile: str = "Sales", role: str | None = None) -> User:
        new_user = NewUser(
            email=f"{name.lower()}@example.fr",
            first_name=name,
            last_name="Test",
            profile=Profile.objects.get(name=profile),
            role=UserRole.objects.get(name=role) if role else None,
        )
        return create_user(system_actor(), new_user, password="correct horse battery", checked=False)

    return make


@pytest.fixture
def admin(make_user: MakeUser) -> Actor:
    return actor_for(make_user("Admin", ADMINISTRATOR))


@pytest.fixture
def new(organization: None) -> New:
    """Store a record without any rule; returns the model instance."""

    def store(name: str, /, **values: Any) -> Any:
        return current.get().object(name).model._default_manager.create(**values)

    return store

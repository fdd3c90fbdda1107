"""A company with an administrator and a sales person, each signed in to a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from essor.access.actions import NewUser, create_user
from essor.access.actor import system_actor
from essor.access.defaults import ADMINISTRATOR, ensure_defaults
from essor.access.models import Profile, User
from essor.catalog.testing import run_time_catalog  # noqa: F401

SignIn = Callable[..., Client]


def person(name: str, profile: str) -> User:
    ensure_defaults("Acme", "en")
    new = NewUser(
        email=f"{name.lower()}@example.fr", first_name=name, last_name="Test", language="en", locale="en_GB",
        profile=Profile.objects.get(name=profile),
    )  # fmt: skip
    return create_user(system_actor(), new, password="correct horse battery", checked=False)


def browser(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="essor.access.accounts.backend.Backend")
    return client


@pytest.fixture
def boss(db: None) -> User:
    return person("Boss", ADMINISTRATOR)


@pytest.fixture
def admin(boss: User) -> Client:
    return browser(boss)


@pytest.fixture
def seller(db: None) -> Client:
    return browser(person("Ana", "Sales"))

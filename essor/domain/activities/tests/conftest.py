"""A company with an administrator and people of the sales team, and the outbox delivered on demand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from essor.access.actions import NewUser, create_user
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.defaults import ADMINISTRATOR, ensure_defaults
from essor.access.models import Profile
from essor.kernel.tests.outbox import deliver  # noqa: F401 -- by name

Person = Callable[..., Actor]


@pytest.fixture
def person(db: None) -> Person:
    """Return a maker of people: name, profile, language."""
    ensure_defaults("Acme", "en")

    def make(name: str, profile: str = "Sales", language: str = "en") -> Actor:
        new = NewUser(
            email=f"{name.lower()}@example.fr", first_name=name, last_name="Test", language=language,
            locale="en_GB", profile=Profile.objects.get(name=profile),
        )  # fmt: skip
        return actor_for(create_user(system_actor(), new, password="correct horse battery", checked=False))

    return make


@pytest.fixture
def boss(person: Person) -> Actor:
    return person("Boss", ADMINISTRATOR)


@pytest.fixture
def rep(person: Person) -> Actor:
    return person("Rep")

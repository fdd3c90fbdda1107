"""A company with an administrator and people of the sales team, all of whom read English."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR

Person = Callable[..., Actor]


@pytest.fixture
def person(db: None) -> Person:
    """Return a maker of people: name, profile, language."""
    testing.begin()

    def make(name: str, profile: str = "Sales", language: str = "en") -> Actor:
        return actor_for(testing.person(name, profile, language=language, locale="en_GB"))

    return make


@pytest.fixture
def boss(person: Person) -> Actor:
    return person("Boss", ADMINISTRATOR)


@pytest.fixture
def rep(person: Person) -> Actor:
    return person("Rep")

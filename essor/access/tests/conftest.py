"""A small organization: an administrator, and a way to make people."""

from __future__ import annotations

import pytest

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.tests.samples import MakeUser


@pytest.fixture
def organization(db: None) -> None:
    testing.begin()


@pytest.fixture
def make_user(organization: None) -> MakeUser:
    return testing.person


@pytest.fixture
def admin(make_user: MakeUser) -> Actor:
    return actor_for(make_user("Admin", ADMINISTRATOR))

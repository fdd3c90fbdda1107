"""A company with the standard rules, an administrator and a rep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.duplicates import setting
from essor.domain.duplicates.defaults import STANDARD
from essor.domain.duplicates.models import MatchingRule
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]


@pytest.fixture(autouse=True)
def standard_rules(db: None) -> Iterator[None]:
    """Give the rules that a new company has, whatever an earlier test has done to the table."""
    MatchingRule.objects.all().delete()
    MatchingRule.objects.bulk_create(MatchingRule(**rule) for rule in STANDARD)
    setting.forget()
    yield
    setting.forget()


@pytest.fixture
def new(admin: Actor) -> New:  # noqa: F811
    """Return a maker of records, duplicates accepted: object name and values by outside name; gives the key."""

    def make(name: str, **values: Any) -> int:
        return save(admin, Change(name, values, accept_duplicates=True)).id

    return make

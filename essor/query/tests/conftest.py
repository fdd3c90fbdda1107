"""Fixtures of the reading road: a small company, people with few rights, records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.models import User
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog import current
from essor.catalog.testing import run_time_catalog  # noqa: F401

MakeUser = Callable[..., User]
New = Callable[..., Any]


@pytest.fixture
def new(organization: None) -> New:  # noqa: F811 -- the same
    """Store a record without any rule; returns the model instance."""

    def store(name: str, /, **values: Any) -> Any:
        return current.get().object(name).model._default_manager.create(**values)

    return store

"""An administrator, and people to write to."""
# ruff: noqa: F811, F401 -- fixtures by name

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]


@pytest.fixture
def new(admin: Actor) -> New:
    def make(name: str, **values: Any) -> int:
        return save(admin, Change(name, values)).id

    return make

"""A small company with an administrator and a rep, for the tests of the writing road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]


@pytest.fixture
def new(admin: Actor) -> New:  # noqa: F811
    """Return a maker of records: object name and values by outside name; gives the key."""

    def make(name: str, **values: Any) -> int:
        return save(admin, Change(name, values, accept_duplicates=True)).id

    return make


def somebody_waits() -> bool:
    """Tell whether a statement waits for a lock of somebody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])

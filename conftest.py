"""What all tests share: the test database, and a copy of it as it was before the first test."""

from __future__ import annotations

import pytest
from django.db import connection

from essor.project import testing


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:  # noqa: ARG001 -- pytest-django's, which goes first
    """Make the database of the tests, as pytest-django does, and keep a copy where a program can start from it."""
    if connection.vendor == "sqlite":
        testing.keep_empty(str(connection.settings_dict["NAME"]))

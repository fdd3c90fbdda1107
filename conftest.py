"""What all tests share: the test database, and what it was before the first test."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from essor.project import emptying, testing


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:  # noqa: ARG001 -- pytest-django's, which goes first
    """Make the database of the tests, as pytest-django does, and keep a copy where a program can start from it."""
    with django_db_blocker.unblock():
        emptying.remember()
    if connection.vendor == "sqlite":
        testing.keep_empty(str(connection.settings_dict["NAME"]))

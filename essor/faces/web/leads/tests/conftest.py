"""Fixtures of the pages about leads."""

from __future__ import annotations

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.records.tests.conftest import new  # noqa: F401


@pytest.fixture
def signed_in(client: Client, admin: Actor) -> Client:  # noqa: F811
    """Return a browser in which the administrator is signed in."""
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    return client

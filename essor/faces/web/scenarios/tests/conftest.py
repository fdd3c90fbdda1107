"""Users of the access room, and people to send through scenarios."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from essor.access.actor import actor_for
from essor.access.models import User
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.domain.automation.models import FlowVersion


@pytest.fixture
def signed_in(make_user: Any) -> Any:  # noqa: F811 -- the fixture by its name
    def client(profile: str, **more: Any) -> Client:
        found = Client(HTTP_HOST="127.0.0.1")
        found.force_login(
            make_user(profile.partition(" ")[0], profile, **more),
            backend="essor.access.accounts.backend.Backend",
        )
        return found

    return client


@pytest.fixture
def marketing(signed_in: Any) -> Client:
    return signed_in("Marketing")


def actor() -> Any:
    return actor_for(User.objects.get(email="marketing@example.fr"))


def made(client: Client, pattern: str = "", **more: str) -> str:
    """Make a scenario by the form; return its address."""
    data = {"name": "Nurture", "object": "Contact", **more}
    answer = client.post(f"/scenarios/new?from={pattern}" if pattern else "/scenarios/new", data)
    assert answer.status_code == 302
    return str(answer.headers["Location"].partition("?")[0])


def drawn(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def arrow(page: str, name: str) -> str:
    """Return the number on an arrow of the drawing."""
    found = re.search(rf'id="n-{name}"[^>]*>(\d+)', page)
    assert found is not None
    return found[1]


def definition(address: str) -> dict[str, Any]:
    flow = int(address.rstrip("/").rpartition("/")[2])
    return FlowVersion.objects.filter(flow=flow).order_by("-number")[0].definition

"""A caller with a token for the tests of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from essor.access.actions.create_token import create_token
from essor.access.actor import Actor, actor_for
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name

Call = Callable[..., Any]


@pytest.fixture
def call_as() -> Callable[[Actor], Call]:
    """Return a maker of callers: (method, address, body, headers) with the actor's own token."""

    def make(actor: Actor, *scopes: str) -> Call:
        _row, text = create_token(actor, name="test", scopes=scopes or ("read", "write", "bulk"))

        def call(method: str, address: str, body: Any = None, **headers: str) -> Any:
            more = {} if body is None else {"data": body, "content_type": "application/json"}
            client = Client(headers={"authorization": f"Bearer {text}", **headers})
            return getattr(client, method)(f"/api/v1/{address}", **more)

        return call

    return make  # type: ignore[return-value]


@pytest.fixture
def call(admin: Actor, call_as: Callable[[Actor], Call]) -> Call:  # noqa: F811
    """Return the administrator's caller."""
    return call_as(admin)


@pytest.fixture
def reader(make_user: Any) -> Actor:  # noqa: F811
    """Return somebody who only reads."""
    return actor_for(make_user("Reader", "Read Only"))

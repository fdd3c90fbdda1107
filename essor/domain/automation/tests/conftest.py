"""An administrator, a way to put flows in force and to let the worker work in this thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.domain.automation import actions
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import Flow
from essor.jobs import worker
from essor.records.change import Change
from essor.records.save import save_many

MakeFlow = Callable[..., Flow]


@pytest.fixture
def make_flow(admin: Actor) -> MakeFlow:  # noqa: F811
    def make(object_name: str, trigger: dict[str, Any], *steps: dict[str, Any], **more: Any) -> Flow:
        numbered = [{"id": f"s{place}", **one} for place, one in enumerate(steps, start=1)]
        definition = from_json({"trigger": trigger, "steps": numbered, **more})
        flow = actions.create_flow(admin, name="A flow", object_name=object_name, definition=definition)
        actions.activate(admin, flow, flow.versions.get())
        return flow

    return make


def saved(actor: Actor, name: str, *values: dict[str, Any]) -> list[int]:
    """Write records down the road and return their keys; `Id` names one that exists."""
    changes = [
        Change(name, {k: v for k, v in one.items() if k != "Id"}, id=one.get("Id"), accept_duplicates=True)
        for one in values
    ]
    results = save_many(actor, name, changes)
    assert all(one.ok for one in results), [one.errors for one in results if not one.ok]
    return [one.saved.id for one in results if one.saved]


def work() -> int:
    """Deliver the outbox and run the tasks, as a worker does."""
    return worker.drain()


def update(**values: Any) -> dict[str, Any]:
    """Return a step that writes fixed values into the record."""
    assignments = [{"field": name, "from": "value", "value": value} for name, value in values.items()]
    return {"kind": "update", "settings": {"values": assignments}}


def where(field: str, operator: str, *values: Any) -> dict[str, Any]:
    """Return a condition of one comparison."""
    return {"field": field, "op": operator, "values": list(values)}

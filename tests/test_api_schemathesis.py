"""Schemathesis throws what the description allows, and more, at every route: never a server error."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from essor.access.actions.create_token import create_token
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.faces.api.openapi import build
from essor.records.change import Change
from essor.records.save import save

EXAMPLES = 4
SHOWN = ("Account", "Contact", "Opportunity", "Task", "User")


@pytest.mark.parametrize("hostile", [False, True], ids=["as described", "against the description"])
def test_no_route_ever_breaks(live_server: Any, admin: Actor, hostile: bool) -> None:
    account = save(admin, Change("Account", {"Name": "Acme"})).id
    assert account
    _row, token = create_token(admin, name="fuzz", scopes=["read", "write", "bulk"])
    document = build(catalog_for(admin))
    document["paths"] = {
        path: item
        for path, item in document["paths"].items()
        if "/records/" not in path or path.split("/records/")[1].split("/")[0] in SHOWN
    }
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=live_server.url)
    mode = schemathesis.GenerationMode.NEGATIVE if hostile else schemathesis.GenerationMode.POSITIVE
    operations = [result.ok() for result in schema.get_all_operations()]
    not_broken = CHECKS.get_by_names(["not_a_server_error"])

    seen: set[int] = set()
    for operation in operations:
        seen |= attack(operation.as_strategy(generation_mode=mode), not_broken, token)
    assert seen & ({400, 404, 415, 422} if hostile else {200, 201}), "the requests did not get past the door"


def attack(strategy: Any, checks: Any, token: str) -> set[int]:
    """Send a handful of made-up requests to one route; return the statuses of the answers."""
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        answer = case.call_and_validate(checks=checks, headers={"Authorization": f"Bearer {token}"})
        seen.add(answer.status_code)

    send()
    return seen

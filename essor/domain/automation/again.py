"""Who may come in again: asked in the database, of all who want to come in together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from essor.domain.automation.definition import Trigger
from essor.domain.automation.models import Flow, RunState

_OPEN = f"r.state NOT IN ('{RunState.DONE.value}', '{RunState.STOPPED.value}')"
_RULES = {"never": "1 = 1", "ended": _OPEN, "days": f"({_OPEN} OR r.entered > %s)"}


def barring(flow_id: int, trigger: Trigger, record: str) -> tuple[str, list[Any]]:
    """Return the SELECT of the runs that keep a record out (`record`: SQL of its key), empty when nothing does.

    Takes the flow's lock, so that the same record does not come in by two ways at once.
    """
    if trigger.again == "always":
        return "", []
    Flow.objects.select_for_update(no_key=True).filter(pk=flow_id).values_list("pk").first()
    params: list[Any] = [flow_id]
    if trigger.again == "days":
        since = timezone.now() - timedelta(days=trigger.again_days)
        params.append(connection.ops.adapt_datetimefield_value(since))
    return (
        "SELECT r.record_id FROM automation_flowrun r "  # noqa: S608 -- our own words
        f"WHERE r.flow_id = %s AND {_RULES[trigger.again]} AND r.record_id = {record}"
    ), params


def barred(flow_id: int, trigger: Trigger, keys: Sequence[int]) -> set[int]:
    """Return those of some records that may not come in again: one query, in the caller's transaction."""
    inner, params = barring(flow_id, trigger, "0")
    if not inner or not keys:
        return set()
    marks = ", ".join(["%s"] * len(keys))
    statement = inner.removesuffix("= 0") + f"IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *keys])
        return {key for (key,) in cursor.fetchall()}

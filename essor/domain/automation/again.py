"""Who may come in again: asked in the database, of all who want to come in together.

Where a segment is looked at again and again, “once the last time has ended” means those who have left it and come back:
who stays in it would go through the flow for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from essor.domain.automation.definition import Trigger
from essor.domain.automation.models import Flow, RunState

_OPEN = f"r.state NOT IN ('{RunState.DONE.value}', '{RunState.STOPPED.value}')"
_STAYS = f"({_OPEN} OR NOT r.away)"
_RULES = {"never": "1 = 1", "ended": _OPEN, "days": f"({_OPEN} OR r.entered > %s)"}


def is_for_those_who_left(trigger: Trigger) -> bool:
    """Tell whether only those come in again who have left the segment since."""
    return trigger.on == "segment" and trigger.every != "once" and trigger.again == "ended"


def note_away(flow_id: int, selected: str, values: Sequence[Any]) -> None:
    """Mark the ended runs of those whom a SELECT of one column, the keys of the segment, does not name: one statement."""
    ended = (
        "SELECT r.record_id FROM automation_flowrun r"
        " WHERE r.flow_id = %s AND r.state IN (%s, %s) AND NOT r.away"
    )
    sql = (
        "UPDATE automation_flowrun SET away = %s WHERE flow_id = %s AND state IN (%s, %s) AND NOT away"  # noqa: S608
        f" AND record_id IN ({ended} EXCEPT SELECT * FROM ({selected}) AS chosen)"
    )
    states = [RunState.DONE.value, RunState.STOPPED.value]
    with connection.cursor() as cursor:
        cursor.execute(sql, [True, flow_id, *states, flow_id, *states, *values])


def barring(flow_id: int, trigger: Trigger, record: str, *, looked_up: bool = False) -> tuple[str, list[Any]]:
    """Return the SELECT of the runs that keep a record out (`record`: SQL of its key), empty when nothing does.

    `looked_up`: the flow found it in its segment, nobody let it in by hand.
    Takes the flow's lock, so that the same record does not come in by two ways at once.
    """
    if trigger.again == "always":
        return "", []
    Flow.objects.select_for_update(no_key=True).filter(pk=flow_id).values_list("pk").first()
    params: list[Any] = [flow_id]
    if trigger.again == "days":
        since = timezone.now() - timedelta(days=trigger.again_days)
        params.append(connection.ops.adapt_datetimefield_value(since))
    rule = _STAYS if looked_up and is_for_those_who_left(trigger) else _RULES[trigger.again]
    return (
        "SELECT r.record_id FROM automation_flowrun r "  # noqa: S608 -- our own words
        f"WHERE r.flow_id = %s AND {rule} AND r.record_id = {record}"
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

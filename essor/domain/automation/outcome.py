"""What became of runs, written down: where they stand now, the run log, and word to the owner of a failing flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.automation.definition import Definition
from essor.domain.automation.kinds import Member
from essor.domain.automation.models import Flow, FlowRun, FlowStep, Outgoing, RunState
from essor.domain.automation.told import FLOW_FAILED
from essor.domain.notifications.notices import notify
from essor.kernel.db.insert import insert_rows

STOP = "stop"
MAIL_EVERY = timedelta(hours=1)
Change = tuple[str, str, str, datetime | None]


def settle(flow: Flow, definition: Definition, node: str, members: Sequence[Member]) -> None:
    """Write where each run stands now: one UPDATE for each fate, one INSERT for the log."""
    now = timezone.now()
    groups: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for one in members:
        groups[fate(definition, node, one)].append(one)
    for (state, next_node), some in groups.items():
        if state == RunState.FAILED:
            _fail(some, now)
        elif state == RunState.WAITING:
            _wait(next_node, some, now)
        else:
            ended = None if state == RunState.HELD else now
            _runs(some).update(state=state, node=next_node or node, due_at=None, ended=ended, watching=False)
    insert_rows(FlowStep, [
        {"run_id": one.run.pk, "node": node, "outcome": _word(one), "detail": (one.error or one.detail)[:2000], "at": now}
        for one in members if not (one.stay and one.until)
    ])  # fmt: skip
    failed = [one for one in members if one.error]
    if failed:
        tell(flow, len(failed), failed[0].error)


def fate(definition: Definition, node: str, one: Member) -> tuple[str, str]:
    """Return the state of a run after a step, and the step it stands at."""
    if one.error:
        return RunState.FAILED, node
    if one.outcome == STOP:
        return RunState.STOPPED, node
    if one.held:
        return RunState.HELD, node
    if one.stay:
        return RunState.WAITING, node
    after = definition.after(node, one.outcome)
    # A wait at the very end of a flow has nothing left to wait for.
    return (RunState.WAITING, after) if after else (RunState.DONE, node)


def _word(one: Member) -> str:
    if one.error:
        return "failed"
    return one.outcome or ("held" if one.held else "waits" if one.until else "done")


def _runs(members: Sequence[Member]) -> QuerySet[FlowRun]:
    return FlowRun.objects.filter(pk__in=[one.run.pk for one in members])


def _wait(node: str, members: Sequence[Member], now: datetime) -> None:
    """Move runs to a step, due now or each at its own time."""
    adapt = connection.ops.adapt_datetimefield_value
    moving = [one for one in members if not one.stay]
    if moving and len({one.until for one in moving}) == 1:
        _runs(moving).update(
            state=RunState.WAITING, node=node, due_at=moving[0].until or now, arrived=now, attempts=0,
            watching=False, error="",
        )  # fmt: skip
    elif moving:
        sql = (
            "UPDATE automation_flowrun SET state = %s, node = %s, due_at = %s, arrived = %s, attempts = 0,"
            " watching = %s, error = '' WHERE id = %s"
        )
        state = RunState.WAITING.value
        rows = [(state, node, adapt(one.until or now), adapt(now), False, one.run.pk) for one in moving]
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
    staying = [one for one in members if one.stay]
    if staying:
        sql = "UPDATE automation_flowrun SET due_at = %s, watching = %s, attempts = 0 WHERE id = %s"
        with connection.cursor() as cursor:
            cursor.executemany(sql, [(adapt(one.until or now), True, one.run.pk) for one in staying])


def _fail(members: Sequence[Member], now: datetime) -> None:
    sql = "UPDATE automation_flowrun SET state = %s, error = %s, ended = %s, due_at = NULL, watching = %s WHERE id = %s"
    ended = connection.ops.adapt_datetimefield_value(now)
    rows = [(RunState.FAILED.value, one.error[:2000], ended, False, one.run.pk) for one in members]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def tell(flow: Flow, count: int, why: str) -> None:
    """Tell the owner of failed runs: by a notification, and by mail once an hour where the flow says so."""
    pattern = ngettext(
        "The flow “%(name)s” failed for %(num)d record: %(why)s",
        "The flow “%(name)s” failed for %(num)d records: %(why)s", count,
    )  # fmt: skip
    text = pattern % {"name": flow.name, "num": count, "why": why[:200]}
    address = f"/setup/flows/{flow.pk}/runs?state=failed"
    notify([flow.owner_id], FLOW_FAILED.name, text, link=address)
    if not flow.mail_errors:
        return
    now = timezone.now()
    quiet = Q(error_mailed__isnull=True) | Q(error_mailed__lt=now - MAIL_EVERY)
    run_id = flow.runs.filter(state=RunState.FAILED).order_by("-pk").values_list("pk", flat=True).first()
    if run_id and Flow.objects.filter(quiet, pk=flow.pk).update(error_mailed=now):
        subject = _("A flow failed: %(name)s") % {"name": flow.name}
        content = {"to": [flow.owner.email], "subject": subject, "body": text}
        Outgoing.objects.create(run_id=run_id, kind="alert", content=content)

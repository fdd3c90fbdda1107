"""A test run: the flow goes over one record for real, each step told, and everything is taken back at the end.

Waits pass at once, mails and webhooks are shown instead of sent, nobody is notified. Whoever would be asked for approval
answers as the test says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from essor.domain.automation import again, engine, loading, outcome, scheduling
from essor.domain.automation.definition import Definition, from_json
from essor.domain.automation.kinds import Member, site_of
from essor.domain.automation.models import FlowRun, FlowVersion, Outgoing
from essor.domain.automation.steps.approval import YES, Approval
from essor.kernel.errors import EssorError
from essor.records.models import History

MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Written:
    """One record that a step would change: {field: (before, after)} in stored form."""

    object_name: str
    record_id: int
    changes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the test run: how it ended, what it would write and send."""

    step: str
    outcome: str
    detail: str = ""
    error: str = ""
    written: tuple[Written, ...] = ()
    sent: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Report:
    """What a test run found.

    `enters` tells whether the record meets the trigger's criteria now, `barred` whether it was in before and may not come
    in again.
    """

    enters: bool = True
    barred: bool = False
    error: str = ""
    steps: list[Taken] = field(default_factory=list)


def rehearse(version: FlowVersion, record_id: int, *, answer: str = YES) -> Report:
    """Run a version over one record and take everything back; `answer` is the path behind what has to be approved."""
    report = Report()
    try:
        with transaction.atomic():
            _run(version, record_id, report, answer)
            transaction.set_rollback(True)
    except EssorError as error:
        report.error = str(error)
    return report


def _run(version: FlowVersion, record_id: int, report: Report, answer: str) -> None:
    definition = from_json(version.definition)
    flow = version.flow
    actor = engine.actor_of(flow)
    site = site_of(actor, flow.object_name)
    if not loading.meeting(site, [record_id], None):
        raise EssorError(_("There is no such record, or the flow may not see it."))
    wanted = scheduling.members_of(definition.trigger, actor, flow.object_name)
    report.enters = bool(loading.meeting(site, [record_id], wanted))
    report.barred = bool(again.barred(flow.pk, definition.trigger, [record_id]))
    run = FlowRun.objects.create(flow=flow, version=version, record_id=record_id, node=definition.first)
    node = definition.first
    while node and len(report.steps) < MOST_STEPS:
        taken, node = _step(version, definition, run, node, answer)
        report.steps.append(taken)


def _step(
    version: FlowVersion, definition: Definition, run: FlowRun, node: str, answer: str
) -> tuple[Taken, str]:
    """Take one step; return what it did and the step behind it (none after a failure)."""
    history = History.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    tray = Outgoing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    member = engine.take(version, node, [run], rehearsal=True)[0]
    step = definition.step(node)
    if member.held and step is not None and step.kind == Approval.name:
        member.outcome = answer
    sent = tuple(
        {"kind": row.kind, **row.content}
        for row in Outgoing.objects.filter(pk__gt=tray, run=run).exclude(kind="alert")
    ) + tuple(member.sent)
    after = "" if member.error or member.outcome in outcome.LEAVING else _behind(definition, node, member)
    taken = Taken(node, member.outcome, member.detail, member.error, tuple(_written(history, member)), sent)
    return taken, after


def _behind(definition: Definition, node: str, member: Member) -> str:
    step = definition.step(node)
    chosen = member.outcome or (step.paths[0].id if step and step.paths else "")
    return definition.after(node, chosen)


def _written(since: int, member: Member) -> list[Written]:
    rows = History.objects.filter(pk__gt=since, action="updated").order_by("pk")
    return [
        Written(
            row.object_name, row.record_id, {name: (pair[0], pair[1]) for name, pair in row.changes.items()}
        )
        for row in rows
    ] + [
        Written(name, 0, {key: (None, value) for key, value in values.items()})
        for name, values in member.made
    ]

"""What keeps a scenario from doing its work, for its page: letters or messages that do not leave, nobody who comes in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Max

from essor.domain.automation.definition import from_json
from essor.domain.automation.kinds import name_of
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, Outgoing, RunState
from essor.domain.marketing.scenarios.figures import failed
from essor.domain.marketing.scenarios.models import StepMail
from essor.domain.marketing.sending import problems
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import CANCELLED, FAILED, PAUSED, SENDING, State

ENTRY: Literal["entry"] = "entry"
What = Literal["entry", "stopped", "paused", "cancelled", "waits", "call"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is in the way: at which step (its name), why, and how many people wait behind it.

    `what`: nobody can come in; a letter has stopped until somebody mends it, was paused or cancelled by somebody, or waits
    for its server by itself; a message or a call is tried again by itself. `mailing` is that of the letter.
    """

    what: What
    step: str
    why: str
    waiting: int = 0
    mailing: int = 0


def of_flow(flow: Flow) -> list[Trouble]:
    """Return what is in the way of a scenario: four queries, two more for each letter that does not leave."""
    return [*_entry(flow), *_letters(flow), *_calls(flow)]


def troubled(flow_ids: Collection[int]) -> set[int]:
    """Return those of some scenarios that somebody must look after: a letter has stopped, or people failed at a step."""
    rows = StepMail.objects.filter(version__flow__in=flow_ids, list_email__status=FAILED)
    return set(rows.values_list("version__flow", flat=True)) | failed(flow_ids).keys()


def stopped(flow_id: int) -> list[int]:
    """Return the mailings of a scenario that have stopped until somebody lets them go on."""
    rows = StepMail.objects.filter(version__flow=flow_id, list_email__status=FAILED)
    return list(rows.values_list("list_email", flat=True).distinct())


def _entry(flow: Flow) -> Iterator[Trouble]:
    """Tell why nobody could come in the last time, unless somebody came since or another version is in force."""
    last = FlowRun.objects.filter(flow=flow, state=RunState.FAILED, record_id=0).order_by("-pk").first()
    if last is None or last.version_id != flow.active_id:
        return
    if not flow.runs.filter(pk__gt=last.pk).exclude(record_id=0).exists():
        yield Trouble(ENTRY, "", last.error)


def _letters(flow: Flow) -> Iterator[Trouble]:
    rows = StepMail.objects.filter(
        version__flow=flow, list_email__status__in=(FAILED, PAUSED, CANCELLED, SENDING)
    )
    last = dict(rows.values_list("list_email").annotate(last=Max("pk")))
    mailings = ListEmail.objects.in_bulk(last)
    troubled = {key: mailings[key] for key in sorted(mailings) if _word(mailings[key], flow)}
    steps = StepMail.objects.select_related("version").in_bulk([last[key] for key in troubled])
    for key, mailing in troubled.items():
        row = steps[last[key]]
        waiting = Recipient.objects.of(key, State.WAITING).count()
        step = from_json(row.version.definition).step(row.node)
        name = (step.title if step is not None else "") or mailing.name
        yield Trouble(_word(mailing, flow) or "stopped", name, problems.told(mailing), waiting, key)


def _word(mailing: ListEmail, flow: Flow) -> What | None:
    if mailing.status == SENDING:
        return "waits" if problems.told(mailing) else None
    if mailing.status == PAUSED:
        return None if flow.paused else "paused"
    return "cancelled" if mailing.status == CANCELLED else "stopped"


def _calls(flow: Flow) -> Iterator[Trouble]:
    """Tell of messages and calls that did not get through and are tried again, one of each step."""
    rows = Outgoing.objects.filter(due_at__isnull=False, run__flow=flow, run__state=RunState.HELD).exclude(
        error=""
    )
    found = rows.values_list("run__version", "run__node").annotate(number=Count("pk"), last=Max("pk"))
    places = list(found.order_by("run__version", "run__node"))
    errors = Outgoing.objects.in_bulk([last for *_place, last in places])
    versions = FlowVersion.objects.in_bulk({version for version, *_rest in places})
    for version, node, number, last in places:
        yield Trouble("call", title_of(versions[version], node), errors[last].error, number)


def title_of(version: FlowVersion, node: str) -> str:
    """Return what a step of a version is called."""
    step = from_json(version.definition).step(node)
    return name_of(step) if step is not None else node

"""What becomes of those who are inside: a flow is paused and resumed, and a new version takes over those of older ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor
from essor.domain.automation import jobs, numbers
from essor.domain.automation.definition import Definition, Step, from_json
from essor.domain.automation.keepers import require_keeper
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, RunState
from essor.kernel.errors import FieldError, ValidationFailed


def pause(actor: Actor, flow: Flow) -> None:
    """Let nobody move. Records still come in, and time still passes."""
    _turn(actor, flow, paused=True)


def resume(actor: Actor, flow: Flow) -> None:
    """Go on: whose time has come meanwhile moves now."""
    _turn(actor, flow, paused=False)
    jobs.move_on.enqueue()


def _turn(actor: Actor, flow: Flow, *, paused: bool) -> None:
    require_keeper(actor, flow)
    flow.paused = paused
    with transaction.atomic():
        flow.save(update_fields=["paused"])
        audit.record(actor, "pause_flow" if paused else "resume_flow", flow.name, id=flow.pk)


def places(old: Definition, new: Definition) -> dict[str, str]:
    """Return where who stands at each step of `old` goes on in `new`: at the same step, else at the nearest that follows.

    Empty: nothing follows, so they are done. A step is the same when its id and its kind are.
    """
    kinds = {step.id: step.kind for step in new.walk()}
    found = {}
    for step in old.walk():
        node = step.id
        while node and kinds.get(node) != getattr(old.step(node), "kind", ""):
            node = old.after(node)
        found[step.id] = node
    return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Where some people of an older version stand whose step another one has no more: they go on at `after`, None: the end."""

    step: Step
    number: int
    after: Step | None


def gaps(flow: Flow, version: FlowVersion) -> list[Gap]:
    """Return who would not find their step in a version that took them over, where most stand first: two queries."""
    others = list(flow.versions.exclude(pk=version.pk).values_list("pk", flat=True))
    rows = FlowRun.objects.filter(version__in=others, state=RunState.WAITING).order_by()
    standing = rows.values_list("version", "node").annotate(number=Count("*"))
    known = FlowVersion.objects.in_bulk({one for one, _node, _number in standing})
    definitions = {key: from_json(row.definition) for key, row in known.items()}
    new = from_json(version.definition)
    found: dict[tuple[str, str], Gap] = {}
    for key, node, number in standing:
        old = definitions[key]
        step, after = old.step(node), places(old, new).get(node, node)
        if step is not None and after != node:
            before = found.get((node, after))
            found[node, after] = Gap(step, number + (before.number if before else 0), new.step(after))
    return sorted(found.values(), key=lambda one: -one.number)


def move_over(actor: Actor, flow: Flow, chosen: Mapping[str, str] | None = None) -> int:
    """Take those who wait in older versions over into the version in force; return how many.

    `chosen` says {step of an older version: step of this one} where it is not to be the usual one (see `places`). Who waits
    for an answer stays in their version. Statements: three for each older version and step, and one for each version.
    """
    require_keeper(actor, flow)
    version = flow.active
    if version is None:
        raise ValidationFailed([FieldError("", "FIELD_INTEGRITY_EXCEPTION", _("The flow is off."))])
    now = timezone.now()
    new = from_json(version.definition)
    targets = {step.id for step in new.walk()} | {""}
    moved = 0
    with transaction.atomic():
        for old in FlowVersion.objects.filter(flow=flow).exclude(pk=version.pk):
            definition = from_json(old.definition)
            to = places(definition, new)
            to |= {node: other for node, other in (chosen or {}).items() if node in to and other in targets}
            rows = FlowRun.objects.filter(version=old, state=RunState.WAITING)
            by_place: dict[tuple[str, bool], list[str]] = defaultdict(list)
            for node, other in to.items():
                by_place[other, node == other].append(node)
            # A wait that says something else now is reckoned anew, from when they came to it.
            told = [node for node, other in to.items() if node == other and _differ(definition, new, node)]
            rows.filter(node__in=told, due_at__gt=now).update(due_at=now, parked=False)
            for (other, same), nodes in by_place.items():
                some = rows.filter(node__in=nodes)
                numbers.ended(some, numbers.MOVED)
                if same:
                    moved += some.update(version=version)
                elif other:
                    moved += some.update(
                        version=version,
                        node=other,
                        due_at=now,
                        arrived=now,
                        attempts=0,
                        watching=False,
                        parked=False,
                    )
                else:
                    moved += some.update(
                        version=version,
                        state=RunState.DONE,
                        due_at=None,
                        ended=now,
                        watching=False,
                        parked=False,
                    )
        numbers.add({(version.pk, *numbers.TAKEN_OVER): moved})
        audit.record(actor, "move_runs", flow.name, id=flow.pk, moved=moved)
        jobs.move_on.enqueue()
    return moved


def _differ(old: Definition, new: Definition, node: str) -> bool:
    before, now = old.step(node), new.step(node)
    return before is not None and now is not None and before.settings != now.settings


def hurry(actor: Actor, flow: Flow, run_ids: Iterable[int]) -> int:
    """Let runs that wait for their time go on to the next step now; return how many."""
    require_keeper(actor, flow)
    now = timezone.now()
    with transaction.atomic():
        rows = flow.runs.filter(pk__in=list(run_ids), state=RunState.WAITING, due_at__gt=now)
        count = rows.update(due_at=now, parked=True, watching=False)
        if count:
            audit.record(actor, "hurry_runs", flow.name, id=flow.pk, moved=count)
            jobs.move_on.enqueue()
    return count

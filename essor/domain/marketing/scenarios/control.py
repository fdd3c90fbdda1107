"""What people do with scenarios: make them, change a draft, put it in force, pause, end it, look after those inside.

Whoever may change campaigns may change scenarios. The flow behind one asks for the set-up's permission at its own
doors, so those are passed in the house's name once this room has asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access import rows as row_access
from essor.access.actor import Actor, in_house
from essor.domain.automation import actions, engine, jobs, numbers, outcome
from essor.domain.automation.definition import Definition, from_json
from essor.domain.automation.models import Flow, FlowCount, FlowRun, FlowVersion, RunState
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios.models import Scenario
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """How a scenario does: people who came in, who are inside, who reached the goal, who left before their end."""

    entered: int = 0
    inside: int = 0
    goal: int = 0
    left: int = 0


def may_read(actor: Actor) -> bool:
    """Tell whether somebody sees scenarios: whoever sees campaigns."""
    return row_access.may(actor, CAMPAIGN, "read")


def may_change(actor: Actor) -> bool:
    """Tell whether somebody may change scenarios: whoever may change campaigns."""
    return row_access.may(actor, CAMPAIGN, "edit")


def keeper(actor: Actor) -> Actor:
    """Return the actor as whom the flow is changed; Forbidden when campaigns may not be changed."""
    if not may_change(actor):
        raise Forbidden(_("You may see scenarios, but not change them."))
    return in_house(actor)


def create(
    actor: Actor, *, name: str, object_name: str, definition: Definition, campaign: int | None = None
) -> Scenario:
    """Make a scenario that is off, with a first draft; its owner is whoever makes it."""
    house = keeper(actor)
    if object_name not in KINDS:
        raise _refused("object", _("Choose whom the scenario is for."))
    _seen(actor, campaign)
    with transaction.atomic():
        flow = actions.create_flow(house, name=name, object_name=object_name, definition=definition)
        # Everybody counts once until the maker says otherwise.
        return Scenario.objects.create(
            flow=flow, campaign_id=campaign, from_name=actor.name[:120], from_address=actor.email
        )


def save_settings(
    actor: Actor, scenario: Scenario, *, name: str, description: str, campaign: int | None
) -> None:
    """Rename a scenario, tell what it is for and which campaign it belongs to."""
    house = keeper(actor)
    _seen(actor, campaign)
    flow = scenario.flow
    with transaction.atomic():
        actions.save_settings(
            house, flow, name=name, description=description, owner_id=flow.owner_id, acting=flow.acting,
            mail_errors=flow.mail_errors,
        )  # fmt: skip
        scenario.campaign_id = campaign
        scenario.save(update_fields=["campaign"])


def save_draft(actor: Actor, flow: Flow, definition: Definition) -> FlowVersion:
    """Keep a draft, finished or not."""
    return actions.save_draft(keeper(actor), flow, definition)


def start(actor: Actor, flow: Flow, version: FlowVersion, *, move: bool = False) -> int:
    """Put a version in force; ValidationFailed with all that is unfinished. With `move` those inside go on in it.

    Return how many were moved: those whose step the version still has. The others finish in theirs.
    """
    house = keeper(actor)
    with transaction.atomic():
        actions.activate(house, flow, version)
        moved = _moved(flow, version) if move else 0
        if flow.paused:
            resume(actor, flow)
    return moved


def _moved(flow: Flow, version: FlowVersion) -> int:
    nodes = [step.id for step in from_json(version.definition).walk()]
    rows = flow.runs.filter(state=RunState.WAITING, node__in=nodes).exclude(version=version)
    return rows.update(version=version)


def pause(actor: Actor, flow: Flow) -> None:
    """Let everybody stand where they are; people still come in."""
    _set_paused(actor, flow, "pause_scenario", paused=True)


def resume(actor: Actor, flow: Flow) -> None:
    """Let everybody go on whose time has come."""
    _set_paused(actor, flow, "resume_scenario", paused=False)
    jobs.move_on.enqueue()


def _set_paused(actor: Actor, flow: Flow, deed: str, *, paused: bool) -> None:
    keeper(actor)
    with transaction.atomic():
        flow.paused = paused
        flow.save(update_fields=["paused"])
        audit.record(actor, deed, flow.name, id=flow.pk)


def end(actor: Actor, flow: Flow, *, stop_runs: bool) -> int:
    """Let nobody in any more; those inside finish, or stop where they are. Return how many were stopped."""
    return actions.deactivate(keeper(actor), flow, stop_runs=stop_runs)


def delete(actor: Actor, flow: Flow) -> None:
    """Remove a scenario that is off."""
    actions.delete_flow(keeper(actor), flow)


def take_out(actor: Actor, flow: Flow, run_ids: Iterable[int]) -> int:
    """End the way of people where they stand; return how many."""
    return actions.stop(keeper(actor), flow, run_ids)


def hurry(actor: Actor, flow: Flow, run_ids: Iterable[int]) -> int:
    """Let people who wait go on to the next step now; return how many."""
    keeper(actor)
    keys = list(run_ids)[:AT_ONCE]
    with transaction.atomic():
        rows = flow.runs.filter(pk__in=keys, state=RunState.WAITING).filter(due_at__gt=timezone.now())
        count = rows.update(due_at=timezone.now(), parked=True, watching=False)
        if count:
            jobs.move_on.enqueue()
    return count


def figures(flow_ids: Iterable[int]) -> dict[int, Figures]:
    """Return how scenarios do, in two queries however many people went through."""
    keys = list(flow_ids)
    inside = numbers.inside(keys)
    rows = FlowCount.objects.filter(
        version__flow__in=keys,
        outcome__in=("", outcome.GOAL, outcome.EXIT, outcome.STOP, numbers.FAILED),
    )
    found: dict[int, dict[str, int]] = {}
    for flow, node, word, count in rows.values_list("version__flow", "node", "outcome").annotate(
        total=Sum("count")
    ):
        counted = found.setdefault(flow, {"entered": 0, "goal": 0, "left": 0})
        if not node:
            counted["entered"] += count
        elif word == outcome.GOAL:
            counted["goal"] += count
        elif word:
            counted["left"] += count
    return {key: Figures(inside=inside.get(key, 0), **found.get(key, {})) for key in keys}


def inside_of(object_name: str, record_id: int) -> list[FlowRun]:
    """Return where one person stands in all scenarios, the newest first."""
    rows = FlowRun.objects.filter(
        record_id=record_id, flow__object_name=object_name, flow__scenario__isnull=False
    )
    return list(rows.select_related("flow", "version").annotate(campaign=F("flow__scenario__campaign")).order_by("-pk")[:20])


def acting(flow: Flow) -> Actor:
    """Return as whom the scenario reads people: what it may not see cannot be chosen."""
    return engine.actor_of(flow)


def _seen(actor: Actor, campaign: int | None) -> None:
    if campaign is None:
        return
    query = Query(
        CAMPAIGN, columns=(Column(Path(("Id",))),), where=Compare(Path(("Id",)), "eq", (Constant(campaign),))
    )
    if not run.rows(actor, query):
        raise NotFound(_("There is no such campaign."))


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(field, "FIELD_INTEGRITY_EXCEPTION", message)])

"""Keeps and counts segments: rows narrowed (or widened) step by step, each step with the count that it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query import codec, decode, refine
from essor.query.actions import keeping
from essor.query.actions.keeping import Sharing
from essor.query.environment import env_for
from essor.query.models import Segment, shared_with
from essor.query.plan import plan
from essor.query.tree import All, Condition, Query
from essor.query.tree import Any as AnyOf

MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One refinement: `adds` lets further rows in instead of leaving some out; `count` is what it left last time."""

    name: str
    where: Condition | None = None
    adds: bool = False
    count: int | None = None


def steps_of(segment: Segment) -> tuple[Step, ...]:
    """Return the steps of a segment."""
    return tuple(
        Step(
            one["name"],
            decode.condition(one["where"]) if one.get("where") else None,
            bool(one.get("adds")),
            one.get("count"),
        )
        for one in segment.steps
    )


def conditions(steps: Sequence[Step]) -> list[Condition | None]:
    """Return the condition that stands after each step."""
    found: list[Condition | None] = []
    for step in steps:
        found.append(joined(found[-1], step) if found else step.where)
    return found


def joined(before: Condition | None, step: Step) -> Condition | None:
    """Return the condition after a step on top of the one before it; None holds for every row."""
    if step.adds:
        return None if before is None or step.where is None else AnyOf((before, step.where))
    parts = [one for one in (before, step.where) if one is not None]
    flat = [child for one in parts for child in (one.children if isinstance(one, All) else (one,))]
    return All(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def visible(actor: Actor, object_name: str) -> list[Segment]:
    """Return the segments of an object that the actor finds in the menu, the last changed first."""
    rows = Segment.objects.filter(shared_with(actor, Segment), object_name=object_name)
    return list(rows.order_by("-last_modified_date", "-pk"))


def find_segment(actor: Actor, key: int) -> Segment:
    """Return a segment that the actor may use; NotFound otherwise."""
    return keeping.found(actor, Segment, key)


@transaction.atomic
def save_segment(
    actor: Actor,
    *,
    object_name: str,
    name: str,
    steps: Sequence[Step],
    sharing: Sharing = Sharing(),  # noqa: B008 -- frozen
    segment: Segment | None = None,
) -> Segment:
    """Return a new segment, or `segment` changed. QueryRefused when a step cannot run in the actor's eyes."""
    obj = catalog_for(actor).object(object_name)
    if segment is not None:
        keeping.require_change(actor, segment)
    if len(steps) > MOST_STEPS:
        message = _("A segment has at most %(limit)d steps.") % {"limit": MOST_STEPS}
        raise ValidationFailed([FieldError("", "LIMIT_EXCEEDED", message)])
    sharing = keeping.checked(sharing)
    for step in steps:
        plan(Query(obj.name, where=step.where), env_for(actor))
    segment = segment or Segment(object_name=obj.name, owner_id=actor.user_id)
    segment.name, segment.visibility = keeping.named(name), sharing.visibility
    segment.steps = [as_json(replace(step, name=keeping.named(step.name))) for step in steps]
    segment.save()
    segment.roles.set(sharing.roles)
    return segment


def as_json(step: Step) -> dict[str, Any]:
    """Return a step as it is stored."""
    found: dict[str, Any] = {"name": step.name, "count": step.count}
    if step.where is not None:
        found["where"] = codec.to_json(step.where)
    if step.adds:
        found["adds"] = True
    return found


def count_steps(actor: Actor, object_name: str, steps: Sequence[Step]) -> list[int]:
    """Return the count after each step, in one statement."""
    if not steps:
        return []
    if any(step.adds for step in steps[1:]):
        return refine.counts(actor, object_name, conditions(steps))
    wheres = tuple(step.where or All(()) for step in steps)
    return refine.steps(actor, Query(object_name, where=All(wheres)))


def recount(actor: Actor, segment: Segment) -> tuple[Step, ...]:
    """Return the steps with their counts of now; the owner's counts are remembered."""
    steps = steps_of(segment)
    counts = count_steps(actor, segment.object_name, steps)
    steps = tuple(replace(step, count=count) for step, count in zip(steps, counts, strict=True))
    if segment.owner_id == actor.user_id:
        Segment.objects.filter(pk=segment.pk).update(
            steps=[as_json(step) for step in steps], counted=timezone.now()
        )
    return steps


@transaction.atomic
def delete_segment(actor: Actor, segment: Segment) -> None:
    """Remove a segment; its records stay as they are."""
    keeping.require_change(actor, segment)
    segment.delete()

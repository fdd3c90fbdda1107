"""How scenarios do, in numbers, and where one person stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Sum

from essor.domain.automation import numbers, outcome
from essor.domain.automation.models import FlowCount, FlowRun, FlowStep, RunState
from essor.domain.marketing.scenarios.models import SentText

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """How a scenario does: people who came in, who are inside, who reached the goal, who left before their end.

    `failed` are those whose step failed and who wait for somebody to mend it.
    """

    entered: int = 0
    inside: int = 0
    goal: int = 0
    left: int = 0
    failed: int = 0


def figures(flow_ids: Iterable[int]) -> dict[int, Figures]:
    """Return how scenarios do, in three queries however many people went through."""
    keys = list(flow_ids)
    inside = numbers.inside(keys)
    stuck = failed(keys)
    rows = FlowCount.objects.filter(
        version__flow__in=keys, outcome__in=("", outcome.GOAL, outcome.EXIT, outcome.STOP)
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
    return {
        key: Figures(inside=inside.get(key, 0), failed=stuck.get(key, 0), **found.get(key, {}))
        for key in keys
    }


def failed(flow_ids: Iterable[int]) -> dict[int, int]:
    """Return how many people stand at a step that failed for them, in each flow."""
    rows = FlowRun.objects.filter(flow__in=list(flow_ids), state=RunState.FAILED).exclude(record_id=0)
    return dict(rows.order_by().values_list("flow_id").annotate(number=Count("*")))


def reached() -> Exists:
    """Return the condition of those runs that ended because the goal was reached."""
    return Exists(FlowStep.objects.filter(run=OuterRef("pk"), outcome=outcome.GOAL))


def endings(runs: Iterable[FlowRun]) -> dict[int, tuple[str, str]]:
    """Return how and why runs left before their end, {run: (outcome, why)}: one query. Who was taken out has none."""
    keys = [one.pk for one in runs if one.state == RunState.STOPPED]
    rows = (
        FlowStep.objects.filter(run__in=keys, outcome__in=outcome.LEAVING)
        if keys
        else FlowStep.objects.none()
    )
    return {
        run: (word, why) for run, word, why in rows.order_by("pk").values_list("run", "outcome", "detail")
    }


def of_person(object_name: str, record_id: int) -> list[FlowRun]:
    """Return the ways of one person through scenarios, the newest first, with their flows and versions."""
    rows = FlowRun.objects.filter(
        record_id=record_id, flow__object_name=object_name, flow__scenario__isnull=False
    )
    return list(rows.select_related("flow", "version").order_by("-pk")[:SHOWN])


def texts_of(flow_id: int, node: str) -> dict[str, int]:
    """Return how many text messages of a step a provider took, by what became of them: {label: number}."""
    rows = SentText.objects.filter(run__flow=flow_id, node=node).order_by()
    found = dict(rows.values_list("state").annotate(number=Count("pk")))
    return {str(one.label): found[one.value] for one in SentText.State if one.value in found}

"""Funnels: how many records reached each stage or one behind it, by their history, and how many went on to the next.

The stages are those of the object's path, the lost ones left out. A record that skipped a stage has passed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.domain.reports.answer import Answer, Cell, Drawn, Head, Line, Metric, Series
from essor.domain.reports.asking import Asked
from essor.domain.reports.drill import joined
from essor.domain.reports.tree import path_of
from essor.kernel import formats
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.tree import Aggregate, Column, Compare, Condition, Constant, InQuery, Path, Query, Related

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Way:
    """Where the history of an object's stages stands: its object, the lookup to the record, the stage."""

    stage: Field
    history: str
    link: str
    relationship: str


def way_of(asked: Asked) -> Way:
    """Return the history of an object's path; QueryRefused when it has none that the reader sees."""
    obj = asked.object
    stage = obj.by_name.get(obj.path_field.lower()) if obj.path_field else None
    if stage is not None:
        for child in obj.children:
            if not asked.catalog.has(child.object_name):
                continue
            other = asked.catalog.object(child.object_name)
            if other.name == f"{obj.name}History" and other.has(stage.name):
                return Way(stage, other.name, other.field(child.field).name, child.name)
    message = _("A funnel needs the history of stages, which %(plural)s do not have.")
    raise QueryRefused(message % {"plural": obj.plural})


def stages_of(stage: Field) -> list[Choice]:
    """Return the stages in order, from the first to won."""
    return [
        one
        for one in stage.choices
        if one.active and not (one.facts.get("closed") and not one.facts.get("won"))
    ]


def answer(asked: Asked) -> Answer:
    """Return the stages with how many reached them, from the stage before and from the first one."""
    way = way_of(asked)
    stages = stages_of(way.stage)
    counts = reached(asked, way, stages)
    first = counts[0] if counts else 0
    lines = tuple(_lines(asked, way, stages, counts))
    labels = tuple(str(one) for one in stages)
    chart = Drawn("bar", labels, (Series(str(_("Reached")), tuple(float(one) for one in counts)),))
    share = HUNDRED * counts[-1] / first if first else None
    heads = (
        Head(str(way.stage.label)),
        Head(str(_("Reached")), numeric=True),
        Head(str(_("From the stage before")), numeric=True),
        Head(str(_("From the first stage")), numeric=True),
    )
    metric = Metric(str(_("From the first stage to the last")), asked.writer.value("percent", share))
    return Answer(asked.object.name, heads, lines, chart if first else None, (metric,), (), asked.where)


def reached(asked: Asked, way: Way, stages: Sequence[Choice]) -> list[int]:
    """Return how many records reached each stage or a later one: one query, one count for each stage."""
    columns = [
        Column(Aggregate("COUNT_DISTINCT", Path((way.link,)), _from(way, stages[place:])), f"s{place}")
        for place in range(len(stages))
    ]
    where: Condition | None = None
    if asked.where is not None:
        inner = Query(asked.object.name, (Column(Path(("Id",))),), asked.where)
        where = InQuery(Path((way.link,)), inner)
    row = run.rows(asked.actor, Query(way.history, tuple(columns), where))[0]
    return [int(row[f"s{place}"]) for place in range(len(stages))]


def _from(way: Way, stages: Sequence[Choice]) -> Compare:
    return Compare(path_of(way.stage.name), "in", tuple(Constant(one.value, "text") for one in stages))


def _lines(asked: Asked, way: Way, stages: Sequence[Choice], counts: Sequence[int]) -> Iterator[Line]:
    for place, (stage, count) in enumerate(zip(stages, counts, strict=True)):
        before = counts[place - 1] if place else 0
        step = HUNDRED * count / before if before else None
        whole = HUNDRED * count / counts[0] if counts[0] else None
        text = formats.number(count, asked.actor.locale)
        behind = joined(asked.where, Related(way.relationship, _from(way, stages[place:])))
        yield Line(
            (
                Cell(str(stage), stage.value),
                Cell(text, count, behind, share=whole),
                Cell(asked.writer.value("percent", step) if place else "", step),
                Cell(asked.writer.value("percent", whole), whole),
            )
        )


def supports(obj: ObjectDef) -> bool:
    """Tell whether an object may have a funnel at all."""
    return bool(obj.path_field) and any(way.object_name == f"{obj.name}History" for way in obj.children)

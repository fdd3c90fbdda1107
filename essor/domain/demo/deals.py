"""Opportunities of the demo company with the path that each has walked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from essor.domain.demo import words
from essor.domain.demo.companies import DAYS, Maker
from essor.domain.sales.models import Account, Opportunity, OpportunityHistory
from essor.domain.sales.objects import OPPORTUNITY_TYPES, SOURCES, STAGES

OPEN = tuple(stage for stage in STAGES if not stage.facts["closed"])
WON = next(stage for stage in STAGES if stage.facts["won"])
LOST = next(stage for stage in STAGES if stage.facts["closed"] and not stage.facts["won"])
WIN_RATE, SKIP_STAGE = 0.31, 0.35
CYCLE_DAYS = (25, 160)


@dataclass(slots=True)
class Walk:
    """A deal's way: the steps (stage, since when) up to today."""

    steps: list[tuple[Any, datetime]] = field(default_factory=list)
    close: datetime | None = None


def walk(maker: Maker, created: datetime) -> Walk:
    """Return the stages that a deal born at `created` has seen so far; it ends won, lost, or is still open."""
    rng, found = maker.rng, Walk()
    length = timedelta(days=rng.uniform(*CYCLE_DAYS))
    end = created + length
    stages = [OPEN[0], *(stage for stage in OPEN[1:] if rng.random() > SKIP_STAGE)]
    won = rng.random() < WIN_RATE
    if not won:
        stages = stages[: rng.randrange(1, len(stages) + 1)]
    for place, stage in enumerate(stages):
        found.steps.append((stage, created + length * (place / len(stages)) * rng.uniform(0.8, 1.0)))
    found.steps.append((WON if won else LOST, end))
    found.steps = [step for step in found.steps if step[1] <= maker.now]
    found.close = end
    return found


def opportunities(
    maker: Maker, companies: Sequence[Account], count: int
) -> Iterator[tuple[Opportunity, Walk]]:
    """Yield deals over thirty months, the newest more numerous, each with its walk."""
    rng = maker.rng
    for _place in range(count):
        company = rng.choice(companies)
        created = maker.past(int(DAYS * rng.uniform(0.2, 1)))
        way = walk(maker, created)
        stage = way.steps[-1][0]
        amount = round(10 ** rng.uniform(3.3, 5.4)) * 100
        probability = float(stage.facts["probability"])
        closed = bool(stage.facts["closed"])
        close = (
            (way.close or maker.now)
            if closed
            else max(way.close or maker.now, maker.now + timedelta(days=-20))
        )
        owner = company.owner_id if rng.random() < 0.9 else rng.choice(maker.owners)  # noqa: PLR2004
        yield (
            Opportunity(
                account_id=company.pk, name=f"{rng.choice(words.PRODUCTS)} – {company.name}"[:120],
                type=rng.choice(OPPORTUNITY_TYPES).value, stage_name=stage.value, amount=amount, probability=probability,
                expected_revenue=round(amount * probability / 100), close_date=close.date(), is_closed=closed,
                is_won=bool(stage.facts["won"]), forecast_category_name=stage.facts["category"],
                last_stage_change_date=way.steps[-1][1], lead_source=rng.choice(SOURCES).value,
                next_step=None if closed else rng.choice(words.NEXT_STEPS),
                **maker.stamp(created, owner or maker.owners[0]),
            ),
            way,
        )  # fmt: skip


def history(deal: Opportunity, way: Walk) -> Iterator[OpportunityHistory]:
    """Yield one row per step of the deal's way."""
    for stage, since in way.steps:
        probability = float(stage.facts["probability"])
        yield OpportunityHistory(
            opportunity_id=deal.pk, stage_name=stage.value, amount=deal.amount, probability=probability,
            expected_revenue=round((deal.amount or 0) * probability / 100), close_date=deal.close_date,
            created_date=since, last_modified_date=since, system_modstamp=since,
            created_by_id=deal.owner_id, last_modified_by_id=deal.owner_id,
        )  # fmt: skip

"""Opportunities of the demo company with the path that each has walked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from essor.catalog.pipelines import COLUMN
from essor.domain.demo import pipelines, words
from essor.domain.demo.companies import DAYS, Maker
from essor.domain.sales.models import Account, Opportunity, OpportunityHistory
from essor.domain.sales.objects import LOSS_REASONS, OPPORTUNITY_TYPES, SOURCES, STAGES

OPEN = {
    name: tuple(stage for stage in STAGES if stage.value in values and not stage.facts["closed"])
    for name, values in pipelines.STAGES.items()
}
RENEWALS = 0.3
PUSHES = ((0, 1, 2, 3, 4), (50, 25, 14, 8, 3))
MONEY_OF = {"United Kingdom": "GBP", "Suisse": "CHF"}
WON = next(stage for stage in STAGES if stage.facts["won"])
LOST = next(stage for stage in STAGES if stage.facts["closed"] and not stage.facts["won"])
WIN_RATE, SKIP_STAGE = 0.31, 0.35
CYCLE_DAYS = (25, 160)


@dataclass(slots=True)
class Walk:
    """A deal's way: the steps (stage, since when) up to today."""

    steps: list[tuple[Any, datetime]] = field(default_factory=list)
    close: datetime | None = None


def walk(maker: Maker, created: datetime, kind: str) -> Walk:
    """Return the stages of its pipeline that a deal born at `created` has seen; it ends won, lost, or is still open."""
    rng, found = maker.rng, Walk()
    length = timedelta(days=rng.uniform(*CYCLE_DAYS))
    end = created + length
    first, *further = OPEN[kind]
    stages = [first, *(stage for stage in further if rng.random() > SKIP_STAGE)]
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
    rng, types = maker.rng, pipelines.types()
    for created in sorted(maker.past(int(DAYS * rng.uniform(0.05, 1))) for _deal in range(count)):
        company = rng.choice(companies)
        kind = pipelines.RENEWAL if rng.random() < RENEWALS else pipelines.NEW
        way = walk(maker, created, kind)
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
                account_id=company.pk,
                name=f"{rng.choice(words.PRODUCTS)} – {company.name}"[:120],
                type=rng.choice(OPPORTUNITY_TYPES).value,
                stage_name=stage.value,
                amount=amount,
                probability=probability,
                expected_revenue=round(amount * probability / 100),
                close_date=close.date(),
                is_closed=closed,
                is_won=bool(stage.facts["won"]),
                forecast_category_name=stage.facts["category"],
                last_stage_change_date=way.steps[-1][1],
                lead_source=rng.choice(SOURCES).value,
                next_step=None if closed else rng.choice(words.NEXT_STEPS),
                push_count=rng.choices(*PUSHES)[0],
                loss_reason=rng.choice(LOSS_REASONS).value if stage is LOST else None,
                currency_iso_code=MONEY_OF.get(company.billing_country or "", "EUR"),
                **{COLUMN: types[kind].id},
                **maker.stamp(created, owner or maker.owners[0]),
            ),
            way,
        )


def history(deal: Opportunity, way: Walk) -> Iterator[OpportunityHistory]:
    """Yield one row per step of the deal's way."""
    ends = [since for _stage, since in way.steps[1:]]
    for (stage, since), until in zip(way.steps, [*ends, None], strict=True):
        probability = float(stage.facts["probability"])
        yield OpportunityHistory(
            opportunity_id=deal.pk,
            stage_name=stage.value,
            amount=deal.amount,
            probability=probability,
            expected_revenue=round((deal.amount or 0) * probability / 100),
            close_date=deal.close_date,
            created_date=since,
            end_date=until,
            last_modified_date=since,
            system_modstamp=since,
            currency_iso_code=deal.currency_iso_code,
            created_by_id=deal.owner_id,
            last_modified_by_id=deal.owner_id,
        )

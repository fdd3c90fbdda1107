"""What a stage brings with it, how often a deal is put off, and the path of a deal kept as data."""

from __future__ import annotations

from datetime import date
from typing import Any

from essor.domain.sales.models import OpportunityHistory
from essor.domain.sales.products.totals import share_of
from essor.kernel.db.insert import insert_rows
from essor.records.batch import Batch, Row
from essor.records.rules import after, before

TRACKED = ("StageName", "Amount", "Probability", "CloseDate")
READS = (*TRACKED, "ExpectedRevenue", "IsClosed", "IsWon", "ForecastCategoryName", "CurrencyIsoCode")


@before("Opportunity", reads=READS)
def stage_facts(batch: Batch) -> None:
    """Set closed, won, probability and forecast category from the stage, and the expected revenue from both.

    A probability or category that the writer offers along with the stage wins over the stage's own.
    """
    stages = batch.object.field("StageName")
    for row in batch:
        choice = stages.choice(row.get("StageName") or "")
        if choice is not None and (row.is_new or row.changes("StageName")):
            _follow_stage(row, dict(choice.facts))
            row.set("LastStageChangeDate", batch.now)
        amount, probability = row.get("Amount"), row.get("Probability")
        currency = row.get("CurrencyIsoCode") or ""
        expected = None if amount is None or probability is None else share_of(amount, probability, currency)
        if expected != row.get("ExpectedRevenue"):
            row.set("ExpectedRevenue", expected)


def _follow_stage(row: Row, facts: dict[str, object]) -> None:
    won = bool(facts.get("won"))
    row.set("IsClosed", bool(facts.get("closed")))
    row.set("IsWon", won)
    if row.offered.get("Probability") is None and "probability" in facts:
        row.set("Probability", float(str(facts["probability"])))
    if row.offered.get("ForecastCategoryName") is None and "category" in facts:
        row.set("ForecastCategoryName", facts["category"])
    if (
        (won or not facts.get("closed"))
        and row.get("LossReason") is not None
        and not row.changes("LossReason")
    ):
        row.set("LossReason", None)  # the deal lives again


@before("Opportunity", reads=("CloseDate", "PushCount", "LossReason"))
def pushes(batch: Batch) -> None:
    """Count each time that the close date of a deal goes to a later month."""
    for row in batch:
        if row.is_new:
            row.set("PushCount", 0)
        elif row.changes("CloseDate") and _month(row.get("CloseDate")) > _month(row.prior("CloseDate")):
            row.set("PushCount", (row.prior("PushCount") or 0) + 1)


def _month(day: date | None) -> tuple[int, int]:
    return (day.year, day.month) if day else (9999, 12)


@after("Opportunity", reads=READS)
def stage_history(batch: Batch) -> None:
    """Keep one step of the path per change of stage, amount, probability or close date; the step before ends there."""
    rows = [row for row in batch if row.is_new or any(row.changes(name) for name in TRACKED)]
    earlier = [row.id for row in rows if row.id is not None and not row.is_new]
    if earlier:
        OpportunityHistory.objects.filter(opportunity_id__in=earlier, end_date=None).update(
            end_date=batch.now
        )
    insert_rows(OpportunityHistory, [_step(batch, row) for row in rows])


def _step(batch: Batch, row: Row) -> dict[str, Any]:
    return {
        "opportunity_id": row.id,
        "stage_name": row.get("StageName"),
        "amount": row.get("Amount"),
        "probability": row.get("Probability"),
        "expected_revenue": row.get("ExpectedRevenue"),
        "close_date": row.get("CloseDate"),
        "currency_iso_code": row.get("CurrencyIsoCode") or "EUR",
        "created_date": batch.now,
        "last_modified_date": batch.now,
        "system_modstamp": batch.now,
        "created_by_id": batch.actor.user_id,
        "last_modified_by_id": batch.actor.user_id,
    }

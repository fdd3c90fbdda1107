"""What a deal's stage brings with it, its days and pushes, and its path as data that reports can add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.sales.models import Opportunity, OpportunityHistory
from essor.kernel.clock import moment_for
from essor.query import run
from essor.query.soql import parse
from essor.records.change import Change
from essor.records.save import save, save_many

DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-03-15"}


@pytest.fixture
def deal(admin: Actor) -> int:  # noqa: F811
    return save(admin, Change("Opportunity", DEAL)).id


def change(actor: Actor, key: int, **values: Any) -> None:
    save(actor, Change("Opportunity", values, id=key))


def test_a_close_date_in_a_later_month_is_a_push(admin: Actor, deal: int) -> None:  # noqa: F811
    pushes = []
    for day in ("2026-03-31", "2026-04-01", "2026-02-01", "2027-01-01", "2027-01-02"):
        change(admin, deal, CloseDate=day)
        pushes.append(Opportunity.objects.get().push_count)
    assert pushes == [0, 1, 1, 2, 2]


def test_nobody_types_the_pushes(admin: Actor, deal: int) -> None:  # noqa: F811
    results = save_many(admin, "Opportunity", [Change("Opportunity", {"PushCount": 9}, id=deal)])
    assert results[0].errors[0].code == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_a_deal_that_lives_again_has_no_loss_reason(admin: Actor, deal: int) -> None:  # noqa: F811
    change(admin, deal, StageName="Closed Lost", LossReason="Price")
    assert Opportunity.objects.get().loss_reason == "Price"
    change(admin, deal, StageName="Qualification")
    assert Opportunity.objects.get().loss_reason is None


def test_each_step_of_the_path_ends_where_the_next_begins(admin: Actor, deal: int) -> None:  # noqa: F811
    change(admin, deal, Amount="100")
    change(admin, deal, StageName="Qualification")
    change(admin, deal, NextStep="nothing that the path keeps")
    steps = list(
        OpportunityHistory.objects.order_by("id").values_list("stage_name", "created_date", "end_date")
    )
    assert [stage for stage, _from, _until in steps] == ["Prospecting", "Prospecting", "Qualification"]
    assert [until for _stage, _from, until in steps] == [steps[1][1], steps[2][1], None]


def test_the_days_of_each_stage_add_up_in_a_query(admin: Actor, deal: int) -> None:  # noqa: F811
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    OpportunityHistory.objects.all().delete()
    for stage, first, last in (("Prospecting", 0, 3), ("Prospecting", 3, 5), ("Qualification", 5, 9)):
        OpportunityHistory.objects.create(
            opportunity_id=deal,
            stage_name=stage,
            created_date=start + timedelta(days=first),
            end_date=start + timedelta(days=last),
        )
    text = "SELECT StageName, SUM(DurationInDays) days FROM OpportunityHistory GROUP BY StageName ORDER BY StageName"
    assert [round(row["days"], 6) for row in run.rows(admin, parse(text))] == [5, 4]


def test_days_in_stage_and_age_follow_the_date(admin: Actor, deal: int) -> None:  # noqa: F811
    since = timezone.now() - timedelta(days=12)
    Opportunity.objects.update(last_stage_change_date=since, created_date=since - timedelta(days=8))
    text = "SELECT LastStageChangeInDays, AgeInDays FROM Opportunity WHERE LastStageChangeInDays > 11"

    def days(later: int) -> list[tuple[float, float]]:
        moment = moment_for("UTC", now=timezone.now() + timedelta(days=later))
        return [
            (r["LastStageChangeInDays"], r["AgeInDays"]) for r in run.rows(admin, parse(text), moment=moment)
        ]

    assert days(0) == [(12, 20)]
    assert days(5) == [(17, 25)]
    change(admin, deal, StageName="Closed Won", CloseDate="2020-01-01")
    found = run.rows(admin, parse("SELECT AgeInDays FROM Opportunity"))
    assert found[0]["AgeInDays"] == 0, "a closed deal does not grow older, nor is it younger than a day"

"""Leaderboards: only who wants to, only the better half, and help on colleagues' deals counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from essor.access.actor import system_actor
from essor.domain.forecasts import leaders, periods
from essor.domain.forecasts.tests.conftest import MONTH, Deal, Firm
from essor.domain.sales.models import Opportunity
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

PERIOD = periods.Period("month", MONTH)


def join(firm: Firm, *names: str) -> None:
    for name in names:
        leaders.choose(firm.actor(name), take_part=True)


def first(firm: Firm, metric: str, team: int | None = None) -> list[tuple[int, str, int]]:
    actor = firm.actor("dina")
    found = leaders.boards(actor, PERIOD, leaders.participants(actor, team))[metric]
    return [(one.rank, one.name.split()[0], one.value) for one in found.places]


def values(metric: str, people: list[int]) -> dict[int, int]:
    (found,) = leaders.figures([PERIOD], people)[metric]
    return found


def test_only_who_takes_part_is_shown(firm: Firm, deal: Deal) -> None:
    for name, amount in (("ned", 100), ("nia", 300), ("sam", 50), ("nora", 20)):
        deal(name, amount, "Closed")
    join(firm, "ned", "sam", "nora", "dina")
    assert first(firm, "amount") == [(1, "Ned", 10_000), (2, "Sam", 5_000)]
    leaders.choose(firm.actor("ned"), take_part=False)
    assert first(firm, "amount") == [(1, "Sam", 5_000)]


def test_nobody_is_shown_as_last(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Closed")
    deal("nia", 50, "Closed")
    join(firm, "ned", "nia")
    assert first(firm, "amount") == [(1, "Ned", 10_000)]
    leaders.choose(firm.actor("nia"), take_part=False)
    assert first(firm, "amount") == []


def test_equal_values_share_a_rank(firm: Firm, deal: Deal) -> None:
    for name in ("ned", "nia"):
        deal(name, 100, "Closed")
    join(firm, "ned", "nia", "sam", "nora")
    assert first(firm, "deals") == [(1, "Ned", 1), (1, "Nia", 1)]


def test_equal_values_that_reach_into_the_lower_half_are_not_shown(firm: Firm, deal: Deal) -> None:
    deal("sam", 500, "Closed")
    for name in ("ned", "nia", "nora"):
        deal(name, 100, "Closed")
    join(firm, "ned", "nia", "sam", "nora")
    assert first(firm, "amount") == [(1, "Sam", 50_000)]


def test_a_team_is_a_role_and_those_below(firm: Firm, deal: Deal) -> None:
    for name in ("ned", "nia", "sam"):
        deal(name, {"ned": 1, "nia": 2, "sam": 9}[name], "Closed")
    join(firm, "ned", "nia", "sam")
    north = firm.users["nora"].role_id
    assert first(firm, "amount", north) == [(1, "Nia", 200)]
    assert [name for _key, name in leaders.teams(firm.actor("ned"))] == [
        "Sellers North",
        "North",
        "Sales manager",
        "Management",
    ]


def task(firm: Firm, owner: str, about: int, **more: Any) -> None:
    values = {
        "Subject": "Help",
        "OwnerId": firm[owner],
        "WhatId": ids.encode("006", about),
        "Status": "Completed",
        **more,
    }
    save(system_actor(), Change("Task", values))


def test_help_on_deals_that_colleagues_won_counts_once_a_deal(firm: Firm, deal: Deal) -> None:
    won, own, open_deal = deal("ned", 100, "Closed"), deal("nia", 5, "Closed"), deal("ned", 7, "Commit")
    task(firm, "nia", won)
    task(firm, "nia", won)
    task(firm, "nia", own)
    task(firm, "nia", open_deal)
    task(firm, "sam", won, Status="Not Started")
    event = {
        "Subject": "Visit",
        "OwnerId": firm["sam"],
        "WhatId": ids.encode("006", won),
        "StartDateTime": "2026-01-05T10:00:00Z",
    }
    save(system_actor(), Change("Event", event))
    people = [firm["nia"], firm["sam"], firm["ned"]]
    assert values("helped", people) == {firm["nia"]: 1, firm["sam"]: 1}


def test_talking_to_the_people_of_a_deal_and_bringing_one_in_is_help(firm: Firm, deal: Deal) -> None:
    account = save(system_actor(), Change("Account", {"Name": "Acme"})).id
    won = deal("ned", 100, "Closed", AccountId=account)
    Opportunity.objects.filter(pk=won).update(created_date=datetime(2026, 11, 2, tzinfo=UTC))
    buyer = save(
        system_actor(), Change("Contact", {"LastName": "Roux", "AccountId": account, "OwnerId": firm["nia"]})
    ).id
    role = {"OpportunityId": ids.encode("006", won), "ContactId": ids.encode("003", buyer)}
    people = [firm[name] for name in ("nia", "sam", "nora", "ned")]
    assert values("helped", people) == {}
    save(system_actor(), Change("OpportunityContactRole", role))
    about = {"Subject": "Call", "Status": "Completed", "WhoId": ids.encode("003", buyer)}
    for name, day in (
        ("sam", "2026-11-10"),
        ("sam", "2026-11-11"),
        ("nora", "2026-10-30"),
        ("ned", "2026-11-10"),
    ):
        save(system_actor(), Change("Task", {**about, "OwnerId": firm[name], "ActivityDate": day}))
    assert values("helped", people) == {firm["nia"]: 1, firm["sam"]: 1}
    assert values("contributed", people) == {firm["nia"]: 10_000, firm["sam"]: 10_000}
    assert (
        leaders.helped_deals(firm.actor("sam"), PERIOD) == []
    )  # a private deal of another team is not named
    assert leaders.helped_deals(firm.actor("dina"), PERIOD) == []


def test_a_new_customer_buys_for_the_first_time(firm: Firm, deal: Deal) -> None:
    old, new = (save(system_actor(), Change("Account", {"Name": name})).id for name in ("Old", "New"))
    deal("ned", 1, "Closed", AccountId=old, CloseDate="2026-10-02")
    deal("ned", 1, "Closed", AccountId=old)
    deal("nia", 1, "Closed", AccountId=new)
    deal("nia", 1, "Closed", AccountId=new)
    assert values("customers", [firm["ned"], firm["nia"]]) == {firm["nia"]: 1}


def test_progress_is_measured_against_oneself(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Closed")
    deal("ned", 30, "Closed", CloseDate="2026-10-30")
    account = save(system_actor(), Change("Account", {"Name": "Acme"})).id
    for close in ("2026-09-30", "2026-11-02"):
        deal("ned", 1, "Closed", CloseDate=close, AccountId=account)
    task(firm, "ned", deal("nia", 7, "Closed", CloseDate="2026-10-01"))
    boards = leaders.boards(firm.actor("ned"), PERIOD, (), count=3)
    way = {metric: [one.value for one in board.way] for metric, board in boards.items()}
    assert way["amount"] == [100, 3_000, 10_100]
    assert way["deals"] == [1, 1, 2]
    assert way["customers"] == [1, 0, 0]
    assert (way["helped"], way["contributed"]) == ([0, 1, 0], [0, 700, 0])
    assert sum(way["activities"]) == 1

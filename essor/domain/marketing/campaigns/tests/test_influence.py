"""Deals are credited to the campaigns that touched them, to the cent, within the window, in the reader's eyes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.models import OrgDefault
from essor.access.version import bump
from essor.domain.marketing.campaigns import hierarchy
from essor.domain.marketing.campaigns.influence import MODELS, Influence, influence, roi, set_days
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.campaigns.tests.conftest import Make
from essor.kernel.errors import Forbidden, ValidationFailed

pytestmark = pytest.mark.django_db


def touch(make: Make, campaign: int, contact: int, days_ago: int) -> None:
    key = make("CampaignMember", CampaignId=campaign, ContactId=contact, Status="Responded")
    day: date = timezone.now().date() - timedelta(days=days_ago)
    CampaignMember.objects.filter(pk=key).update(first_responded_date=day)


def told(won: int) -> Influence:
    return Influence(won=dict.fromkeys(MODELS, won))


@pytest.fixture
def story(make: Make) -> dict[str, int]:
    """One deal of 100.01 won: its two people were touched by three campaigns, one of them the primary source."""
    ana, bo = make("Contact"), make("Contact", LastName="Bo")
    mail, fair, source = (make("Campaign", Name=name) for name in ("mail", "fair", "source"))
    deal = make(
        "Opportunity",
        Name="D",
        CloseDate=timezone.now().date().isoformat(),
        Amount=100.01,
        StageName="Closed Won",
        ContactId=ana,
        CampaignId=source,
    )
    make("OpportunityContactRole", OpportunityId=deal, ContactId=bo)
    touch(make, mail, ana, 40)
    touch(make, mail, bo, 2)
    touch(make, fair, bo, 20)
    touch(make, make("Campaign", Name="too early"), bo, 400)
    return {"mail": mail, "fair": fair, "source": source, "deal": deal}


def test_first_last_and_even_touch(make: Make, admin: Actor, story: dict[str, int]) -> None:
    keys = [story[name] for name in ("mail", "fair", "source")]
    found = influence(admin, keys)
    won = {name: found[story[name]]["EUR"].won for name in ("mail", "fair", "source")}
    assert {name: one["first"] for name, one in won.items()} == {"mail": 10001, "fair": 0, "source": 0}
    assert {name: one["last"] for name, one in won.items()} == {"mail": 0, "fair": 0, "source": 10001}
    assert sorted(one["even"] for one in won.values()) == [3333, 3334, 3334]
    assert roi(won["mail"]["first"], 5000) == pytest.approx(100.02)
    every: list[Influence] = [one["EUR"] for one in found.values()]
    assert [sum(one.won_deals[model] for one in every) for model in ("first", "last", "even")] == [1, 1, 1], (
        "it is one deal"
    )
    open_deal = make(
        "Opportunity",
        Name="O",
        CloseDate="2030-01-01",
        Amount=10,
        StageName="Prospecting",
        CampaignId=keys[0],
    )
    assert open_deal
    again = influence(admin, keys[:1])[keys[0]]["EUR"]
    assert (again.deals["even"], again.won_deals["even"], again.open["first"], again.won["last"]) == (
        2,
        1,
        1000,
        0,
    )


def test_the_window_is_the_administrators(
    make: Make, admin: Actor, story: dict[str, int], make_user: Any
) -> None:
    set_days(admin, 30)
    assert influence(admin, [story["mail"]])[story["mail"]]["EUR"].won["first"] == 0
    for who, days, error in (
        (admin, -1, ValidationFailed),
        (actor_for(make_user("Mia", "Marketing")), 3, Forbidden),
    ):
        with pytest.raises(error):
            set_days(who, days)


def test_deals_out_of_sight_do_not_count(make: Make, story: dict[str, int], make_user: Any) -> None:
    OrgDefault.objects.update_or_create(object_name="Opportunity", defaults={"access": "Private"})
    bump()
    assert influence(actor_for(make_user("Sam", "Sales")), [story["mail"]]) == {}


def test_sums_over_the_campaigns_below(make: Make, admin: Actor) -> None:
    top = make("Campaign", BudgetedCost=100)
    middle = make("Campaign", Name="M", ParentId=top, BudgetedCost=10)
    low = make("Campaign", Name="L", ParentId=middle, BudgetedCost=1)
    make("Campaign", Name="foreign", ParentId=top, BudgetedCost=1, CurrencyIsoCode="USD")
    make("CampaignMember", CampaignId=low, LeadId=make("Lead"), Status="Responded")
    branches = hierarchy.tree(admin, top)
    assert [one.level for one in branches if one.values["Id"] in (top, middle, low)] == [0, 1, 2]
    sums, unknown = hierarchy.totals(branches, hierarchy.exchange(admin, "EUR", {"USD"}))
    assert (sums["BudgetedCost"], sums["NumberOfLeads"], sums["NumberOfResponses"]) == (11100, 1, 1)
    assert unknown == {"USD"}, "nobody keeps a rate"
    assert sums["Cost"] == 11100, "what is planned, as nothing was spent"
    credit, left = hierarchy.credited(
        branches[0], {"EUR": told(700), "USD": told(9)}, hierarchy.exchange(admin, "EUR", {"USD"})
    )
    assert (credit.won["even"], left) == (700, {"USD"})


def test_sums_in_several_currencies_are_converted_at_the_rates_of_each_first_day(
    make: Make, admin: Actor
) -> None:
    make("CurrencyType", IsoCode="USD", ConversionRate=2)
    make("DatedConversionRate", IsoCode="USD", StartDate="2026-03-01", ConversionRate=1.25)
    top = make("Campaign", ActualCost=100, StartDate="2026-01-01")
    make("Campaign", ParentId=top, ActualCost=10, StartDate="2026-02-28", CurrencyIsoCode="USD")
    make("Campaign", ParentId=top, ActualCost=10, StartDate="2026-03-01", CurrencyIsoCode="USD")
    make("Campaign", ParentId=top, ActualCost=10, CurrencyIsoCode="USD")
    branches = hierarchy.tree(admin, top)
    in_euros = hierarchy.exchange(admin, "EUR", {"USD"})
    sums, unknown = hierarchy.totals(branches, in_euros)
    assert (sums["ActualCost"], unknown) == (10_000 + 500 + 800 + 800, frozenset())
    in_dollars = hierarchy.exchange(admin, "USD", {"EUR"})
    assert in_dollars.worth(10_000, "EUR", date(2026, 1, 1)) == 20_000
    assert in_dollars.worth(-1, "EUR", date(2026, 3, 2)) == -1

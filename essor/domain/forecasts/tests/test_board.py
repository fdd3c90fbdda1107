"""The forecast: cumulative figures, rolled up the role tree, in the eyes of whoever looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor, system_actor
from essor.access.models import FieldPermission, PermissionSet
from essor.access.version import bump
from essor.domain.currencies.models import CurrencyType
from essor.domain.forecasts import board as boards
from essor.domain.forecasts import figures, periods, scope
from essor.domain.forecasts.tests.conftest import MONTH, Deal, Firm
from essor.domain.sales.rules.conversion import follow_rates
from essor.records.change import Change
from essor.records.save import save

PERIOD = periods.Period("month", MONTH)


def lines(actor: Actor, period: periods.Period = PERIOD, currency: str = "") -> dict[str, boards.Line]:
    return {line.name: line for line in boards.board(actor, period, currency).lines}


@pytest.fixture
def year(deal: Deal) -> None:
    deal("ned", 100, "Closed")
    deal("ned", 50, "Commit")
    deal("nia", 30, "Best Case")
    deal("nia", 7, "Pipeline")
    deal("nia", None, "Pipeline")
    deal("nia", 1000, "Omitted")
    deal("sam", 5, "Closed")
    deal("nora", 2, "Commit", CloseDate="2026-12-01")


def test_later_figures_hold_the_earlier_ones(firm: Firm, year: None) -> None:
    total = boards.board(firm.actor("nora"), PERIOD).total
    assert {name: total.figure(name) for name in figures.FIGURES} == {
        "closed": 10_000,
        "commit": 15_000,
        "best": 18_000,
        "open": 8_700,
    }
    assert total.sums.count("open") == 4


def test_teams_hold_the_sums_of_their_people(firm: Firm, year: None) -> None:
    found = lines(firm.actor("dina"))
    assert found["Sellers North"].figure("commit") == 15_000
    assert found["North"].figure("commit") == found["Sellers North"].figure("commit")
    assert found["Sellers South"].figure("closed") == 500
    assert found["Sales manager"].figure("closed") == 10_500
    assert found["Ned Test"].parent == found["Sellers North"].key


def test_one_sees_oneself_and_below_and_nobody_else(firm: Firm, year: None) -> None:
    assert set(lines(firm.actor("nora"))) == {"North", "Sellers North", "Ned Test", "Nia Test"}
    assert set(lines(firm.actor("ned"))) == {"Sellers North", "Ned Test"}
    assert boards.board(firm.actor("ned"), PERIOD).total.figure("commit") == 15_000
    assert boards.board(firm.actor("sam"), PERIOD).total.figure("commit") == 500


def test_an_administrator_without_a_role_sees_the_company(firm: Firm, year: None, admin: Actor) -> None:
    assert boards.board(admin, PERIOD).total.figure("closed") == 10_500


def test_a_quarter_adds_up_its_months(firm: Firm, year: None) -> None:
    quarter = PERIOD.of_kind("quarter", MONTH)
    assert boards.board(firm.actor("nora"), quarter).total.figure("commit") == 15_200


def test_currencies_are_never_added(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Closed")
    deal("ned", 70, "Closed", CurrencyIsoCode="USD")
    euros, dollars = (boards.board(firm.actor("ned"), PERIOD, code) for code in ("EUR", "USD"))
    assert (euros.total.figure("closed"), dollars.total.figure("closed")) == (10_000, 7_000)
    assert euros.currencies == ["EUR", "USD"]
    assert boards.board(firm.actor("ned"), PERIOD, "XXX").currency == "EUR"


def test_quotas_attainment_and_gap(firm: Firm, year: None) -> None:
    for person, amount in (("ned", 200), ("nia", 50)):
        save(
            system_actor(),
            Change(
                "ForecastingQuota", {"QuotaOwnerId": firm[person], "StartDate": MONTH, "QuotaAmount": amount}
            ),
        )
    found = lines(firm.actor("nora"))
    assert (found["Ned Test"].attainment, found["Ned Test"].gap) == (50.0, 10_000)
    assert (found["North"].quota, found["North"].gap) == (25_000, 15_000)
    assert lines(firm.actor("ned"))["Ned Test"].quota == 20_000
    assert "Nia Test" not in lines(firm.actor("ned"))


def test_without_the_amount_there_is_no_forecast(firm: Firm) -> None:
    assert scope.may_forecast(firm.actor("ned"))
    own = PermissionSet.objects.get(profile_id=firm.users["ned"].profile_id)
    FieldPermission.objects.create(
        parent=own, object_name="Opportunity", field="Amount", read=False, edit=False
    )
    bump()
    assert not scope.takes_part(firm.actor("ned"))


def test_the_number_of_queries_does_not_follow_the_team(
    firm: Firm, year: None, deal: Deal, make_user: Any
) -> None:
    def asked() -> int:
        actor = firm.actor("dina")
        with CaptureQueriesContext(
            connection,
        ) as found:
            boards.board(actor, PERIOD)
        return len(found)

    before = asked()
    for place in range(5):
        user = make_user(f"More{place}", "Sales", role="Sellers South")
        save(
            system_actor(),
            Change(
                "Opportunity",
                {
                    "Name": "x",
                    "OwnerId": user.pk,
                    "Amount": 1,
                    "CloseDate": "2026-11-02",
                    "StageName": "Closed Won",
                },
            ),
        )
    assert asked() == before


def test_all_currencies_together_where_rates_are_kept(firm: Firm, deal: Deal) -> None:
    boss = firm.actor("dina")
    deal("ned", 100, "Commit")
    deal("nia", 50, "Commit", CurrencyIsoCode="USD")
    assert boards.board(boss, PERIOD).currencies == ["EUR", "USD"], "no rates, no sum of both"
    CurrencyType.objects.create(iso_code="USD", conversion_rate=2.0)
    follow_rates.call()
    found = boards.board(boss, PERIOD, figures.TOGETHER)
    assert found.currencies == ["EUR", "USD", figures.TOGETHER]
    assert (found.total.figure("commit"), found.total.sums.count("commit")) == (12_500, 2)
    assert boards.board(boss, PERIOD).total.figure("commit") == 10_000, "the company's currency comes first"

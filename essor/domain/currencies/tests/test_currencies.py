"""Amounts are converted at the rate of their day; closed deals keep theirs; only administrators keep rates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.catalog import current
from essor.domain.currencies import rates
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import follow_rates
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.query import run, soql
from essor.query.converting import convert
from essor.query.match import matches
from essor.query.tree import Aggregate, Call, Column, Compare, Constant, Path, Query
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save
from essor.records.tests.conftest import New

pytestmark = pytest.mark.django_db
AMOUNT = Path(("Amount",))


@pytest.fixture
def dollars(new: New) -> None:
    """1.25 dollars a euro before 2026, 1.10 in the first half of it, 1.20 from July on."""
    new("CurrencyType", IsoCode="USD", ConversionRate="1.25")
    new("DatedConversionRate", IsoCode="USD", StartDate="2026-01-01", ConversionRate="1.1")
    new("DatedConversionRate", IsoCode="USD", StartDate="2026-07-01", ConversionRate="1.2")


def deal(
    new: New, day: str, amount: str = "1000", code: str = "USD", stage: str = "Prospecting"
) -> Opportunity:
    key = new("Opportunity", Name="D", StageName=stage, CloseDate=day, Amount=amount, CurrencyIsoCode=code)
    return Opportunity.objects.get(pk=key)


@pytest.mark.usefixtures("dollars")
def test_the_rate_of_the_close_date_counts(new: New, admin: Actor) -> None:
    found = [
        deal(new, day).converted_amount for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01")
    ]
    assert found == [80000, 90909, 90909, 83333]
    assert deal(new, "2026-03-01", code="EUR").converted_amount == 100000
    Opportunity.objects.filter(pk=(old := deal(new, "2026-03-01", code="EUR").pk)).update(
        currency_iso_code="GBP"
    )
    save(admin, Change("Opportunity", {"CloseDate": "2026-03-02"}, id=old))
    assert Opportunity.objects.get(pk=old).converted_amount is None, "nobody keeps a rate"
    one = deal(new, "2026-03-01", amount="10.01")
    save(admin, Change("Opportunity", {"CloseDate": "2026-08-01"}, id=one.pk))
    one.refresh_from_db()
    assert (one.conversion_rate, one.converted_amount) == (1.2, 834)


@pytest.mark.usefixtures("dollars")
def test_closed_deals_keep_their_rate_and_open_ones_follow(new: New, admin: Actor) -> None:
    won, still = deal(new, "2026-03-01", stage="Closed Won"), deal(new, "2026-03-01")
    later, early = deal(new, "2026-09-01"), deal(new, "2025-03-01")
    pounds = deal(new, "2026-03-01", code="EUR", stage="Closed Won")
    Opportunity.objects.filter(pk=pounds.pk).update(currency_iso_code="GBP", conversion_rate=None)
    new("CurrencyType", IsoCode="GBP", ConversionRate="0.8")
    new("DatedConversionRate", IsoCode="USD", StartDate="2026-02-01", ConversionRate="2")
    follow_rates.call()
    found = dict(Opportunity.objects.values_list("pk", "converted_amount"))
    assert found == {won.pk: 90909, still.pk: 50000, later.pk: 83333, early.pk: 80000, pounds.pk: 125000}
    save(admin, Change("Opportunity", {"Amount": "2000"}, id=won.pk))
    won.refresh_from_db()
    assert won.converted_amount == 181818, "at the rate of its closing"
    save(admin, Change("Opportunity", {"StageName": "Prospecting"}, id=won.pk))
    won.refresh_from_db()
    assert won.converted_amount == 100000, "open again, it follows the rates of today"


@pytest.mark.usefixtures("dollars")
def test_questions_convert_in_sql_as_in_memory(new: New, admin: Actor) -> None:
    for day, amount, code in (
        ("2026-03-01", "0.55", "USD"),
        ("2026-08-01", "-7.77", "USD"),
        ("2026-08-01", "5", "EUR"),
    ):
        deal(new, day, amount, code)
    new("Account", Name="A", AnnualRevenue="120", CurrencyIsoCode="USD")
    call = Call("convertCurrency", (AMOUNT,))
    rows = run.rows(admin, Query("Opportunity", (Column(call, "euros"), Column(Path(("ConvertedAmount",))))))
    assert sorted(row["euros"] for row in rows) == [-648, 50, 500]
    assert all(row["euros"] == row["ConvertedAmount"] for row in rows)
    total = run.rows(admin, Query("Opportunity", (Column(Aggregate("SUM", call), "total"),)))
    assert total[0]["total"] == -98
    again = run.rows(admin, soql.parse("SELECT convertCurrency(SUM(Amount)) total FROM Opportunity"))
    assert again[0]["total"] == -98
    revenue = Call("convertCurrency", (Path(("AnnualRevenue",)),))
    assert run.rows(admin, Query("Account", (Column(revenue, "euros"),)))[0]["euros"] == 10000, "today's rate"
    large = Compare(revenue, "gt", (Constant(90.0, "number"),))
    assert run.count(admin, Query("Account", where=large)) == 1
    held = {"AnnualRevenue": 12000, "CurrencyIsoCode": "USD"}
    assert matches(admin, current.get().object("Account"), large, held)
    assert not matches(admin, current.get().object("Account"), large, {**held, "AnnualRevenue": 10799})


@given(units=st.integers(-(10**12), 10**12), rate=st.floats(0.0001, 10_000))
def test_rounding_is_fair_to_both_signs(units: int, rate: float) -> None:
    found = convert(units, rate)
    assert found == -(convert(-units, rate) or 0)
    assert abs((found or 0) - units / rate) <= 0.5 + abs(units / rate) * 1e-15


@pytest.mark.usefixtures("dollars")
def test_only_administrators_keep_rates_and_each_once(new: New, admin: Actor, make_user: MakeUser) -> None:
    rep = actor_for(make_user("Rep"))
    for actor, name, values in (
        (rep, "CurrencyType", {"IsoCode": "GBP", "ConversionRate": 1}),
        (rep, "DatedConversionRate", {"IsoCode": "USD", "StartDate": "2026-09-01", "ConversionRate": 1}),
        (admin, "CurrencyType", {"IsoCode": "USD", "ConversionRate": 1}),
        (admin, "DatedConversionRate", {"IsoCode": "USD", "StartDate": "2026-07-01", "ConversionRate": 1}),
        (admin, "DatedConversionRate", {"IsoCode": "SEK", "StartDate": "2026-07-01", "ConversionRate": 1}),
        (admin, "DatedConversionRate", {"IsoCode": "EUR", "StartDate": "2026-07-01", "ConversionRate": 1}),
        (admin, "DatedConversionRate", {"IsoCode": "USD", "StartDate": "2026-08-01", "ConversionRate": 0}),
    ):
        with pytest.raises((ValidationFailed, Forbidden)):
            save(actor, Change(name, values))
    currency = rates.CurrencyType.objects.get(iso_code="USD")
    with pytest.raises(ValidationFailed, match="dated rates"):
        delete(admin, "CurrencyType", [currency.pk])
    with pytest.raises(ValidationFailed, match="stated against"):
        actions.save_organization(admin, replace(admin.company, currency="USD"))
    home = new("CurrencyType", IsoCode="EUR", ConversionRate="7")
    assert rates.CurrencyType.objects.get(pk=home).conversion_rate == 1
    assert rates.active("EUR") == ("EUR", "USD")

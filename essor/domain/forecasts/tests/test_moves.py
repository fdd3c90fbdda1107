"""What moved since: every difference has one reason, and start and movements make the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from essor.access import testing
from essor.access.actor import Actor, system_actor
from essor.access.models import Principal
from essor.domain.forecasts import moves, periods, scope, snapshots
from essor.domain.forecasts.figures import FIGURES, TOGETHER
from essor.domain.forecasts.models import Snapshot, SnapshotDeal
from essor.domain.forecasts.tests.conftest import MONTH, Deal, Firm
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import follow_rates
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save

PERIOD = periods.Period("month", MONTH)
DAY = date(2026, 11, 10)


def asked(actor: Actor, figure: str = "commit", currency: str = "EUR") -> moves.Asked:
    return moves.Asked(
        actor,
        PERIOD,
        figure,
        currency,
        Snapshot.objects.get(day=DAY),
        scope.people(actor),
        everybody=scope.sees_all(actor),
    )


def change(key: int, **values: Any) -> None:
    save(system_actor(), Change("Opportunity", values, id=key))


def told(found: moves.Waterfall) -> dict[str, tuple[int, int]]:
    assert found.start + sum(one.amount for one in found.movements) == found.end
    return {one.reason: (one.amount // 100, one.deals) for one in found.movements}


def test_each_change_has_its_reason(firm: Firm, deal: Deal) -> None:
    keys = {
        name: deal("ned", 100)
        for name in ("up", "down", "out", "best", "give", "coin", "lost", "bin", "still", "won")
    }
    back = deal("nia", 10, CloseDate="2027-02-01")
    snapshots.take(DAY)
    change(keys["up"], Amount=150)
    change(keys["down"], Amount=90)
    change(keys["out"], CloseDate="2026-12-24")
    change(keys["best"], ForecastCategoryName="Best Case")
    change(keys["give"], OwnerId=firm["sam"])
    change(keys["coin"], CurrencyIsoCode="USD")
    change(keys["lost"], StageName="Closed Lost")
    change(keys["won"], StageName="Closed Won", Amount=120)
    delete(system_actor(), "Opportunity", [keys["bin"]])
    change(back, CloseDate="2026-11-30")
    deal("nia", 7)
    found = told(moves.waterfall(asked(firm.actor("nora"))))
    assert found == {
        "new": (7, 1),
        "raised": (50, 1),
        "lowered": (-10, 1),
        "in": (10, 1),
        "out": (-100, 1),
        "category": (-100, 1),
        "owner": (-100, 1),
        "currency": (-100, 1),
        "won": (20, 1),
        "lost": (-100, 1),
        "deleted": (-100, 1),
    }
    assert told(moves.waterfall(asked(firm.actor("dina"))))["raised"] == (50, 1)
    assert "owner" not in told(moves.waterfall(asked(firm.actor("dina"))))
    assert told(moves.waterfall(asked(firm.actor("nora"), "closed"))) == {"won": (120, 1)}
    assert told(moves.waterfall(asked(firm.actor("nora"), currency="USD"))) == {"currency": (100, 1)}
    assert told(moves.waterfall(asked(firm.actor("sam")))) == {"owner": (100, 1)}


def test_all_currencies_together_tell_rates_from_amounts(firm: Firm, deal: Deal) -> None:
    save(system_actor(), Change("CurrencyType", {"IsoCode": "USD", "ConversionRate": 2}))
    foreign, raised, coin = deal("ned", 100, CurrencyIsoCode="USD"), deal("ned", 10), deal("ned", 30)
    snapshots.take(DAY)
    rate = {"IsoCode": "USD", "StartDate": "2026-11-01", "ConversionRate": 4}
    save(system_actor(), Change("DatedConversionRate", rate))
    follow_rates.call()
    change(raised, Amount=15)
    change(coin, CurrencyIsoCode="USD")
    found = moves.waterfall(asked(firm.actor("nora"), currency=TOGETHER))
    assert (found.start, found.end) == (9_000, 25_00 + 15_00 + 7_50)
    assert told(found) == {"rates": (-25, 1), "raised": (5, 1), "currency": (-23, 1)}
    assert [
        row.opportunity for row in moves.deals(asked(firm.actor("nora"), currency=TOGETHER), "rates")
    ] == [foreign]


def test_each_movement_names_its_deals(firm: Firm, deal: Deal) -> None:
    one, two = deal("ned", 100), deal("nia", 10)
    snapshots.take(DAY)
    change(one, Amount=130)
    change(two, Amount=90)
    found = moves.deals(asked(firm.actor("nora")), "raised")
    assert [(row.opportunity, row.before, row.after) for row in found] == [
        (two, 1_000, 9_000),
        (one, 10_000, 13_000),
    ]
    assert moves.deals(asked(firm.actor("sam")), "raised") == []


def test_deals_that_the_reader_may_not_see_are_on_neither_side(firm: Firm, deal: Deal) -> None:
    from essor.access.models import OrgDefault
    from essor.access.version import bump

    deal("ned", 100)
    deal("nora", 5)
    snapshots.take(DAY)
    OrgDefault.objects.filter(object_name="Opportunity").update(hierarchy=False)
    bump()
    found = moves.waterfall(asked(firm.actor("nora")))
    assert (found.start, found.end, list(found.movements)) == (500, 500, [])


def test_a_picture_holds_what_counts_and_taking_it_again_replaces_it(firm: Firm, deal: Deal) -> None:
    deal("ned", 100)
    deal("ned", 20, "Closed")
    deal("ned", 3, "Closed", CloseDate="2020-01-01")
    assert snapshots.take(DAY) == 2
    deal("sam", None, "Pipeline", CloseDate="2030-01-01")
    assert snapshots.take(DAY) == 3
    assert sorted(SnapshotDeal.objects.filter(day=DAY).values_list("amount", "is_won", "day")) == [
        (0, False, DAY),
        (2_000, True, DAY),
        (10_000, False, DAY),
    ]


def test_old_pictures_are_thinned_out(db: None) -> None:
    today = date(2026, 11, 22)
    for back in range(500):
        Snapshot.objects.create(day=today - timedelta(days=back), taken_at=timezone.now())
    snapshots.thin_out(today)
    left = snapshots.days()
    assert [one for one in left if one >= today - timedelta(days=35)] == [
        today - timedelta(days=n) for n in range(36)
    ]
    assert {one.weekday() for one in left if one < today - timedelta(days=35)} == {0}
    assert min(left) >= today - timedelta(days=400)


CATEGORIES = ("Closed", "Commit", "Best Case", "Pipeline", "Omitted")
STATE = st.fixed_dictionaries(
    {
        "amount": st.one_of(st.none(), st.integers(0, 10**9)),
        "converted_amount": st.one_of(st.none(), st.integers(0, 10**9)),
        "close_date": st.sampled_from([MONTH, date(2026, 11, 30), date(2026, 10, 31), date(2026, 12, 1)]),
        "forecast_category_name": st.sampled_from(CATEGORIES),
        "currency_iso_code": st.sampled_from(["EUR", "USD"]),
        "is_closed": st.booleans(),
        "is_won": st.booleans(),
        "is_deleted": st.booleans(),
        "owner": st.integers(0, 2),
    }
)


class Exact(TestCase):
    """Whatever happens to deals, start and movements make the end."""

    @hypothesis_settings(max_examples=60)
    @given(
        deals=st.lists(st.tuples(st.one_of(st.none(), STATE), st.one_of(st.none(), STATE)), max_size=8),
        figure=st.sampled_from(list(FIGURES)),
        currency=st.sampled_from(["EUR", "USD", TOGETHER]),
    )
    def test_start_and_movements_make_the_end(
        self, deals: list[tuple[dict[str, Any] | None, dict[str, Any] | None]], figure: str, currency: str
    ) -> None:
        testing.begin()
        people = [Principal.objects.create(name=f"p{n}", type="User").pk for n in range(3)]
        Opportunity.objects.all().delete()
        keys = []
        for then, _now in deals:
            keys.append(self.store(then, people) if then else None)
        snapshots.take(DAY)
        for key, (_then, now) in zip(keys, deals, strict=True):
            self.become(key, now, people)
        picture = Snapshot.objects.get(day=DAY)
        watch = moves.Asked(system_actor(), PERIOD, figure, currency, picture, frozenset(people[:2]))
        found = moves.waterfall(watch)
        assert found.start + sum(one.amount for one in found.movements) == found.end
        assert found.end == self.summed([now for _then, now in deals], figure, currency)
        for one in found.movements:
            rows = moves.deals(watch, one.reason)
            assert (len(rows), sum(row.after - row.before for row in rows)) == (one.deals, one.amount)

    def store(self, state: dict[str, Any], people: list[int]) -> int:
        values = {name: value for name, value in state.items() if name != "owner"}
        return Opportunity.objects.create(
            name="x", stage_name="s", owner_id=people[state["owner"]], **values
        ).pk

    def become(self, key: int | None, state: dict[str, Any] | None, people: list[int]) -> None:
        if key is None:
            if state:
                self.store(state, people)
        elif state is None:
            Opportunity.objects.filter(pk=key).delete()
        else:
            values = {name: value for name, value in state.items() if name != "owner"}
            Opportunity.objects.filter(pk=key).update(owner_id=people[state["owner"]], **values)

    def summed(self, states: list[dict[str, Any] | None], figure: str, currency: str) -> int:
        together = currency == TOGETHER
        return sum(
            one["converted_amount" if together else "amount"] or 0
            for one in states
            if one
            and not one["is_deleted"]
            and one["owner"] < 2
            and (together or one["currency_iso_code"] == currency)
            and one["forecast_category_name"] in FIGURES[figure]
            and one["close_date"].month == 11
        )


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.DEBUG = False

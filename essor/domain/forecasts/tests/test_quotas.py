"""Quotas: a month each, one a person, set from above, seen by oneself and from above."""

from __future__ import annotations

from datetime import date

import pytest

from essor.access.actor import Actor, system_actor
from essor.domain.forecasts import quotas
from essor.domain.forecasts.models import ForecastingQuota
from essor.domain.forecasts.tests.conftest import MONTH, Firm
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.query import run
from essor.query.soql import parse
from essor.records.change import Change
from essor.records.save import save, save_many

YEAR = date(2026, 1, 1)


def quota(person: int, start: str = "2026-11-01", amount: float = 100) -> Change:
    return Change("ForecastingQuota", {"QuotaOwnerId": person, "StartDate": start, "QuotaAmount": amount})


def test_a_manager_sets_quotas_of_the_people_below_only(firm: Firm) -> None:
    nora = firm.actor("nora")
    save(nora, quota(firm["ned"]))
    for other in ("nora", "sam", "dina"):
        with pytest.raises(ValidationFailed):
            save(nora, quota(firm[other]))


def test_sellers_read_their_own_quota_and_write_none(firm: Firm) -> None:
    found = save(firm.actor("nora"), quota(firm["ned"]))
    save(firm.actor("nora"), quota(firm["nia"]))
    ned = firm.actor("ned")
    rows = run.rows(ned, parse("SELECT Name, QuotaAmount, QuotaOwner.Name FROM ForecastingQuota"))
    assert [row["Name"] for row in rows] == ["Ned Test – 2026-11"]
    with pytest.raises(Forbidden):
        save(ned, Change("ForecastingQuota", {"QuotaAmount": 1}, id=found.id))


@pytest.mark.parametrize(("start", "amount"), [("2026-11-02", 5), ("2026-11-01", -5)])
def test_a_quota_is_of_a_whole_month_and_not_below_zero(firm: Firm, start: str, amount: float) -> None:
    with pytest.raises(ValidationFailed):
        save(system_actor(), quota(firm["ned"], start, amount))


def test_a_month_has_one_quota_a_person(firm: Firm) -> None:
    rows = [quota(firm["ned"]), quota(firm["ned"]), quota(firm["nia"])]
    assert [one.ok for one in save_many(system_actor(), "ForecastingQuota", rows)] == [True, False, True]
    assert not save_many(system_actor(), "ForecastingQuota", rows[:1])[0].ok
    key = ForecastingQuota.objects.get(quota_owner_id=firm["ned"]).pk
    save(system_actor(), Change("ForecastingQuota", {"QuotaAmount": 7}, id=key))
    assert ForecastingQuota.objects.get(pk=key).quota_amount == 700


def test_the_grid_writes_changes_and_removals(firm: Firm) -> None:
    nora = firm.actor("nora")
    save(nora, quota(firm["nia"], amount=10))
    grid = quotas.grid(nora, YEAR, "EUR")
    assert [name for _key, name, _role in grid.people] == ["Ned Test", "Nia Test"]
    typed = {(firm["ned"], MONTH): "1,250.50", (firm["nia"], MONTH): "", (firm["sam"], MONTH): "9"}
    units, errors = quotas.read(nora, typed)
    assert not errors
    assert quotas.write(nora, grid, units) == {}
    assert list(
        ForecastingQuota.objects.filter(is_deleted=False).values_list("quota_owner_id", "quota_amount")
    ) == [(firm["ned"], 125_050)]
    assert quotas.grid(nora, YEAR, "EUR").total(firm["ned"]) == 125_050


def test_a_wrong_cell_leaves_everything_as_it_was(firm: Firm) -> None:
    nora = firm.actor("nora")
    grid = quotas.grid(nora, YEAR, "EUR")
    _units, errors = quotas.read(nora, {(firm["ned"], MONTH): "much"})
    assert set(errors) == {(firm["ned"], MONTH)}
    wrong = {(firm["ned"], MONTH): -100, (firm["nia"], MONTH): 100}
    assert set(quotas.write(nora, grid, wrong)) == {(firm["ned"], MONTH)}
    assert not ForecastingQuota.objects.exists()


def test_the_grid_is_for_those_who_lead_and_administrators(firm: Firm, admin: Actor) -> None:
    with pytest.raises(Forbidden):
        quotas.grid(firm.actor("ned"), YEAR, "EUR")
    assert {key for key, _name, _role in quotas.grid(admin, YEAR, "EUR").people} == {
        user.pk for user in firm.users.values()
    }

"""Which days the company works: holidays of its country and region, those it works on, days it is closed."""

from __future__ import annotations

from datetime import date

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.snapshot import Company
from essor.access.tests.samples import MakeUser
from essor.domain.workdays import days, keep, public
from essor.kernel.errors import Forbidden, ValidationFailed

pytestmark = pytest.mark.django_db
FRANCE = Company(country="FR")


def test_holidays_of_the_country_its_region_and_days_of_ones_own_are_closed(admin: Actor) -> None:
    easter, pentecost, stephen = date(2026, 4, 6), date(2026, 5, 25), date(2026, 12, 26)
    found = days.calendar(FRANCE)
    assert found.is_closed(easter)
    assert found.is_closed(pentecost)
    assert not found.is_closed(stephen)
    keep.choose_region(admin, "57")  # the Moselle
    keep.work_on(admin, "Lundi de Pentecôte", works=True)
    keep.close(admin, date(2026, 8, 3), date(2026, 8, 14), " Summer  break ")
    found = days.calendar(FRANCE)
    assert found.is_closed(stephen)
    assert not found.is_closed(pentecost)
    assert not found.is_closed(date(2027, 5, 17)), "it holds for every year"
    assert [found.is_closed(date(2026, 8, day)) for day in (2, 3, 14)] == [False, True, True]
    assert days.coming(FRANCE, date(2026, 8, 10), "en", 2) == [
        (date(2026, 8, 10), "Summer break"),
        (date(2026, 8, 15), "Assumption Day"),
    ]
    keep.work_on(admin, "Lundi de Pentecôte", works=False)
    assert days.calendar(FRANCE).is_closed(pentecost)
    assert not days.calendar(Company(country="DE")).is_closed(date(2026, 7, 14)), "nor a region of elsewhere"
    assert not public.of_year("XX", "", 2026), "of a country nobody knows there are none"


def test_what_is_no_closure_is_refused_and_others_may_not(admin: Actor, make_user: MakeUser) -> None:
    with pytest.raises(ValidationFailed) as refused:
        keep.close(admin, date(2026, 8, 3), date(2026, 8, 2), "")
    assert {one.field for one in refused.value.errors} == {"last", "name"}
    with pytest.raises(ValidationFailed):
        keep.choose_region(admin, "Atlantis")
    with pytest.raises(Forbidden):
        keep.close(actor_for(make_user("Ann")), date(2026, 8, 3), None, "Mine")

"""Periods, distances between dates, bands and conditional aggregates: SQL says what Python says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.models import FieldPermission, Organization, PermissionSet, User
from essor.access.version import bump
from essor.catalog import current
from essor.kernel.errors import QueryRefused
from essor.query import codec, functions, run, soql
from essor.query.environment import env_for
from essor.query.functions.buckets import BUCKETS, DISTANCES
from essor.query.tests.conftest import New
from essor.query.tree import Aggregate, Call, Column, Compare, Constant, Path, Query

CLOSE, CREATED = Path(("CloseDate",)), Path(("CreatedDate",))
LOCAL = Call("convertTimezone", (CREATED,))
DAYS = [
    date(2024, 2, 29),
    date(2026, 1, 1),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 9, 30),
    date(2026, 12, 31),
]
INSTANTS = [
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 30, 0, 123456, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 59, tzinfo=UTC),
    datetime(1990, 6, 30, 22, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 22, 30, tzinfo=UTC),
]


@pytest.fixture
def reader(admin: Actor) -> Actor:
    Organization.objects.update(fiscal_year_start_month=4)
    User.objects.filter(pk=admin.user_id).update(timezone="Europe/Paris", language="fr")
    bump()
    return actor_for(User.objects.get(pk=admin.user_id))


@pytest.fixture
def deals(new: New) -> None:
    model = current.get().object("Opportunity").model
    for day, moment in zip(DAYS, INSTANTS, strict=True):
        one = new(
            "Opportunity", name="d", stage_name="Prospecting", close_date=day, amount=day.month * 100_00
        )
        model._default_manager.filter(pk=one.pk).update(created_date=moment)


def both(reader: Actor, call: Call) -> tuple[list[Any], list[Any]]:
    """Return a function's values as SQL gives them and as Python does."""
    columns = (Column(CLOSE), Column(CREATED), Column(Path(("Amount",))), Column(call, "found"))
    rows = run.rows(reader, Query("Opportunity", columns))
    obj, env = current.get().object("Opportunity"), env_for(reader)
    return [row["found"] for row in rows], [
        functions.Record(obj, env, lambda path, row=row: row[str(path)]).value(call) for row in rows
    ]


@pytest.mark.parametrize("argument", [CLOSE, CREATED, LOCAL], ids=["day", "utc", "local"])
@pytest.mark.parametrize("name", BUCKETS)
def test_a_period_begins_on_the_same_day_in_sql_and_in_python(
    reader: Actor, deals: None, name: str, argument: Any
) -> None:
    found, expected = both(reader, Call(name, (argument,)))
    assert found == expected
    assert all(isinstance(day, date) for day in found)


def test_an_instant_belongs_to_the_month_of_the_readers_clock(reader: Actor, deals: None) -> None:
    found, _same = both(reader, Call("START_OF_MONTH", (LOCAL,)))
    assert found[2] == date(2026, 1, 1)
    assert found[4] == date(1990, 7, 1)
    assert found[5] == date(2026, 7, 1)


@pytest.mark.parametrize("name", DISTANCES)
def test_distances(reader: Actor, deals: None, name: str) -> None:
    found, expected = both(reader, Call(name, (LOCAL, CLOSE)))
    assert found == expected


def test_every_hour_around_a_change_of_the_clocks(reader: Actor, new: New) -> None:
    model = current.get().object("Opportunity").model
    for hour in range(48):
        for start in (datetime(2026, 3, 28, 12, 30, tzinfo=UTC), datetime(2026, 10, 24, 12, 30, tzinfo=UTC)):
            one = new("Opportunity", name="d", stage_name="Prospecting", close_date=date(2026, 1, 1))
            model._default_manager.filter(pk=one.pk).update(created_date=start + timedelta(hours=hour))
    found, expected = both(reader, Call("HOUR_IN_DAY", (LOCAL,)))
    assert found == expected


def test_bands_and_their_edges(reader: Actor, deals: None) -> None:
    call = Call("BAND", (Path(("Amount",)), Constant(200), Constant(400), Constant(1200)))
    found, expected = both(reader, call)
    assert found == expected
    assert sorted(found) == [0, 1, 1, 2, 2, 3]
    query = Query("Opportunity", (Column(call, "band"), Column(Aggregate("COUNT"), "n")), group_by=(call,))
    assert [(row["band"], row["n"]) for row in run.rows(reader, query)] == [(0, 1), (1, 2), (2, 2), (3, 1)]


@pytest.mark.parametrize("bounds", [(), (5, 5), (5, 1)])
def test_bounds_that_do_not_rise_are_refused(reader: Actor, bounds: tuple[int, ...]) -> None:
    call = Call("BAND", (Path(("Amount",)), *map(Constant, bounds)))
    with pytest.raises(QueryRefused):
        run.rows(reader, Query("Opportunity", (Column(call, "band"),)))


def test_an_aggregate_may_count_some_rows_only(reader: Actor, deals: None) -> None:
    spring = Compare(CLOSE, "gte", (Constant("2026-04-01", "date"),))
    columns = (
        Column(Aggregate("COUNT"), "all"),
        Column(Aggregate("COUNT", where=spring), "late"),
        Column(Aggregate("SUM", Path(("Amount",)), spring), "sum"),
        Column(Aggregate("AVG", Path(("Amount",)), spring), "mean"),
        Column(Aggregate("COUNT_DISTINCT", Path(("Name",)), spring), "names"),
    )
    query = Query("Opportunity", columns)
    assert codec.query(codec.to_json(query)) == query
    assert run.rows(reader, query) == [{"all": 6, "late": 3, "sum": 250_000, "mean": 250_000 / 3, "names": 1}]
    with pytest.raises(QueryRefused, match="SOQL"):
        soql.write(query, current.get())


def test_what_an_aggregate_counts_may_not_name_a_hidden_field(make_user: Any, deals: None) -> None:
    user = make_user("Rep")
    own = PermissionSet.objects.get(profile_id=user.profile_id)
    FieldPermission.objects.create(
        parent=own, object_name="Opportunity", field="Amount", read=False, edit=False
    )
    bump()
    rich = Compare(Path(("Amount",)), "gt", (Constant(100),))
    with pytest.raises(QueryRefused) as refused:
        run.rows(actor_for(user), Query("Opportunity", (Column(Aggregate("COUNT", where=rich), "n"),)))
    assert refused.value.code == "INVALID_FIELD"

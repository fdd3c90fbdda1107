"""What conditions mean: Salesforce's answers, case, empty values, dates, money and ids."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from essor.access.actor import Actor
from essor.kernel import ids
from essor.kernel.clock import moment_for
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.soql import parse
from essor.query.tests.conftest import MakeUser, New
from essor.query.tree import Bind, Column, Compare, Constant, Me, MyTeam, Path, Query

NOW = moment_for("Europe/Paris", now=datetime(2026, 6, 15, 12, 0, tzinfo=UTC))


def found(actor: Actor, where: str, name: str = "Account") -> list[str]:
    soql = parse(f"SELECT Name FROM {name} WHERE {where} ORDER BY Name")
    return [row["Name"] for row in run.rows(actor, soql, moment=NOW)]


@pytest.fixture
def accounts(new: New) -> None:
    new("Account", name="Acme", site="Lyon", industry="Media", annual_revenue=500_000)
    new("Account", name="Bêta", site="LYON nord", annual_revenue=499_999)
    new("Account", name="Ça", annual_revenue=0)
    new("Account", name="Dé%", industry="Banking", is_deleted=True)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'ACME'", ["Acme"]),
        ("Name = 'BÊTA'", ["Bêta"]),
        ("Name = 'beta'", []),
        ("Name IN ('acme', 'ça')", ["Acme", "Ça"]),
        ("Name NOT IN ('acme', 'ça')", ["Bêta"]),
        ("Site LIKE 'lyon%'", ["Acme", "Bêta"]),
        ("Site LIKE '_yon'", ["Acme"]),
        ("NOT Site LIKE 'lyon%'", ["Ça"]),
        ("Site != 'Lyon'", ["Bêta", "Ça"]),
        ("Site = null", ["Ça"]),
        ("Site = ''", ["Ça"]),
        ("Site != ''", ["Acme", "Bêta"]),
        ("Site > ''", []),
        ("Site IN ('Lyon', null)", ["Acme", "Ça"]),
        ("Site NOT IN ('Lyon', null)", ["Bêta"]),
        ("Industry = 'media'", ["Acme"]),
        ("AnnualRevenue = 5000", ["Acme"]),
        ("AnnualRevenue > 4999.989", ["Acme", "Bêta"]),
        ("AnnualRevenue > 4999.99", ["Acme"]),
        ("AnnualRevenue >= EUR5000", ["Acme"]),
        ("AnnualRevenue >= USD5000", []),
        ("NOT (AnnualRevenue > 0 AND Industry = 'Media')", ["Bêta", "Ça"]),
        ("Id = '5'", []),
        ("NOT Id = '2'", ["Acme", "Bêta", "Ça"]),
    ],
)
def test_comparisons(admin: Actor, accounts: None, where: str, names: list[str]) -> None:
    assert found(admin, where) == names


def test_the_recycle_bin_is_read_on_demand_only(admin: Actor, accounts: None) -> None:
    assert run.rows(admin, parse("SELECT Name FROM Account WHERE IsDeleted = TRUE")) == []
    bin_ = parse("SELECT Name FROM Account WHERE IsDeleted = TRUE ALL ROWS")
    assert run.rows(admin, bin_) == [{"Name": "Dé%"}]


def test_ids_of_15_and_18_characters(admin: Actor, new: New) -> None:
    account, contact = new("Account", name="a"), new("Contact", last_name="c", name="c")
    long = ids.encode("001", account.pk)
    for text in (long, long[:15], long.lower()):
        assert found(admin, f"Id = '{text}'") == ["a"]
    assert found(admin, f"Id = '{ids.encode('003', account.pk)}'") == []
    assert found(admin, f"AccountId = '{ids.encode('003', contact.pk)}'", "Contact") == []


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("CloseDate = TODAY", ["15"]),
        ("CloseDate = THIS_MONTH", ["15", "30"]),
        ("CloseDate > TODAY", ["30", "july"]),
        ("CloseDate >= TODAY", ["15", "30", "july"]),
        ("CloseDate <= THIS_MONTH", ["15", "30", "may"]),
        ("CloseDate < THIS_MONTH", ["may"]),
        ("CloseDate IN (TODAY, LAST_MONTH)", ["15", "may"]),
        ("NOT CloseDate = THIS_MONTH", ["july", "may"]),
        ("CloseDate = 2026-06-30", ["30"]),
        ("CALENDAR_MONTH(CloseDate) = 6", ["15", "30"]),
        ("CreatedDate = TODAY", ["late"]),
        ("CreatedDate = YESTERDAY", ["early"]),
        ("DAY_ONLY(convertTimezone(CreatedDate)) = 2026-06-15", ["late"]),
        ("CreatedDate > 2026-06-14T21:59:59Z", ["late"]),
    ],
)
def test_dates_in_the_askers_zone(admin: Actor, new: New, where: str, names: list[str]) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    days = {
        "may": date(2026, 5, 31),
        "15": date(2026, 6, 15),
        "30": date(2026, 6, 30),
        "july": date(2026, 7, 1),
    }
    for name, day in days.items():
        new("Opportunity", name=name, stage_name="Prospecting", close_date=day, created_date=old)
    far = date(1990, 1, 1)
    # 00:30 in Paris is 22:30 of the day before in Greenwich.
    for name, hour in (("early", 21), ("late", 22)):
        moment = datetime(2026, 6, 14, hour, 30, tzinfo=UTC)
        new("Opportunity", name=name, stage_name="Closed Won", close_date=far, created_date=moment)
    guard = "StageName = 'Closed Won'" if "Created" in where else "StageName = 'Prospecting'"
    assert found(admin, f"({where}) AND {guard}", "Opportunity") == names


def test_me_my_team_and_scopes(make_user: MakeUser, new: New) -> None:
    from essor.access.actor import actor_for

    rita, max_ = make_user("Rita", role="Sales rep"), make_user("Max", role="Sales manager")
    new("Account", name="r", owner=rita)
    new("Account", name="m", owner=max_)
    boss, rep = actor_for(max_), actor_for(rita)

    def names(actor: Actor, query: Query) -> set[str]:
        return {row["Name"] for row in run.rows(actor, query)}

    columns = (Column(Path(("Name",))),)
    mine = Query("Account", columns, where=Compare(Path(("OwnerId",)), "eq", (Me(),)))
    team = Query("Account", columns, where=Compare(Path(("OwnerId",)), "in", (MyTeam(),)))
    assert names(rep, mine) == names(rep, Query("Account", columns, scope="mine")) == {"r"}
    assert names(boss, mine) == {"m"}
    assert names(boss, team) == names(boss, Query("Account", columns, scope="team")) == {"m", "r"}
    with pytest.raises(QueryRefused):
        run.rows(rep, Query("Account", columns, where=Compare(Path(("ParentId",)), "eq", (Me(),))))
    with pytest.raises(QueryRefused):
        run.rows(rep, Query("Account", columns, scope="delegated"))
    for name in ("r", "m"):
        new("Account", name=f"{name} again", owner=rita, last_modified_by=max_ if name == "m" else rita)
    assert names(rep, Query("Account", columns, scope="mru")) == {"r again"}
    assert run.rows(rep, parse("SELECT Id FROM ProcessInstanceWorkitem USING SCOPE mine_and_my_groups")) == []


def test_holes_are_filled_by_the_caller(admin: Actor, accounts: None) -> None:
    query = Query(
        "Account",
        (Column(Path(("Name",))),),
        where=Compare(Path(("Name",)), "in", (Bind("names"),)),
        limit_bind=Bind("n"),
    )
    assert run.rows(admin, query, binds={"names": ["acme", "ça"], "n": 1}) == [{"Name": "Acme"}]
    with pytest.raises(QueryRefused, match="names"):
        run.rows(admin, query)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("AnnualRevenue = 'many'", "INVALID_FIELD"),
        ("CreatedDate = 'soon'", "INVALID_FIELD"),
        ("Name = TODAY", "INVALID_FIELD"),
        ("IsDeleted > TRUE", "INVALID_QUERY_FILTER_OPERATOR"),
        ("AnnualRevenue LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Name INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("BillingAddress = 'Lyon'", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(admin: Actor, where: str, code: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        found(admin, where)
    assert caught.value.code == code
    assert caught.value.column > 1


def test_a_wrong_constant_of_json_is_refused_too(admin: Actor) -> None:
    where = Compare(Path(("CloseDate",)), "eq", (Constant("2026-13-45"),))
    with pytest.raises(QueryRefused, match="2026-13-45"):
        run.count(admin, Query("Opportunity", where=where))

"""A roll-up is right after every way of writing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.actions import filling
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.hide_field import hide_field, restore_field
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.models import CustomField
from essor.domain.sales.models import Account, Opportunity
from essor.kernel import ids
from essor.query import run, soql
from essor.records import rollups
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.merge import merge
from essor.records.save import save, save_many
from essor.records.tests.conftest import New, somebody_waits
from essor.records.undelete import undelete

pytestmark = pytest.mark.usefixtures("run_time_catalog")


def add_won(admin: Actor) -> str:
    """Make a stored roll-up, the sum of what was won; return its name."""
    options = {"relationship": "Opportunities", "function": "SUM", "field": "Amount", "where": "IsWon = true"}
    return add_field(
        admin.user_id, FieldSpec(object="Account", name="Won__c", kind="rollup", label="Won", options=options)
    ).name


@pytest.fixture
def won(admin: Actor) -> str:
    """Return the name of the stored roll-up."""
    return add_won(admin)


def deal(new: New, account: int, amount: int, stage: str = "Closed Won") -> int:
    """Make a deal of an account."""
    return new(
        "Opportunity",
        Name="Deal",
        StageName=stage,
        CloseDate="2026-01-31",
        Amount=amount,
        AccountId=ids.encode("001", account),
    )


def stored(admin: Actor, account: int) -> float | None:
    """Return the roll-up as everybody reads it, in major units."""
    key = ids.encode("001", account)
    value = run.rows(admin, soql.parse(f"SELECT Won__c FROM Account WHERE Id = '{key}'"))[0]["Won__c"]
    return None if value is None else value / 100


def test_single_saves_and_stage_changes(admin: Actor, new: New, won: str) -> None:
    account = new("Account", Name="Acme")
    deal(new, account, 100)
    lost = deal(new, account, 50, "Prospecting")
    assert stored(admin, account) == 100
    save(admin, Change("Opportunity", {"StageName": "Closed Won"}, id=lost))
    assert stored(admin, account) == 150


def test_re_parenting_changes_both_parents(admin: Actor, new: New, won: str) -> None:
    first, second = new("Account", Name="A"), new("Account", Name="B")
    moved = deal(new, first, 100)
    save(admin, Change("Opportunity", {"AccountId": ids.encode("001", second)}, id=moved))
    assert (stored(admin, first) or 0, stored(admin, second)) == (0, 100)


def test_bulk_delete_undelete_and_merge(admin: Actor, new: New, won: str) -> None:
    first, second = new("Account", Name="A"), new("Account", Name="B")
    ids_of = [deal(new, first, 100), deal(new, first, 10)]
    save_many(admin, "Opportunity", [Change("Opportunity", {"Amount": 200}, id=key) for key in ids_of])
    assert stored(admin, first) == 400
    delete(admin, "Opportunity", ids_of[:1])
    assert stored(admin, first) == 200
    undelete(admin, "Opportunity", ids_of[:1])
    assert stored(admin, first) == 400
    merge(admin, "Account", second, [first])
    assert stored(admin, second) == 400


def test_a_new_roll_up_counts_what_was_there_before(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    deal(new, account, 7)
    options = {"relationship": "Opportunities", "function": "COUNT"}
    add_field(
        admin.user_id, FieldSpec(object="Account", name="Deals__c", kind="rollup", label="D", options=options)
    )
    rollups.fill(current.get(), current.get().object("Account").field("Deals__c"))
    rows = run.rows(admin, soql.parse("SELECT Deals__c FROM Account"))
    assert [row["Deals__c"] for row in rows] == [1]


def test_drift_is_found_and_mended(admin: Actor, new: New, won: str) -> None:
    account = new("Account", Name="Acme")
    deal(new, account, 100)
    Opportunity.objects.update(amount=50_000)  # behind the road's back
    assert rollups.drift(current.get(), mend=False)["Account.Won__c"] == 1
    rollups.drift(current.get(), mend=True)
    assert (stored(admin, account), rollups.drift(current.get(), mend=False)["Account.Won__c"]) == (500, 0)
    assert Account.objects.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite wait for each other anyway")
def test_two_deals_won_at_once_both_count(admin: Actor, new: New, won: str) -> None:
    """The second one computes only when the first is committed: it would not see its deal otherwise."""
    account = new("Account", Name="Acme")

    def second() -> None:
        deal(new, account, 10)
        connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        deal(new, account, 100)
        other.start()
        while not somebody_waits():
            assert other.is_alive()
    other.join()
    assert stored(admin, account) == 110


def test_a_roll_up_is_right_again_after_it_was_hidden(admin: Actor, new: New, won: str) -> None:
    account = new("Account", Name="Acme")
    hide_field(admin.user_id, "Account", won)
    deal(new, account, 100)
    restore_field(admin.user_id, "Account", won)
    assert stored(admin, account) == 100


def test_a_roll_up_is_filled_though_the_process_died_after_defining_it(
    admin: Actor, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = new("Account", Name="Acme")
    deal(new, account, 100)
    with monkeypatch.context() as killed:
        killed.setattr("essor.catalog.checks.fill", lambda *_args: os_exit())
        with pytest.raises(SystemExit):
            add_won(admin)
    assert stored(admin, account) is None
    assert filling.finish() == [], "whoever defined it may still be at it"
    CustomField.objects.update(unfilled=timezone.now() - timedelta(hours=1))
    assert filling.finish() == ["Account.Won__c"]
    assert (stored(admin, account), filling.finish()) == (100, [])


def os_exit() -> None:
    """End as a killed process does: what was committed stays, nothing else happens."""
    raise SystemExit

"""Two people write at the same moment: on PostgreSQL, where transactions run beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from essor.access.actor import Actor
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.sales.models import Account, Contact
from essor.kernel import ids
from essor.kernel.db import lost
from essor.kernel.errors import Busy, ValidationFailed
from essor.records.change import Change, Saved
from essor.records.delete import delete
from essor.records.merge import merge
from essor.records.models import History
from essor.records.save import save, save_many
from essor.records.tests.conftest import Lose, New, somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite wait for each other anyway"),
]


def beside(
    first: Callable[[], object], second: Callable[[], object], then: Callable[[], object]
) -> list[object]:
    """Do `first`, begin `second` elsewhere until it waits, do `then` and commit; return what `second` gave or raised."""
    ended: list[object] = []

    def other() -> None:
        try:
            ended.append(second())
        except Exception as error:  # noqa: BLE001 -- the test looks at it
            ended.append(error)
        connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first()
        thread.start()
        while not somebody_waits():
            assert thread.is_alive(), ended
        then()
    thread.join()
    return ended


@pytest.fixture
def no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be begun again, which would hide that two wait for each other."""
    monkeypatch.setattr(lost, "TRIES", 1)


def as_they_lie(read: Callable[[], object]) -> object:
    """Do something while this connection reads tables from their beginning, as it does large parts of large ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off"
        )
    return read()


@pytest.mark.usefixtures("no_second_try")
def test_a_batch_takes_its_records_in_the_order_of_their_keys(admin: Actor, new: New) -> None:
    """Else two batches, each holding what the other one needs, would wait for each other."""
    one, two = new("Account", Name="One"), new("Account", Name="Two")
    save(
        admin, Change("Account", {"Site": "Lyon"}, id=one)
    )  # it stands behind the other one in the table now
    changes = [Change("Account", {"Phone": "+33100000000"}, id=key) for key in (two, one)]
    [results] = beside(
        lambda: save(admin, Change("Account", {"Site": "Nantes"}, id=one)),
        lambda: as_they_lie(lambda: save_many(admin, "Account", changes)),
        lambda: save(admin, Change("Account", {"Site": "Brest"}, id=two)),
    )
    assert isinstance(results, list)
    assert [result.ok for result in results] == [True, True]
    assert set(Account.objects.values_list("site", "phone")) == {
        ("Nantes", "+33100000000"),
        ("Brest", "+33100000000"),
    }


@pytest.mark.usefixtures("no_second_try")
def test_a_parent_that_is_edited_lets_children_be_written(admin: Actor, new: New) -> None:
    """Who changes an account does not hold up who names it: its key stays."""
    account = new("Account", Name="Acme")
    made: list[int] = []

    def name_it() -> None:
        made.append(new("Contact", LastName="Roux", AccountId=ids.encode("001", account)))
        connection.close()

    thread = threading.Thread(target=name_it)
    with transaction.atomic():
        save(admin, Change("Account", {"Description": "Edited"}, id=account))
        thread.start()
        while thread.is_alive():
            assert not somebody_waits()
    assert len(made) == 1


def test_what_the_database_takes_back_is_written_again_and_once(admin: Actor, new: New, lose: Lose) -> None:
    account = new("Account", Name="Acme")
    lose(2)
    save(admin, Change("Account", {"Site": "Lyon"}, id=account))
    assert Account.objects.get().site == "Lyon"
    assert History.objects.filter(object_name="Account", action="updated").count() == 1


def test_what_is_taken_back_every_time_says_so_row_by_row(admin: Actor, new: New, lose: Lose) -> None:
    account = new("Account", Name="Acme")
    lose(10**6)
    with pytest.raises(Busy, match="at the same moment"):
        save(admin, Change("Account", {"Site": "Lyon"}, id=account))
    [result] = save_many(admin, "Account", [Change("Account", {"Site": "Lyon"}, id=account)])
    assert [error.code for error in result.errors] == ["UNABLE_TO_LOCK_ROW"]
    with pytest.raises(Busy):
        delete(admin, "Account", [account])
    assert Account.objects.values_list("site", "is_deleted").get() == (None, False)


def test_inside_a_larger_transaction_nothing_is_tried_again(admin: Actor, new: New, lose: Lose) -> None:
    """What came before it in the transaction is lost as well: only who began that can begin again."""
    account = new("Account", Name="Acme")
    lose(1)

    @transaction.atomic
    def both() -> None:
        new("Account", Name="Before")
        save(admin, Change("Account", {"Site": "Lyon"}, id=account))

    with pytest.raises(OperationalError) as error:
        both()
    assert lost.taken_back(error.value)
    assert isinstance(lost.busy(error.value), Busy)
    assert Account.objects.values_list("name", "site").get() == ("Acme", None)


@pytest.mark.usefixtures("no_second_try")
@pytest.mark.parametrize(("name", "model"), [("Account", Account), ("Campaign", Campaign)])
def test_two_people_do_not_put_records_below_each_other(
    admin: Actor, new: New, name: str, model: type[Account | Campaign]
) -> None:
    one, two = new(name, Name="One"), new(name, Name="Two")
    prefix = {"Account": "001", "Campaign": "701"}[name]

    def below(key: int, parent: int) -> int:
        return save(admin, Change(name, {"ParentId": ids.encode(prefix, parent)}, id=key)).id

    [refused] = beside(lambda: below(one, two), lambda: below(two, one), lambda: None)
    assert isinstance(refused, ValidationFailed)
    assert [error.code for error in refused.errors] == ["CIRCULAR_DEPENDENCY"]
    assert set(model.objects.values_list("pk", "parent_id")) == {(one, two), (two, None)}


def test_what_a_merge_moves_is_not_taken_from_whom_it_was_just_given_to(admin: Actor, new: New) -> None:
    kept, gone, third = (new("Account", Name=name) for name in ("Kept", "Gone", "Third"))
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", gone))
    [merged] = beside(
        lambda: save(admin, Change("Contact", {"AccountId": ids.encode("001", third)}, id=contact)),
        lambda: merge(admin, "Account", kept, [gone]),
        lambda: None,
    )
    assert isinstance(merged, Saved)
    assert Contact.objects.get(pk=contact).account_id == third


@pytest.mark.usefixtures("no_second_try")
def test_activities_of_the_same_records_do_not_wait_for_each_other(admin: Actor, new: New) -> None:
    one, two = new("Contact", LastName="One"), new("Contact", LastName="Two")
    new("Task", Subject="Call", Status="Completed", ActivityDate="2020-01-01", WhoId=ids.encode("003", one))

    def task(key: int, day: str) -> Change:
        values = {
            "Subject": "Call",
            "Status": "Completed",
            "ActivityDate": day,
            "WhoId": ids.encode("003", key),
        }
        return Change("Task", values)

    [results] = beside(
        lambda: save(admin, task(one, "2021-01-01")),
        lambda: save_many(admin, "Task", [task(two, "2022-01-02"), task(one, "2022-01-01")]),
        lambda: save(admin, task(two, "2021-01-01")),
    )
    assert isinstance(results, list)
    assert all(result.ok for result in results)
    assert [
        str(day) for day in Contact.objects.order_by("pk").values_list("last_activity_date", flat=True)
    ] == [
        "2022-01-01",
        "2022-01-02",
    ]

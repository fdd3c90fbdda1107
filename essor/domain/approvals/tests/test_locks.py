"""While it waits a record is locked on the writing road itself: save, delete, merge, undo."""

from __future__ import annotations

from uuid import UUID

import pytest

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.submit import Outcome, submit
from essor.domain.approvals.tests.conftest import Process, deal
from essor.kernel.errors import ValidationFailed
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.load import object_rows
from essor.records.merge import merge
from essor.records.save import save, save_many
from essor.records.undelete import undelete

SAYS = "locked until its approval is decided: it is waiting for Manager Test"


@pytest.fixture
def locked(process: Process, rep: Actor) -> Outcome:
    process()
    return submit(rep, "Opportunity", deal(rep))


def step(key: int) -> object:
    return object_rows(current.get().object("Opportunity"), [key], ["NextStep"])[key]["NextStep"]


def change(key: int, text: str = "Changed") -> Change:
    return Change("Opportunity", {"NextStep": text}, id=key)


def test_everybody_but_the_approver_and_administrators_is_kept_out(
    locked: Outcome, rep: Actor, manager: Actor, admin: Actor, director: Actor
) -> None:
    for actor in (rep, director):
        with pytest.raises(ValidationFailed, match=SAYS) as refused:
            save(actor, change(locked.key))
        assert refused.value.errors[0].code == "ENTITY_IS_LOCKED"
    for place, actor in enumerate((manager, admin, system_actor())):
        save(actor, change(locked.key, f"By {place}"))
    assert step(locked.key) == "By 2"


def test_the_lock_ends_with_the_answer(locked: Outcome, rep: Actor, manager: Actor) -> None:
    decide(manager, locked.items[0], approve=False, comment="No")
    save(rep, change(locked.key))
    assert step(locked.key) == "Changed"


def _batch(actor: Actor) -> UUID:
    return undo.begin(actor, "test", "Opportunity")


def test_deleting_alone_or_along_with_its_account_is_refused(locked: Outcome, rep: Actor) -> None:
    with pytest.raises(ValidationFailed, match=SAYS):
        delete(rep, "Opportunity", [locked.key])
    with pytest.raises(ValidationFailed, match=SAYS):
        merge(rep, "Opportunity", deal(rep), [locked.key])
    with pytest.raises(ValidationFailed, match=SAYS):
        merge(rep, "Opportunity", locked.key, [deal(rep)], {"NextStep": "Merged"})


def test_undo_leaves_a_locked_record_as_it_is(process: Process, rep: Actor) -> None:
    process()
    key, batch = deal(rep), _batch(rep)
    save_many(rep, "Opportunity", [change(key, "In batch")], source=Source(batch=batch))
    submit(rep, "Opportunity", key)
    assert undo.undo(rep, batch).kept == 1
    assert step(key) == "In batch"


def test_a_write_that_changes_nothing_is_no_change(locked: Outcome, rep: Actor) -> None:
    save(rep, Change("Opportunity", {"Name": "Big one"}, id=locked.key))


def test_details_of_a_locked_record_neither_go_nor_come_back(
    process: Process, rep: Actor, admin: Actor
) -> None:
    def new(actor: Actor, name: str, **values: object) -> int:
        return save(actor, Change(name, values)).id

    process()
    book, product = new(admin, "Pricebook2", Name="Standard"), new(admin, "Product2", Name="Pump")
    price = new(admin, "PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice=900)
    key = deal(rep)
    lines = [
        new(rep, "OpportunityLineItem", OpportunityId=key, PricebookEntryId=price, Quantity=2)
        for _line in range(2)
    ]
    delete(rep, "OpportunityLineItem", lines[:1])
    submit(rep, "Opportunity", key)
    for act, line in ((delete, lines[1]), (undelete, lines[0])):
        with pytest.raises(ValidationFailed, match=SAYS):
            act(rep, "OpportunityLineItem", [line])
    assert object_rows(current.get().object("Opportunity"), [key], ["Amount"])[key]["Amount"] == 1800_00
    undelete(admin, "OpportunityLineItem", lines[:1])

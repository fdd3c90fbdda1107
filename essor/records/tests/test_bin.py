"""The recycle bin, merging and undoing: nothing is lost, and everything finds its way back."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.domain.sales.models import Account, Contact, Opportunity
from essor.kernel import ids
from essor.kernel.errors import NotFound, ValidationFailed
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.merge import merge, winner_of
from essor.records.models import Deleted
from essor.records.save import save, save_many
from essor.records.tests.conftest import New
from essor.records.undelete import purge, undelete


def test_a_deleted_record_comes_back_with_its_references(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", account))
    delete(admin, "Account", [account])
    assert Account.objects.get().is_deleted
    assert Contact.objects.get(pk=contact).account_id is None
    undelete(admin, "Account", [account])
    assert not Account.objects.get().is_deleted
    assert Contact.objects.get(pk=contact).account_id == account


def test_what_was_deleted_cannot_be_written_or_deleted_again(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    delete(admin, "Account", [account])
    with pytest.raises(NotFound):
        delete(admin, "Account", [account])
    with pytest.raises(NotFound):
        save(admin, Change("Account", {"Name": "x"}, id=account))


def test_purging_keeps_what_is_younger_than_the_limit(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    delete(admin, "Account", [account])
    assert purge(days=1) == 0
    assert purge(days=0) == 1
    assert not Account.objects.exists()
    assert not Deleted.objects.exists()


def test_merging_moves_what_belongs_to_the_loser_and_its_id_keeps_answering(admin: Actor, new: New) -> None:
    winner, loser = new("Account", Name="Acme"), new("Account", Name="Zenith SA", Phone="01 23 45 67 89")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", loser))
    call = new("Task", Subject="Call", WhatId=ids.encode("001", loser))
    merge(admin, "Account", winner, [loser], {"Phone": "01 23 45 67 89"})
    assert Contact.objects.get(pk=contact).account_id == winner
    assert Account.objects.get(pk=winner).phone == "01 23 45 67 89"
    assert winner_of("Account", loser) == winner
    from essor.domain.activities.models import Task

    assert Task.objects.get(pk=call).what == winner
    assert purge(days=0) == 1
    assert winner_of("Account", loser) == winner


def test_a_merge_can_be_undone(admin: Actor, new: New) -> None:
    winner, loser = new("Account", Name="Acme"), new("Account", Name="Zenith SA")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", loser))
    merge(admin, "Account", winner, [loser])
    undelete(admin, "Account", [loser])
    assert Contact.objects.get(pk=contact).account_id == loser
    assert winner_of("Account", loser) is None


def test_a_batch_is_undone_as_a_whole(admin: Actor, new: New) -> None:
    old = new("Account", Name="Old", Site="Lyon")
    batch = undo.begin(admin, "test", "Account")
    source = Source(name="test", batch=batch)
    save_many(admin, "Account", [Change("Account", {"Name": f"New {n}"}) for n in range(3)], source=source)
    save_many(
        admin,
        "Account",
        [Change("Account", {"Site": "Nantes", "AnnualRevenue": 12.5}, id=old)],
        source=source,
    )
    done = undo.undo(admin, batch)
    assert (done.deleted, done.restored, done.kept) == (3, 1, 0)
    account = Account.objects.get(pk=old)
    assert (account.site, account.annual_revenue) == ("Lyon", None)
    with pytest.raises(ValidationFailed):
        undo.undo(admin, batch)


def test_undoing_keeps_what_somebody_changed_since(admin: Actor, new: New) -> None:
    old = new("Account", Name="Old", Site="Lyon")
    batch = undo.begin(admin, "test", "Account")
    save(admin, Change("Account", {"Site": "Nantes"}, id=old), source=Source(name="test", batch=batch))
    save(admin, Change("Account", {"Site": "Brest"}, id=old))
    assert undo.undo(admin, batch).kept == 1
    assert Account.objects.get(pk=old).site == "Brest"


def test_a_deleted_batch_comes_back(admin: Actor, new: New) -> None:
    deals = [new("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-01-31") for _n in range(2)]
    batch = undo.begin(admin, "mass_delete", "Opportunity")
    delete(admin, "Opportunity", deals, source=Source(name="test", batch=batch))
    assert undo.undo(admin, batch).returned == 2
    assert not Opportunity.objects.filter(is_deleted=True).exists()

"""The recycle bin, merging and undoing: nothing is lost, and everything finds its way back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.sales.models import Account, Contact, Opportunity
from essor.domain.sales.orders.models import Contract
from essor.kernel import ids
from essor.kernel.delivery import Dispatcher
from essor.kernel.errors import EssorError, NotFound, ValidationFailed
from essor.query.search.find import find
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.merge import merge, winner_of
from essor.records.models import Deleted, History
from essor.records.save import save, save_many
from essor.records.tests.conftest import New, somebody_waits
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


def test_people_are_found_by_the_account_that_they_are_at_now(admin: Actor, new: New) -> None:
    winner, loser = new("Account", Name="Acme"), new("Account", Name="Zenith")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", loser))

    dispatcher = Dispatcher(scope=current.scope)

    def found(text: str) -> list[int]:
        while dispatcher.run_once():
            pass
        return [hit.record_id for hit in find(admin, text, objects=["Contact"])]

    assert found("Zenith") == [contact]
    merge(admin, "Account", winner, [loser])
    assert (found("Zenith"), found("Acme")) == ([], [contact])
    delete(admin, "Account", [winner])
    assert found("Acme") == []


def test_a_merge_leaves_no_record_above_itself(admin: Actor, new: New) -> None:
    top = new("Account", Name="Top")
    loser = new("Account", Name="Holding", ParentId=ids.encode("001", top))
    between = new("Account", Name="Between", ParentId=ids.encode("001", loser))
    winner = new("Account", Name="Acme", ParentId=ids.encode("001", between))
    merge(admin, "Account", winner, [loser])
    parents = dict(Account.objects.values_list("pk", "parent_id"))
    assert (parents[winner], parents[between]) == (top, winner)
    undelete(admin, "Account", [loser])
    parents = dict(Account.objects.values_list("pk", "parent_id"))
    assert (parents[winner], parents[between]) == (between, loser)


def test_people_in_the_same_campaign_can_be_merged_and_parted_again(admin: Actor, new: New) -> None:
    campaign = ids.encode("701", new("Campaign", Name="Spring"))
    winner, loser = new("Contact", LastName="Roux"), new("Contact", LastName="Leroux")
    kept, aside = (
        new("CampaignMember", CampaignId=campaign, ContactId=ids.encode("003", key))
        for key in (winner, loser)
    )
    merge(admin, "Contact", winner, [loser])
    members = current.get().object("CampaignMember").model._default_manager
    assert list(members.filter(is_deleted=False).values_list("pk", "contact_id")) == [(kept, winner)]
    undelete(admin, "Contact", [loser])
    found = members.filter(is_deleted=False).order_by("pk").values_list("pk", "contact_id")
    assert list(found) == [(kept, winner), (aside, loser)]


def test_a_record_whose_place_was_taken_does_not_come_back(admin: Actor, new: New) -> None:
    values = {
        "CampaignId": ids.encode("701", new("Campaign", Name="Spring")),
        "ContactId": ids.encode("003", new("Contact", LastName="Roux")),
    }
    member = new("CampaignMember", **values)
    batch = undo.begin(admin, "mass_delete", "CampaignMember")
    delete(admin, "CampaignMember", [member], source=Source(name="test", batch=batch))
    new("CampaignMember", **values)
    with pytest.raises(ValidationFailed, match="place"):
        undelete(admin, "CampaignMember", [member])
    assert (done := undo.undo(admin, batch)).returned == 0
    assert done.kept == 1


def test_a_record_comes_back_before_what_it_belongs_to(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", account))
    delete(admin, "Contact", [contact])
    delete(admin, "Account", [account])
    undelete(admin, "Contact", [contact])
    assert Contact.objects.get(pk=contact).account_id is None
    undelete(admin, "Account", [account])
    assert Contact.objects.get(pk=contact).account_id == account


def test_a_detail_comes_back_only_with_its_master(admin: Actor, new: New) -> None:
    campaign = new("Campaign", Name="Spring")
    contact = ids.encode("003", new("Contact", LastName="Roux"))
    member = new("CampaignMember", CampaignId=ids.encode("701", campaign), ContactId=contact)
    delete(admin, "CampaignMember", [member])
    delete(admin, "Campaign", [campaign])
    with pytest.raises(ValidationFailed, match="bring that back first"):
        undelete(admin, "CampaignMember", [member])


def test_what_comes_back_closes_no_circle(admin: Actor, new: New) -> None:
    top, middle = new("Account", Name="Top"), new("Account", Name="Middle")
    low = new("Account", Name="Low", ParentId=ids.encode("001", middle))
    save(admin, Change("Account", {"ParentId": ids.encode("001", top)}, id=middle))
    delete(admin, "Account", [middle])
    save(admin, Change("Account", {"ParentId": ids.encode("001", low)}, id=top))
    undelete(admin, "Account", [middle])
    assert dict(Account.objects.values_list("pk", "parent_id")) == {low: None, top: low, middle: top}


@pytest.mark.django_db(transaction=True)  # references are looked at when a transaction ends
def test_emptying_the_bin_does_not_stumble_over_what_refers_to_it(
    admin: Actor, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("essor.records.undelete.PURGED_AT_ONCE", 1)
    held, account, other = (new("Account", Name=name) for name in ("Held", "Acme", "Other"))
    contact = new("Contact", LastName="Roux")
    new("Contract", AccountId=ids.encode("001", other))
    delete(admin, "Account", [held])
    delete(admin, "Account", [account])
    Contact.objects.update(account_id=account)  # written while the account went into the bin
    Contract.objects.update(account_id=held)  # so is this, and it cannot be without its account
    assert purge(days=0) == 1
    assert Deleted.objects.get().record_id == held
    assert Contact.objects.get(pk=contact).account_id is None


def test_undoing_takes_back_every_write_of_a_record(admin: Actor, new: New) -> None:
    old = new("Account", Name="Old", Site="Lyon")
    source = Source(name="test", batch=undo.begin(admin, "test", "Account"))
    for site in ("Nantes", "Brest"):
        save(admin, Change("Account", {"Site": site}, id=old), source=source)
    undo.undo(admin, source.batch)
    assert Account.objects.get(pk=old).site == "Lyon"


def test_undoing_gives_back_the_reference_to_what_was_there_before(admin: Actor, new: New) -> None:
    before = new("Account", Name="Before")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", before))
    source = Source(name="test", batch=undo.begin(admin, "test", "Account"))
    made = save(admin, Change("Account", {"Name": "Made"}), source=source).id
    save(admin, Change("Contact", {"AccountId": ids.encode("001", made)}, id=contact), source=source)
    assert undo.undo(admin, source.batch).deleted == 1
    assert Contact.objects.get(pk=contact).account_id == before


def test_undoing_leaves_what_others_have_built_on(admin: Actor, new: New) -> None:
    source = Source(name="test", batch=undo.begin(admin, "test", "Account"))
    made = [save(admin, Change("Account", {"Name": f"Made {n}"}), source=source).id for n in range(2)]
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", made[0]))
    done = undo.undo(admin, source.batch)
    assert (done.deleted, done.kept) == (1, 1)
    assert Contact.objects.get(pk=contact).account_id == made[0]
    assert list(Account.objects.filter(is_deleted=False).values_list("pk", flat=True)) == [made[0]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite wait for each other anyway")
def test_two_records_are_not_merged_into_each_other_at_once(admin: Actor, new: New) -> None:
    one, two = new("Account", Name="One"), new("Account", Name="Two")
    refused = at_once(
        lambda: merge(admin, "Account", one, [two]), lambda: merge(admin, "Account", two, [one])
    )
    assert isinstance(refused, NotFound)
    assert list(Account.objects.filter(is_deleted=False).values_list("pk", flat=True)) == [one]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite wait for each other anyway")
def test_a_record_goes_into_the_bin_and_out_of_it_once(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    refused = at_once(*[lambda: delete(admin, "Account", [account])] * 2)
    assert isinstance(refused, NotFound)
    assert Deleted.objects.count() == 1
    assert at_once(*[lambda: undelete(admin, "Account", [account])] * 2) is None
    assert History.objects.filter(action="undeleted").count() == 1


def at_once(first: Callable[[], object], second: Callable[[], object]) -> Exception | None:
    """Do `first`, and `second` beside it before it is committed; return what was raised by `second`."""
    refused: list[Exception] = []

    def beside() -> None:
        try:
            second()
        except EssorError as error:
            refused.append(error)
        connection.close()

    other = threading.Thread(target=beside)
    with transaction.atomic():
        first()
        other.start()
        while not somebody_waits():
            assert other.is_alive()
    other.join()
    return refused[0] if refused else None

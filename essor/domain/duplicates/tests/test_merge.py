"""A merge takes the chosen values, moves what belongs to the losers, and is undone as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.models import FieldPermission, PermissionSet
from essor.access.version import bump
from essor.catalog import current
from essor.domain.duplicates import merging
from essor.domain.duplicates.tests.conftest import New
from essor.kernel import ids
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.records import undo
from essor.records.merge import winner_of


def stored(name: str) -> Any:
    """Return the rows of an object: the room knows none by its class."""
    return current.get().object(name).model._default_manager


@pytest.fixture
def twins(new: New) -> tuple[int, int]:
    first = new("Account", Name="Élan SARL", Phone="01 23 45 67 89", AnnualRevenue=1234.5, BillingCity="Lyon")
    second = new(
        "Account",
        Name="ELAN",
        Website="https://elan.example",
        BillingStreet="1 rue Hugo",
        BillingCity="Lyon",
        BillingPostalCode="69001",
    )
    return first, second


def test_the_fullest_record_wins_and_gaps_are_filled(admin: Actor, twins: tuple[int, int]) -> None:
    first, second = twins
    proposal = merging.propose(admin, "Account", [first, second])
    chosen = {one.field.name: one.proposed for one in proposal.choices}
    assert proposal.winner == first
    assert chosen["Phone"] == first
    assert chosen["Website"] == second
    assert chosen["BillingAddress"] == second  # the fuller address, as a whole
    assert {one.field.name for one in proposal.choices if one.differs} >= {"Name", "Phone", "BillingAddress"}


def test_a_merge_writes_what_was_chosen_and_moves_what_belongs(
    admin: Actor, new: New, twins: tuple[int, int]
) -> None:
    first, second = twins
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", first))
    picks = {"Name": first, "AnnualRevenue": first, "Phone": second}
    saved, _batch = merging.merge(admin, "Account", [first, second], second, picks)
    account = stored("Account").get(pk=second)
    assert saved.id == second
    assert (account.name, account.annual_revenue, account.phone) == ("Élan SARL", 123450, None)
    assert account.billing_postal_code == "69001"
    assert stored("Contact").get(pk=contact).account_id == second
    assert winner_of("Account", first) == second
    assert stored("Account").get(pk=first).is_deleted


def test_undoing_parts_them_again(admin: Actor, new: New, twins: tuple[int, int]) -> None:
    first, second = twins
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", second))
    before = list(
        stored("Account").order_by("pk").values("name", "phone", "website", "annual_revenue", "is_deleted")
    )
    _saved, batch = merging.merge(
        admin, "Account", [first, second], first, {"Name": second, "Website": second}
    )
    assert stored("Account").get(pk=first).name == "ELAN"
    done = undo.undo(admin, batch)
    assert (done.restored, done.returned) == (1, 1)
    after = list(
        stored("Account").order_by("pk").values("name", "phone", "website", "annual_revenue", "is_deleted")
    )
    assert after == before
    assert stored("Contact").get(pk=contact).account_id == second
    assert winner_of("Account", second) is None


def test_three_become_one_and_merges_of_merges_lead_to_the_last(admin: Actor, new: New) -> None:
    keys = [new("Account", Name=f"Elan {place}") for place in ("Nord", "Sud", "Ouest", "Est")]
    merging.merge(admin, "Account", keys[:3], keys[1], {})
    _saved, batch = merging.merge(admin, "Account", [keys[1], keys[3]], keys[3], {})
    assert [winner_of("Account", key) for key in keys] == [keys[3], keys[3], keys[3], None]
    undo.undo(admin, batch)
    assert [winner_of("Account", key) for key in keys] == [keys[1], None, keys[1], None]


def test_what_somebody_moved_since_stays_where_it_is(admin: Actor, new: New, twins: tuple[int, int]) -> None:
    first, second = twins
    third = new("Account", Name="Zeller")
    deal = new(
        "Opportunity",
        Name="D",
        StageName="Prospecting",
        CloseDate="2030-01-01",
        AccountId=ids.encode("001", second),
    )
    _saved, batch = merging.merge(admin, "Account", [first, second], first, {})
    stored("Opportunity").filter(pk=deal).update(account_id=third)
    undo.undo(admin, batch)
    assert stored("Opportunity").get(pk=deal).account_id == third


def test_a_field_that_is_hidden_is_neither_shown_nor_taken(
    admin: Actor, make_user: Any, twins: tuple[int, int]
) -> None:
    first, second = twins
    manager = make_user("Manager", "Sales Manager")
    stored("Account").update(owner_id=manager.pk)
    own = PermissionSet.objects.get(profile_id=manager.profile_id)
    FieldPermission.objects.update_or_create(
        parent=own, object_name="Account", field="Phone", defaults={"read": False, "edit": False}
    )
    bump()
    actor = actor_for(manager)
    assert "Phone" not in {one.field.name for one in merging.propose(actor, "Account", twins).choices}
    merging.merge(actor, "Account", twins, second, {"Phone": first})
    assert stored("Account").get(pk=second).phone is None


def test_who_may_not_delete_may_not_merge(make_user: Any, twins: tuple[int, int]) -> None:
    with pytest.raises(Forbidden):
        merging.merge(actor_for(make_user("Looker", "Read Only")), "Account", twins, twins[0], {})


def test_a_refused_merge_changes_nothing(admin: Actor, twins: tuple[int, int]) -> None:
    with pytest.raises(ValidationFailed):
        merging.merge(admin, "Account", twins, 999_999, {})
    with pytest.raises(ValidationFailed):
        merging.propose(admin, "Account", twins[:1])
    assert not stored("Account").filter(is_deleted=True).exists()


def test_a_parent_and_its_child_can_be_merged_as_proposed(admin: Actor, new: New) -> None:
    top = new("Account", Name="Holding")
    parent = new("Account", Name="Élan", ParentId=ids.encode("001", top))
    child = new(
        "Account", Name="ELAN", Phone="01 23 45 67 89", Site="Lyon", ParentId=ids.encode("001", parent)
    )
    proposal = merging.propose(admin, "Account", [parent, child])
    assert proposal.winner == child
    picks = {one.field.name: one.proposed for one in proposal.choices}
    _saved, batch = merging.merge(admin, "Account", [parent, child], child, picks)
    assert stored("Account").get(pk=child).parent_id == top
    undo.undo(admin, batch)
    assert dict(stored("Account").values_list("pk", "parent_id")) == {top: None, parent: top, child: parent}

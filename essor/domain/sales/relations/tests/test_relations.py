"""No company above itself; one primary contact a deal; who moved on leaves a trace; amounts add up the tree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from essor.access.actor import Actor
from essor.domain.sales.models import Contact
from essor.domain.sales.relations.hierarchy import TOGETHER, tree
from essor.domain.sales.relations.models import AccountContactRelation as Relation
from essor.domain.sales.relations.models import OpportunityContactRole as Role
from essor.domain.sales.relations.rules import RELATION
from essor.domain.sales.rules.conversion import follow_rates
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.merge import merge
from essor.records.save import save, save_many
from essor.records.tests.conftest import New
from essor.records.undelete import undelete


def move(admin: Actor, contact: int, account: int | None) -> None:
    save(admin, Change("Contact", {"AccountId": account}, id=contact))


def relations(contact: int) -> list[tuple[int, bool, bool]]:
    rows = Relation.objects.filter(contact_id=contact, is_deleted=False).order_by("pk")
    return list(rows.values_list("account_id", "is_active", "is_direct"))


def test_a_circle_is_refused_at_any_depth_and_within_one_batch(admin: Actor, new: New) -> None:
    top = new("Account", Name="Top")
    middle = new("Account", Name="Middle", ParentId=top)
    low = new("Account", Name="Low", ParentId=middle)
    with pytest.raises(ValidationFailed) as error:
        save(admin, Change("Account", {"ParentId": low}, id=top))
    assert [one.code for one in error.value.errors] == ["CIRCULAR_DEPENDENCY"]
    one, other = new("Account", Name="A"), new("Account", Name="B")
    results = save_many(
        admin,
        "Account",
        [Change("Account", {"ParentId": other}, id=one), Change("Account", {"ParentId": one}, id=other)],
    )
    assert not any(result.ok for result in results)
    save(admin, Change("Account", {"ParentId": top}, id=low))


def test_amounts_add_up_the_tree_by_currency(admin: Actor, new: New) -> None:
    top = new("Account", Name="Top")
    left, right = (new("Account", Name=name, ParentId=top) for name in ("A left", "B right"))
    low = new("Account", Name="Low", ParentId=left)
    new("Account", Name="Elsewhere")
    for account, amount, stage, currency in (
        (low, 100, "Prospecting", "EUR"),
        (left, 50, "Prospecting", "USD"),
        (right, 30, "Closed Won", "EUR"),
        (top, 7, "Closed Won", "EUR"),
        (top, 1000, "Closed Lost", "EUR"),
    ):
        new(
            "Opportunity",
            Name="D",
            AccountId=account,
            Amount=amount,
            StageName=stage,
            CloseDate="2027-01-31",
            CurrencyIsoCode=currency,
        )
    found = tree(admin, low)
    assert [(node.name, node.depth) for node in found.nodes] == [
        ("Top", 0),
        ("A left", 1),
        ("Low", 2),
        ("B right", 1),
    ]
    first, second = found.nodes[0], found.nodes[1]
    assert (dict(first.all_open), dict(first.all_won)) == ({"EUR": 10000, "USD": 5000}, {"EUR": 3700})
    assert (dict(second.open), dict(second.all_open)) == ({"USD": 5000}, {"EUR": 10000, "USD": 5000})
    new("CurrencyType", IsoCode="USD", ConversionRate="2")
    follow_rates.call()
    first, second = tree(admin, low).nodes[:2]
    assert (first.all_open[TOGETHER], second.open[TOGETHER]) == (12500, 2500)
    assert TOGETHER not in first.all_won, "nothing to convert"


def test_a_deal_has_one_primary_contact_and_each_only_once(admin: Actor, new: New) -> None:
    ana, ben = (new("Contact", LastName=name) for name in ("Ana", "Ben"))
    deal = new("Opportunity", Name="D", StageName="Prospecting", CloseDate="2027-01-31", ContactId=ana)
    assert list(Role.objects.values_list("contact_id", "is_primary")) == [(ana, True)]
    new("OpportunityContactRole", OpportunityId=deal, ContactId=ben, Role="Influencer", IsPrimary=True)
    assert list(Role.objects.order_by("pk").values_list("contact_id", "is_primary")) == [
        (ana, False),
        (ben, True),
    ]
    with pytest.raises(ValidationFailed) as error:
        new("OpportunityContactRole", OpportunityId=deal, ContactId=ben)
    assert [one.field for one in error.value.errors] == ["ContactId"]


def test_who_moves_on_leaves_a_trace(admin: Actor, new: New) -> None:
    first, second = (new("Account", Name=name) for name in ("First", "Second"))
    contact = new("Contact", LastName="Roux", AccountId=first)
    assert relations(contact) == []
    move(admin, contact, second)
    assert relations(contact) == [(first, False, False), (second, True, True)]
    Relation.objects.update(start_date=None)
    Relation.objects.filter(is_active=False).update(end_date="2020-01-01")
    move(admin, contact, None)
    assert relations(contact) == [(first, False, False), (second, False, False)]


def test_back_the_same_day_means_never_away(admin: Actor, new: New) -> None:
    first, second = (new("Account", Name=name) for name in ("First", "Second"))
    contact = new("Contact", LastName="Roux", AccountId=first)
    move(admin, contact, second)
    move(admin, contact, first)
    assert relations(contact) == [(first, True, True)]
    move(admin, contact, second)
    assert relations(contact) == [(first, False, False), (second, True, True)]


def test_a_relation_is_kept_by_hand_too(admin: Actor, new: New) -> None:
    mine, other = (new("Account", Name=name) for name in ("Mine", "Other"))
    contact = new("Contact", LastName="Roux", AccountId=mine)
    key = new(RELATION, AccountId=other, ContactId=contact, Roles="Evaluator")
    assert relations(contact) == [(other, True, False)]
    with pytest.raises(ValidationFailed):
        save(admin, Change(RELATION, {"StartDate": "2026-01-02", "EndDate": "2026-01-01"}, id=key))
    past = (Relation.objects.get(pk=key).created_date - timedelta(days=3)).date().isoformat()
    save(admin, Change(RELATION, {"EndDate": past}, id=key))
    assert relations(contact) == [(other, False, False)]


def test_people_are_found_by_scope_and_other_needs_a_comment(admin: Actor, new: New) -> None:
    new("Contact", LastName="A", ScopesOfResponsibility=["Purchasing", "Quality"])
    new("Contact", LastName="B", ScopesOfResponsibility="Finance")
    where = Compare(Path(("ScopesOfResponsibility",)), "includes", (Constant("Quality", "text"),))
    rows = run.rows(admin, Query("Contact", columns=(Column(Path(("LastName",))),), where=where))
    assert [row["LastName"] for row in rows] == ["A"]
    with pytest.raises(ValidationFailed) as error:
        new("Contact", LastName="C", ScopesOfResponsibility="Other")
    assert [one.field for one in error.value.errors] == ["ScopesOfResponsibilityOther"]
    new("Contact", LastName="C", ScopesOfResponsibility="Other", ScopesOfResponsibilityOther="Patents")
    assert Contact.objects.get(last_name="C").scopes_of_responsibility_other == "Patents"


def test_people_at_the_same_company_are_merged_and_parted_again(admin: Actor, new: New) -> None:
    account, other = new("Account", Name="Acme"), new("Account", Name="Other")
    winner, loser = new("Contact", LastName="Roux"), new("Contact", LastName="Leroux")
    mine, twin, alone, past = (
        new(RELATION, AccountId=where, ContactId=who, **dates)
        for where, who, dates in (
            (account, winner, {}),
            (account, loser, {}),
            (other, loser, {}),
            (account, loser, {"EndDate": "2020-01-31"}),
        )
    )
    before = set(Relation.objects.values_list("pk", "contact_id", "is_deleted"))
    merge(admin, "Contact", winner, [loser])
    live = Relation.objects.filter(is_deleted=False).order_by("pk")
    assert list(live.values_list("pk", "contact_id")) == [(mine, winner), (alone, winner), (past, winner)]
    undelete(admin, "Contact", [loser])
    assert set(Relation.objects.values_list("pk", "contact_id", "is_deleted")) == before
    assert twin in {key for key, _contact, _gone in before}


def test_a_deal_keeps_its_primary_contact_when_both_who_played_a_part_become_one(
    admin: Actor, new: New
) -> None:
    winner, loser = new("Contact", LastName="Roux"), new("Contact", LastName="Leroux")
    deal = new("Opportunity", Name="D", StageName="Prospecting", CloseDate="2027-01-31", ContactId=loser)
    mine = new("OpportunityContactRole", OpportunityId=deal, ContactId=winner)
    batch = undo.begin(admin, "merge", "Contact")
    merge(admin, "Contact", winner, [loser], source=Source("test", batch=batch))
    live = Role.objects.filter(is_deleted=False).order_by("pk")
    assert list(live.values_list("pk", "contact_id", "is_primary")) == [(mine, winner, True)]
    undo.undo(admin, batch)
    assert set(live.values_list("contact_id", "is_primary")) == {(loser, True), (winner, False)}

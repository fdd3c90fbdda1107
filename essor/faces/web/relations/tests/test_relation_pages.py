"""Panels show parts in deals, former people and the tree, take new lines, and say what is wrong beside the field."""

from __future__ import annotations

from django.test import Client

from essor.access.actions import set_org_default
from essor.access.actor import Actor
from essor.access.models import User
from essor.access.tests.samples import MakeUser
from essor.domain.sales.relations.models import AccountContactRelation, OpportunityContactRole
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save
from essor.records.tests.conftest import New


def deal(new: New) -> str:
    return ids.encode("006", new("Opportunity", Name="D", StageName="Prospecting", CloseDate="2027-01-31"))


def test_parts_are_added_made_primary_and_removed(signed_in: Client, new: New) -> None:
    opportunity, ana, ben = deal(new), new("Contact", LastName="Ana"), new("Contact", LastName="Ben")
    assert f'hx-get="/r/{opportunity}/roles"' in signed_in.get(f"/r/{opportunity}/").content.decode()
    address = f"/r/{opportunity}/roles"
    for contact, primary in ((ana, "true"), (ben, "false")):
        sent = {"ContactId": ids.encode("003", contact), "Role": "Decision Maker", "IsPrimary": primary}
        assert (
            "Decision maker" in signed_in.post(address, sent, headers={"HX-Request": "true"}).content.decode()
        )
    again = signed_in.post(address, {"ContactId": ids.encode("003", ben)}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert "already has a role in the deal" in again.content.decode()
    second = ids.encode("00K", OpportunityContactRole.objects.get(contact_id=ben).pk)
    signed_in.post(f"/r/{second}/primary", {"back": opportunity})
    assert OpportunityContactRole.objects.get(is_primary=True).contact_id == ben
    assert "Prospecting" in signed_in.get(f"/r/{ids.encode('003', ben)}/roles").content.decode()
    assert signed_in.post(f"/r/{opportunity}/remove-relation", {"back": opportunity}).status_code == 404
    assert signed_in.post(f"/r/{opportunity}/primary", {"back": opportunity}).status_code == 404
    signed_in.post(f"/r/{second}/remove-relation", {"back": opportunity})
    assert OpportunityContactRole.objects.filter(is_deleted=False).count() == 1


def test_who_moved_on_stays_listed_at_both_companies(signed_in: Client, admin: Actor, new: New) -> None:
    first, second = new("Account", Name="First"), new("Account", Name="Second")
    contact = new("Contact", LastName="Roux", AccountId=first)
    save(admin, Change("Contact", {"AccountId": second}, id=contact))
    before = signed_in.get(f"/r/{ids.encode('001', first)}/relations").content.decode()
    assert "Roux" in before
    assert "former" in before
    assert "Second" in before
    person = signed_in.get(f"/r/{ids.encode('003', contact)}/relations").content.decode()
    assert person.index("Second") < person.index("First")
    sent = {
        "ContactId": ids.encode("003", contact),
        "Roles": ["", "Evaluator"],
        "StartDate": "2026-02-01",
        "EndDate": "2026-01-01",
    }
    refused = signed_in.post(f"/r/{ids.encode('001', first)}/relations", sent, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "cannot end before it starts" in refused.content.decode()
    assert AccountContactRelation.objects.count() == 2


def test_the_tree_shows_where_one_stands(signed_in: Client, new: New) -> None:
    top = new("Account", Name="Top")
    low = ids.encode("001", new("Account", Name="Low", ParentId=top))
    new(
        "Opportunity",
        Name="D",
        StageName="Prospecting",
        CloseDate="2027-01-31",
        Amount=1000,
        AccountId=ids.decode(low)[1],
    )
    alone = ids.encode("001", new("Account", Name="Alone"))
    assert f'hx-get="/r/{low}/tree"' in signed_in.get(f"/r/{low}/").content.decode()
    assert f'hx-get="/r/{alone}/tree"' not in signed_in.get(f"/r/{alone}/").content.decode()
    assert "Top" in signed_in.get(f"/r/{low}/tree").content.decode()
    page = signed_in.get(f"/r/{low}/hierarchy").content.decode()
    assert page.index(">Top<") < page.rindex(">Low<")
    assert "€1" in page or "1K" in page
    assert signed_in.get(f"/r/{deal(new)}/hierarchy").status_code == 404


def test_the_tree_does_not_tell_of_companies_out_of_sight(
    client: Client, make_user: MakeUser, admin: Actor, new: New
) -> None:
    rep = make_user("Rep")
    top = new("Account", Name="Top", OwnerId=rep.pk)
    low = new("Account", Name="Low", ParentId=top, OwnerId=rep.pk)
    set_org_default(admin, "Account", "Private")
    client.force_login(rep, backend="essor.access.accounts.backend.Backend")
    page = f"/r/{ids.encode('001', top)}/"
    assert f'hx-get="{page}tree"' in client.get(page).content.decode()
    save(admin, Change("Account", {"OwnerId": admin.user_id}, id=low))
    assert f'hx-get="{page}tree"' not in client.get(page).content.decode()


def test_readers_see_the_lines_and_no_buttons(
    client: Client, make_user: MakeUser, admin: Actor, new: New
) -> None:
    opportunity, ana = deal(new), new("Contact", LastName="Ana")
    new("OpportunityContactRole", OpportunityId=ids.decode(opportunity)[1], ContactId=ana)
    reader: User = make_user("Reader", "Read Only")
    client.force_login(reader, backend="essor.access.accounts.backend.Backend")
    text = client.get(f"/r/{opportunity}/roles").content.decode()
    assert "Ana" in text
    assert "<form" not in text

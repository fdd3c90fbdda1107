"""The first entry that fits decides; teams share by weight; absent people get nothing; queues are taken from once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.models import Group, Principal, User
from essor.access.tests.samples import MakeUser
from essor.catalog import current
from essor.domain.absences.actions import add_absence
from essor.domain.absences.away import today
from essor.domain.sales.assignment import edit, take
from essor.domain.sales.assignment.assign import assign, would_get
from essor.domain.sales.assignment.models import Entry
from essor.domain.sales.models import Lead
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.query.tree import Compare, Constant, Path
from essor.records.change import Change, Source
from essor.records.save import save, save_many
from essor.records.tests.conftest import New

ASKED = Source(name="api", assign="all")
FRENCH = Compare(Path(("Country",)), "eq", (Constant("France", "text"),))


@pytest.fixture
def people(make_user: MakeUser) -> list[User]:
    return [make_user(name) for name in ("Ann", "Ben", "Cid")]


@pytest.fixture
def queue(admin: Actor, people: list[User]) -> Group:
    members = Principal.objects.filter(pk__in=[one.pk for one in people[:2]])
    return actions.save_group(admin, name="Inbox", members=members, queue=True, supported_objects=["Lead"])


def team(admin: Actor, weights: dict[int, int], name: str = "Team") -> Entry:
    return edit.save_entry(admin, edit.EntryText(name=name, to="team", weights=weights))


def leads(admin: Actor, count: int, **values: str) -> list[int]:
    changes = [
        Change("Lead", {"LastName": f"L{place}", "Company": "X", **values}, accept_duplicates=True)
        for place in range(count)
    ]
    results = save_many(admin, "Lead", changes, source=ASKED)
    return [one.saved.id for one in results if one.saved]


def owners(keys: list[int]) -> Counter[int | None]:
    return Counter(Lead.objects.filter(pk__in=keys).values_list("owner_id", flat=True))


def test_the_first_entry_that_fits_decides(admin: Actor, people: list[User], queue: Group) -> None:
    french = edit.save_entry(admin, edit.EntryText(name="France", to="owner", owner=people[0].pk))
    edit.set_criteria(admin, french, FRENCH)
    edit.save_entry(admin, edit.EntryText(name="Others", to="owner", owner=queue.pk))
    assert owners(leads(admin, 2, Country="France")) == {people[0].pk: 2}
    assert owners(leads(admin, 1, Country="Spain")) == {queue.pk: 1}
    edit.move(admin, french, 1)
    assert owners(leads(admin, 1, Country="France")) == {queue.pk: 1}


def test_nothing_happens_unless_asked_and_without_a_fitting_entry(
    admin: Actor, people: list[User], new: New
) -> None:
    french = edit.save_entry(admin, edit.EntryText(name="France", to="owner", owner=people[0].pk))
    edit.set_criteria(admin, french, FRENCH)
    plain = new("Lead", LastName="L", Company="X", Country="France")
    assert owners([plain, *leads(admin, 1, Country="Spain")]) == {admin.user_id: 2}


def test_a_team_shares_by_weight_over_several_writes(admin: Actor, people: list[User]) -> None:
    ann, ben, cid = (one.pk for one in people)
    team(admin, {ann: 2, ben: 1, cid: 1})
    assert owners([key for count in (1, 5, 2) for key in leads(admin, count)]) == {ann: 4, ben: 2, cid: 2}
    first_four = [Lead.objects.get(pk=key).owner_id for key in leads(admin, 4)]
    assert first_four != sorted(first_four)  # nobody gets all theirs in a row


def test_the_absent_and_the_inactive_get_nothing(admin: Actor, people: list[User]) -> None:
    ann, ben, cid = (one.pk for one in people)
    team(admin, {ann: 1, ben: 1, cid: 1})
    add_absence(admin, ann, today() - timedelta(days=1), today())
    actions.deactivate_user(admin, people[1])
    assert owners(leads(admin, 3)) == {cid: 3}
    add_absence(admin, cid, today(), today() + timedelta(days=3))
    assert owners(leads(admin, 1)) == {admin.user_id: 1}


def test_the_test_box_moves_nobody_s_turn(admin: Actor, people: list[User], new: New) -> None:
    entry = team(admin, {one.pk: 1 for one in people})
    key = new("Lead", LastName="L", Company="X")
    first = would_get("Lead", key)
    assert (first.entry, first.owner) == (entry, would_get("Lead", key).owner)
    assert assign(admin, "Lead", [key], source=Source()) == {key: first.owner}


def test_statements_do_not_follow_the_number_of_leads(admin: Actor, people: list[User]) -> None:
    team(admin, {one.pk: 1 for one in people})

    def statements(count: int) -> int:
        with current.scope(), CaptureQueriesContext(connection) as captured:
            leads(admin, count)
        return len(captured)

    statements(3)
    assert statements(30) <= statements(3) + 3


def test_a_record_is_taken_once(admin: Actor, people: list[User], queue: Group, new: New) -> None:
    key = new("Lead", LastName="L", Company="X", OwnerId=queue.pk)
    obj = current.get().object("Lead")
    ann, ben, cid = (actor_for(one) for one in people)
    with pytest.raises(Forbidden):
        take.take(cid, obj, key)
    take.take(ann, obj, key)
    assert Lead.objects.get(pk=key).owner_id == ann.user_id
    with pytest.raises(ValidationFailed, match="Ann Test was faster"):
        take.take(ben, obj, key)


def test_nobody_learns_whose_a_record_is_by_trying_to_take_it(
    admin: Actor, people: list[User], queue: Group, new: New
) -> None:
    key = new("Lead", LastName="L", Company="X", OwnerId=people[1].pk)
    with pytest.raises(NotFound):
        take.take(actor_for(people[0]), current.get().object("Lead"), key)


def test_who_only_reads_takes_nothing(admin: Actor, make_user: MakeUser, new: New) -> None:
    reader = make_user("Reader", "Read Only")
    members = Principal.objects.filter(pk=reader.pk)
    inbox = actions.save_group(admin, name="Box", members=members, queue=True, supported_objects=["Lead"])
    key = new("Lead", LastName="L", Company="X", OwnerId=inbox.pk)
    with pytest.raises(Forbidden):
        take.take(actor_for(reader), current.get().object("Lead"), key)


def test_what_cannot_be_is_refused(admin: Actor, people: list[User]) -> None:
    texts = [
        edit.EntryText(name="", to="owner", owner=people[0].pk),
        edit.EntryText(name="A", to="owner"),
        edit.EntryText(name="A", to="team"),
        edit.EntryText(name="A", to="team", weights={people[0].pk: 0}),
        edit.EntryText(name="A", to="nobody"),
    ]
    for text in texts:
        with pytest.raises(ValidationFailed):
            edit.save_entry(admin, text)
    with pytest.raises(Forbidden):
        edit.save_entry(actor_for(people[0]), edit.EntryText(name="A", to="owner", owner=people[0].pk))


def test_a_lead_that_is_edited_can_be_assigned_anew(admin: Actor, people: list[User], new: New) -> None:
    key = new("Lead", LastName="L", Company="X")
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=people[2].pk))
    saved = save(admin, Change("Lead", {"Title": "CEO"}, id=key), source=ASKED)
    row = Lead.objects.get(pk=key)
    assert (row.owner_id, row.revision) == (people[2].pk, saved.revision)

"""What seems to be there already is told before it is saved: on one save, on many, with what the writer may see."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor, actor_for
from essor.access.models import OrgDefault
from essor.access.version import bump
from essor.domain.duplicates import setting
from essor.domain.duplicates.models import MatchingRule, MatchKey, SuspectPair
from essor.domain.duplicates.tests.conftest import New
from essor.kernel.errors import DuplicatesDetected
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.save import save, save_many
from essor.records.undelete import undelete

ANA: dict[str, Any] = {"FirstName": "Ana", "LastName": "Lefèvre", "Email": "ana.lefevre@vauban.example"}


def refused(actor: Actor, name: str, **values: Any) -> DuplicatesDetected:
    with pytest.raises(DuplicatesDetected) as caught:
        save(actor, Change(name, values))
    return caught.value


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Name": "Dupont Menuiserie SARL"}, {"Name": "DUPONT  MENUISERIE S.A.R.L."}),
        (
            {"Name": "Élan Énergie SAS", "Website": "https://www.elan.fr/a"},
            {"Name": "Elan Energies", "Website": "elan.fr"},
        ),
        (
            {"Name": "Müller GmbH", "Phone": "01 23 45 67 89"},
            {"Name": "Muller", "Phone": "+33 1 23 45 67 89"},
        ),
    ],
)
def test_a_company_is_known_by_any_writing(admin: Actor, new: New, first: Any, second: Any) -> None:
    known = new("Account", **first)
    error = refused(admin, "Account", **second)
    assert [one.record_id for one in error.suspects] == [known]
    assert error.may_save
    assert error.errors[0].code == "DUPLICATES_DETECTED"


@pytest.mark.parametrize(
    "again",
    [
        {"FirstName": "ANA", "LastName": "LEFEVRE", "Email": "Ana.Lefevre@Vauban.example"},
        {"FirstName": "Lefèvre", "LastName": "Ana", "Email": "ana.lefevre+crm@vauban.example"},
        {"FirstName": "A.", "LastName": "Lefevre", "Email": "ana.lefevre@vauban.example"},
        {"FirstName": "Ana", "LastName": "Lefevbre", "Email": "ana.lefevre@vauban.example"},
    ],
)
def test_a_person_is_known_by_any_writing(admin: Actor, new: New, again: dict[str, str]) -> None:
    known = new("Contact", **ANA)
    assert refused(admin, "Contact", **again).suspects[0].record_id == known


@pytest.mark.parametrize(
    "other",
    [
        {"FirstName": "Paul", "LastName": "Lefèvre", "Email": "paul.lefevre@vauban.example"},
        {"FirstName": "Ana", "LastName": "Lefèvre", "Email": "ana.l@elsewhere.example"},
        {"FirstName": "Ana"[:2], "LastName": "Girard"},
    ],
)
def test_somebody_else_is_saved(admin: Actor, new: New, other: dict[str, str]) -> None:
    new("Contact", **ANA)
    assert save(admin, Change("Contact", other)).created
    assert not SuspectPair.objects.exists()


def test_who_insists_saves_and_the_pair_is_listed(admin: Actor, new: New) -> None:
    known = new("Contact", **ANA)
    saved = save(admin, Change("Contact", ANA, accept_duplicates=True))
    pair = SuspectPair.objects.get()
    assert (pair.one_id, pair.two_id) == (known, saved.id)
    assert pair.group_id == pair.pk


def test_a_blocking_rule_cannot_be_overridden(admin: Actor, new: New) -> None:
    new("Contact", **ANA)
    MatchingRule.objects.filter(object_name="Contact").update(on_create="block", message="Ask Léa first.")
    setting.forget()
    with pytest.raises(DuplicatesDetected, match="Ask Léa first") as caught:
        save(admin, Change("Contact", ANA, accept_duplicates=True))
    assert not caught.value.may_save
    save(admin, Change("Contact", ANA), source=Source(name="web_to_lead", unattended=True))
    assert SuspectPair.objects.count() == 1, "what a stranger sends is never refused, and is listed"


def test_a_rule_that_allows_reports(admin: Actor, new: New) -> None:
    new("Contact", **ANA)
    MatchingRule.objects.filter(object_name="Contact").update(on_create="report")
    setting.forget()
    assert save(admin, Change("Contact", ANA)).created
    assert SuspectPair.objects.count() == 1


def test_a_lead_is_known_among_contacts(admin: Actor, new: New) -> None:
    known = new("Contact", **ANA)
    found = refused(admin, "Lead", Company="Vauban", **ANA).suspects
    assert [(one.object, one.record_id) for one in found] == [("Contact", known)]


def test_an_edit_towards_another_record_is_reported_not_refused(admin: Actor, new: New) -> None:
    known = new("Contact", **ANA)
    other = new("Contact", LastName="Nobody")
    save(admin, Change("Contact", ANA, id=other))
    assert SuspectPair.objects.filter(one_id=known, two_id=other).exists()


def test_rows_of_one_batch_are_compared_with_each_other(admin: Actor) -> None:
    rows = [Change("Contact", ANA), Change("Contact", {"LastName": "Roux"}), Change("Contact", ANA)]
    results = save_many(admin, "Contact", rows)
    assert [one.ok for one in results] == [True, True, False]
    assert results[2].may_save
    accepted = save_many(admin, "Lead", [Change("Lead", {**ANA, "Company": "V"}, accept_duplicates=True)] * 2)
    assert all(one.ok for one in accepted)
    assert SuspectPair.objects.filter(object_name="Lead", other_object="Lead").count() == 1


def test_what_the_writer_may_not_see_is_not_named(admin: Actor, make_user: Any, new: New) -> None:
    new("Contact", **ANA)
    OrgDefault.objects.update_or_create(object_name="Contact", defaults={"access": OrgDefault.Access.PRIVATE})
    bump()
    rep = actor_for(make_user("Rep"))
    suspect = refused(rep, "Contact", **ANA).suspects[0]
    assert suspect.record_id is None


def test_the_recycle_bin_is_not_searched(admin: Actor, new: New) -> None:
    known = new("Contact", **ANA)
    delete(admin, "Contact", [known])
    assert save(admin, Change("Contact", ANA)).created
    assert undelete(admin, "Contact", [known]) == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(admin: Actor, new: New) -> None:
    new("Contact", **ANA)

    def names(count: int, stem: str) -> list[str]:
        dice = Random(stem)  # noqa: S311 -- no secret
        return ["".join(dice.sample("abcdefghijklmnoprstuvz", 9)) for _one in range(count)]

    def queries(count: int, stem: str) -> int:
        rows = [
            Change("Contact", {"LastName": name, "Email": f"{name}@{stem}.example"})
            for name in names(count, stem)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert all(one.ok for one in save_many(admin, "Contact", rows))
        return len(captured)

    queries(1, "warm")
    assert queries(60, "many") <= queries(2, "few") + 2


def test_keys_follow_what_is_written(admin: Actor, new: New) -> None:
    known = new("Contact", **ANA)
    before = set(MatchKey.objects.filter(record_id=known).values_list("key", flat=True))
    save(admin, Change("Contact", {"Title": "Director"}, id=known))
    assert set(MatchKey.objects.filter(record_id=known).values_list("key", flat=True)) == before
    save(admin, Change("Contact", {"Email": "elsewhere@house.example"}, id=known))
    after = set(MatchKey.objects.filter(record_id=known).values_list("key", flat=True))
    assert after & before
    assert after - before
    assert before - after

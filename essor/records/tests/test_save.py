"""What the writing road promises of a single save."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q
from django.utils import translation

from essor.access.actions.set_org_default import set_org_default
from essor.access.actions.share_record import share_record
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import OrgDefault, RecordShare
from essor.access.models.sharing import Level
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.change_field import change_field
from essor.catalog.actions.spec import FieldSpec
from essor.domain.sales.models import Account, Contact, Opportunity, OpportunityHistory
from essor.kernel import ids
from essor.kernel.errors import Conflict, Forbidden, NotFound, ValidationFailed
from essor.kernel.models import OutboxEvent
from essor.query import run, soql
from essor.records import unattended
from essor.records.change import Change, Source
from essor.records.models import History
from essor.records.save import save, save_many
from essor.records.tests.conftest import New


def test_a_new_record_gets_its_owner_currency_and_name(admin: Actor, new: New) -> None:
    contact = Contact.objects.get(pk=new("Contact", FirstName="Ana", LastName="Roux"))
    assert (contact.name, contact.owner_id, contact.currency_iso_code) == ("Ana Roux", admin.user_id, "EUR")
    assert contact.created_by_id == contact.last_modified_by_id == admin.user_id


def test_a_text_has_one_line_and_each_letter_one_writing(admin: Actor, new: New) -> None:
    key = new("Account", Name="Cafe\u0301\r\nde la gare")
    assert Account.objects.get(pk=key).name == "Caf\u00e9 de la gare"
    for writing in ("CAF\u00c9 DE LA GARE", "cafe\u0301 de la gare"):
        query = soql.parse(f"SELECT Id FROM Account WHERE Name = '{writing}'")
        assert [row["Id"] for row in run.rows(admin, query)] == [key]


def test_every_wrong_value_is_told_at_once_and_nothing_is_written(admin: Actor) -> None:
    with pytest.raises(ValidationFailed) as failed:
        save(
            admin,
            Change("Contact", {"Email": "nonsense", "Birthdate": "yesterday", "Nope": 1, "FirstName": "Ana"}),
        )
    assert {(error.field, error.code) for error in failed.value.errors} == {
        ("Email", "INVALID_EMAIL_ADDRESS"),
        ("Birthdate", "INVALID_FIELD_VALUE"),
        ("Nope", "INVALID_FIELD"),
        ("LastName", "REQUIRED_FIELD_MISSING"),
    }
    assert not Contact.objects.exists()


def test_a_required_field_cannot_be_left_out_or_emptied(admin: Actor, new: New) -> None:
    with pytest.raises(ValidationFailed):
        save(admin, Change("Contact", {"FirstName": "Ana"}))
    contact = new("Contact", LastName="Roux")
    with pytest.raises(ValidationFailed):
        save(admin, Change("Contact", {"LastName": " "}, id=contact))


def test_an_update_writes_only_what_changed_with_its_history_and_event(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme", Phone="01 23 45 67 89")
    saved = save(admin, Change("Account", {"Name": "Acme", "Phone": "+33 2 40 00 00 00"}, id=account))
    assert (saved.changed, saved.revision) == (("Phone",), 2)
    assert Account.objects.values_list("phone", "phone_e164").get() == ("+33 2 40 00 00 00", "+33240000000")
    entry = History.objects.get()
    assert entry.changes == {"Phone": ["01 23 45 67 89", "+33 2 40 00 00 00"]}
    event = OutboxEvent.objects.latest("pk")
    assert (event.topic, event.object_name) == ("record.updated", "Account")


def test_saving_what_is_stored_already_writes_nothing(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    assert save(admin, Change("Account", {"Name": "Acme"}, id=account)).revision == 1
    assert not History.objects.exists()


def test_two_people_changing_different_fields_both_win(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    save(admin, Change("Account", {"Site": "Lyon"}, id=account, revision=1))
    saved = save(admin, Change("Account", {"Rating": "Hot"}, id=account, revision=1))
    assert saved.revision == 3


def test_two_people_changing_the_same_field_see_both_values(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    save(admin, Change("Account", {"Site": "Lyon"}, id=account, revision=1))
    with pytest.raises(Conflict) as conflict:
        save(admin, Change("Account", {"Site": "Nantes"}, id=account, revision=1))
    clash = conflict.value.clashes[0]
    assert (clash.field, clash.stored, clash.offered) == ("Site", "Lyon", "Nantes")
    assert conflict.value.revision == 2


@pytest.mark.usefixtures("run_time_catalog")
def test_two_people_changing_a_field_without_history_see_both_values_too(admin: Actor, new: New) -> None:
    add_field(None, FieldSpec(object="Account", name="Note", kind="text", label="Note", history=False))
    account = new("Account", Name="Acme")
    save(admin, Change("Account", {"Note__c": "one", "Site": "Lyon"}, id=account, revision=1))
    assert History.objects.get().changes == {"Site": [None, "Lyon"]}
    assert save(admin, Change("Account", {"Rating": "Hot"}, id=account, revision=1)).revision == 3
    with pytest.raises(Conflict) as conflict:
        save(admin, Change("Account", {"Note__c": "two"}, id=account, revision=1))
    assert [(one.field, one.stored) for one in conflict.value.clashes] == [("Note__c", "one")]


@pytest.mark.usefixtures("run_time_catalog")
@pytest.mark.parametrize(
    ("language", "day", "number"), [("fr", date(2026, 4, 3), 1.234), ("en", date(2026, 3, 4), 1234)]
)
def test_a_default_means_what_the_administrator_typed_whoever_writes(
    admin: Actor, new: New, language: str, day: date, number: float
) -> None:
    with translation.override(language):
        for name, kind, more in (
            ("Day", "date", {"default": "03/04/2026"}),
            ("Rate", "number", {"default": "1,234", "scale": 3}),
        ):
            add_field(None, FieldSpec(object="Account", name=name, kind=kind, label=name, options=more))
    obj = current.get().object("Account")
    assert obj.field("Day__c").options["default"] == day.isoformat()
    for writer in ("fr", "en"):
        change_field(None, "Account", "Rate__c", {"label": f"Rate {writer}"})  # says nothing of the default
        saved = save(admin, Change("Account", {"Name": f"For {writer}"}), source=Source(language=writer))
        row = Account.objects.filter(pk=saved.id).values(
            *(obj.field(name).attr for name in ("Day__c", "Rate__c"))
        )
        assert list(row[0].values()) == [day, number]


def test_a_strict_revision_refuses_any_newer_one(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    save(admin, Change("Account", {"Site": "Lyon"}, id=account))
    with pytest.raises(Conflict):
        save(admin, Change("Account", {"Rating": "Hot"}, id=account, revision=1, strict=True))


def test_a_lookup_must_name_a_record_that_exists(admin: Actor) -> None:
    with pytest.raises(ValidationFailed) as failed:
        save(admin, Change("Contact", {"LastName": "Roux", "AccountId": ids.encode("001", 4711)}))
    assert failed.value.errors[0].code == "INVALID_CROSS_REFERENCE_KEY"


def test_a_record_of_another_kind_is_no_parent(admin: Actor, new: New) -> None:
    contact = new("Contact", LastName="Roux")
    with pytest.raises(ValidationFailed) as failed:
        save(admin, Change("Contact", {"LastName": "Roux", "AccountId": ids.encode("003", contact)}))
    assert failed.value.errors[0].code == "MALFORMED_ID"


def test_a_stage_brings_its_facts_and_leaves_a_step_of_the_path(admin: Actor, new: New) -> None:
    deal = new("Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2026-12-24", Amount="1 000,50")
    save(admin, Change("Opportunity", {"StageName": "Closed Won"}, id=deal))
    stored = Opportunity.objects.get(pk=deal)
    assert (stored.is_won, stored.is_closed, stored.probability, stored.expected_revenue) == (
        True,
        True,
        100.0,
        100050,
    )
    steps = OpportunityHistory.objects.order_by("pk").values_list("stage_name", "probability")
    assert list(steps) == [("Prospecting", 10.0), ("Closed Won", 100.0)]


def test_a_task_moves_the_last_activity_of_its_records(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    contact = new("Contact", LastName="Roux", AccountId=ids.encode("001", account))
    new(
        "Task",
        Subject="Call",
        Status="Completed",
        ActivityDate="2026-03-01",
        WhoId=ids.encode("003", contact),
    )
    assert Contact.objects.get(pk=contact).last_activity_date == date(2026, 3, 1)
    assert Account.objects.get(pk=account).last_activity_date == date(2026, 3, 1)


def test_one_bad_row_does_not_keep_the_others_out(admin: Actor) -> None:
    changes = [Change("Account", {"Name": name}) for name in ("A", "", "C")]
    results = save_many(admin, "Account", changes)
    assert [result.ok for result in results] == [True, False, True]
    assert Account.objects.count() == 2


def test_all_or_none_leaves_nothing_behind(admin: Actor) -> None:
    results = save_many(
        admin, "Account", [Change("Account", {"Name": name}) for name in ("A", "")], all_or_none=True
    )
    assert [result.errors[0].code for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert not Account.objects.exists()


def test_the_same_record_twice_in_a_batch_is_refused_once(admin: Actor, new: New) -> None:
    account = new("Account", Name="Acme")
    changes = [Change("Account", {"Site": site}, id=account) for site in ("Lyon", "Nantes")]
    results = save_many(admin, "Account", changes)
    assert [result.ok for result in results] == [True, False]
    assert Account.objects.get().site == "Lyon"


def test_an_unknown_or_deleted_record_cannot_be_told_apart(admin: Actor) -> None:
    with pytest.raises(NotFound):
        save(admin, Change("Account", {"Name": "x"}, id=4711))


def test_a_reader_may_not_write(make_user: object, new: New) -> None:
    account = new("Account", Name="Acme")
    reader = actor_for(make_user("Reader", "Read Only"))  # type: ignore[operator]
    with pytest.raises((Forbidden, ValidationFailed)):
        save(reader, Change("Account", {"Name": "x"}, id=account))
    assert Account.objects.get().name == "Acme"


def test_a_bulk_write_costs_the_same_number_of_queries_for_any_number_of_rows(
    admin: Actor, django_assert_max_num_queries: object
) -> None:
    changes = [Change("Contact", {"LastName": f"Roux {n}", "Email": f"r{n}@example.fr"}) for n in range(301)]
    save_many(
        admin, "Contact", changes[:1], source=Source(name="test")
    )  # what the process keeps, it now knows
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert all(
            result.ok for result in save_many(admin, "Contact", changes[1:], source=Source(name="test"))
        )


def test_a_record_is_handed_over_only_to_who_can_own_it(admin: Actor, make_user: object, new: New) -> None:
    account = new("Account", Name="Acme")
    rep = make_user("Rep", "Sales")  # type: ignore[operator]
    assert save(admin, Change("Account", {"OwnerId": ids.encode("005", rep.pk)}, id=account)).changed == (
        "OwnerId",
    )
    rep.is_active = False
    rep.save(update_fields=["is_active"])
    other = new("Account", Name="Other")
    with pytest.raises(ValidationFailed):
        save(admin, Change("Account", {"OwnerId": ids.encode("005", rep.pk)}, id=other))


def test_who_may_edit_by_a_share_may_not_hand_over(admin: Actor, make_user: object, new: New) -> None:
    set_org_default(system_actor(), "Account", OrgDefault.Access.PRIVATE)
    account = new("Account", Name="Acme")
    rep = make_user("Rep", "Sales")  # type: ignore[operator]
    obj = current.get().object("Account")
    share_record(system_actor(), obj, account, rep, level=Level.EDIT, compile_where=lambda _obj, _where: Q())
    assert save(actor_for(rep), Change("Account", {"Site": "Lyon"}, id=account)).changed == ("Site",)
    with pytest.raises(Forbidden):
        save(actor_for(rep), Change("Account", {"OwnerId": ids.encode("005", rep.pk)}, id=account))
    save(admin, Change("Account", {"OwnerId": ids.encode("005", make_user("Heir", "Sales").pk)}, id=account))  # type: ignore[operator]
    assert not RecordShare.objects.exists(), "a share ends with the ownership of who gave it"


def test_what_the_program_writes_by_itself_and_a_rule_refuses_is_told_in_the_log(
    admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    changes = [Change("Contact", {"LastName": "Roux"}), *[Change("Contact", {"FirstName": "Ana"})] * 2]
    assert unattended.write("Contact", changes, source=Source(name="night")) == 1
    [told] = [one.getMessage() for one in caplog.records]
    assert told.startswith("night: 2 of Contact not written: ")

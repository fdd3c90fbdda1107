"""Fields of every kind are added, changed, hidden, brought back and purged."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, models, transaction
from django.utils import translation

from essor.catalog import current, standard
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.change_field import change_field
from essor.catalog.actions.hide_field import hide_field, restore_field
from essor.catalog.actions.purge_field import drop_purged, purge_field
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.attach import attached
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ADDABLE, ParseContext, ParseError
from essor.catalog.models import CatalogChange, CustomField, FieldIndex
from essor.catalog.testing import detach, forget
from essor.kernel.db import ddl
from essor.kernel.errors import UnknownField, UnknownObject, ValidationFailed

pytestmark = pytest.mark.usefixtures("run_time_catalog")

_add_columns = ddl.add_columns
NEEDS: dict[str, dict[str, Any]] = {
    "picklist": {"choices": ["A", {"value": "B", "label": "Bee", "label_fr": "Abeille"}]},
    "multiselect": {"choices": ["A", "B"], "options": {"other": "yes"}},
    "lookup": {"target": "Account"},
    "masterdetail": {"target": "Account"},
    "autonumber": {"options": {"format": "C-{0000}"}},
    "formula": {"formula": "1 + 1", "options": {"returns": "number"}},
    "rollup": {"options": {"relationship": "Reports", "function": "COUNT"}},
}
COLUMNS = {
    "multiselect": {"x_field", "x_field_other"},
    "phone": {"x_field", "x_field_e164"},
    "formula": set(),
    "lookup": {"x_field_id"},
    "masterdetail": {"x_field_id"},
    "file": {"x_field_id"},
    "geolocation": {"x_field_latitude", "x_field_longitude"},
    "address": {"x_field_street", "x_field_city", "x_field_postal_code", "x_field_state", "x_field_country"},
}


def contact() -> ObjectDef:
    return current.get().object("Contact")


def add(kind: str = "number", name: str = "Score", **more: Any) -> Field:
    return add_field(
        None, FieldSpec(**{"object": "Contact", "name": name, "kind": kind, "label": "A field", **more})
    )


def stored_columns() -> set[str]:
    with connection.cursor() as cursor:
        table = contact().model._meta.db_table
        found = connection.introspection.get_table_description(cursor, table)
    return {one.name for one in found if one.name.startswith("x_")}


def refused(error: pytest.ExceptionInfo[ValidationFailed]) -> dict[str, str]:
    return {one.field: one.code for one in error.value.errors}


@pytest.mark.parametrize("kind", [one.name for one in ADDABLE])
def test_every_kind_can_be_added_and_read_at_once(kind: str) -> None:
    if kind == "file" and not current.get().has("ContentDocument"):
        with pytest.raises(ValidationFailed):
            add(kind, "Field")
        return
    field = add(kind, "Field", **NEEDS.get(kind, {}))
    assert (field.name, field.custom, field.kind.name) == ("Field__c", True, kind)
    assert contact().field("field__C").label == "A field"
    assert stored_columns() == COLUMNS.get(kind, {"x_field"})
    assert {column.column for column in contact().model._meta.local_fields} >= stored_columns()
    assert list(contact().model._default_manager.all()) == []


def test_a_formula_may_be_asked_for_by_the_kind_of_its_result() -> None:
    field = add("checkbox", "VIP", formula="TRUE")
    assert (field.kind.name, field.options["returns"], field.formula) == ("formula", "checkbox", "TRUE")


def test_a_reference_is_a_relation_up_and_down() -> None:
    field = add("lookup", "Sponsor", target="account", child_relationship="Sponsored")
    assert (field.attr, field.relation, field.relationship) == ("x_sponsor_id", "x_sponsor", "Sponsor__r")
    way = current.get().object("Account").child("Sponsored__r")
    assert (way.object_name, way.field) == ("Contact", "Sponsor__c")
    account = current.get().object("Account").model._default_manager.create(name="Acme")
    person = contact().model._default_manager.create(last_name="Roux", name="Roux", x_sponsor=account)
    found = (
        contact().model._default_manager.filter(x_sponsor__name="Acme").values_list("pk", "x_sponsor__name")
    )
    assert list(found) == [(person.pk, "Acme")]
    assert list(FieldIndex.objects.values_list("reason", "state")) == [("lookup", "ready")]


def test_all_errors_of_a_definition_come_together() -> None:
    with pytest.raises(ValidationFailed) as error:
        add("colour", "2nd_", label="")
    assert set(refused(error)) == {"kind", "name", "label"}
    with pytest.raises(ValidationFailed) as error:
        add("picklist", "Colour", options={"depth": 3}, choices=["A", "a"])
    assert refused(error) == {"options": "INVALID_OPTION", "choices": "DUPLICATE_VALUE"}
    with pytest.raises(ValidationFailed) as error:
        add("lookup", "Colour", target="Paint")
    assert refused(error) == {"target": "INVALID_TYPE"}
    with pytest.raises(UnknownObject):
        add(object="Paint")
    assert not CustomField.objects.exists()
    assert not CatalogChange.objects.exists()


def test_errors_speak_the_administrators_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("essor.catalog.actions.field_row._", lambda english: f"fr: {english}")
    with pytest.raises(ValidationFailed) as error:
        add("number", "Score", label="")
    assert str(error.value) == "fr: Give the field a label."


@pytest.mark.parametrize(
    ("kind", "more", "where"),
    [
        ("number", {"options": {"scale": "many"}}, "options"),
        ("number", {"options": {"default": "many"}}, "default"),
        ("picklist", {}, "choices"),
        ("picklist", {"choices": ["A;B"]}, "choices"),
        ("text", {"choices": ["A"]}, "choices"),
        ("text", {"target": "Account"}, "target"),
        ("checkbox", {"unique": True}, "unique"),
        ("formula", {}, "formula"),
        ("formula", {"formula": "1", "required": True}, "required"),
        ("multiselect", {"formula": "1"}, "kind"),
        ("autonumber", {"options": {"format": "C-0000"}}, "options"),
        ("rollup", {"options": {"relationship": "Nobody", "function": "COUNT"}}, "options"),
        (
            "rollup",
            {"options": {"relationship": "Reports", "function": "SUM", "field": "LastName"}},
            "options",
        ),
        ("lookup", {"target": "Account", "on_delete": "cascade"}, "on_delete"),
        ("lookup", {"target": "Account", "child_relationship": "Contacts"}, "target"),
    ],
)
def test_what_a_kind_cannot_be_is_refused_at_its_place(kind: str, more: dict[str, Any], where: str) -> None:
    if more.get("child_relationship"):
        add("lookup", "First", target="Account", child_relationship="Contacts")
    with pytest.raises(ValidationFailed) as error:
        add(kind, "Field", **more)
    assert set(refused(error)) == {where}


def test_a_name_is_never_given_twice_not_even_after_a_purge() -> None:
    add(name="Score")
    for again in ("score", "SCORE__c", "Score__C"):
        with pytest.raises(ValidationFailed) as error:
            add("text", again)
        assert refused(error) == {"name": "DUPLICATE_DEVELOPER_NAME"}
    hide_field(None, "Contact", "Score__c")
    purge_field(None, "Contact", "Score__c")
    with pytest.raises(ValidationFailed):
        add("text", "Score")


def test_different_names_never_share_a_column() -> None:
    names = ["LastWon", "Last_Won", "lastWON2", "Site_Id", "Reasons_Other2", "reasons_other"]
    columns = [add(name=name).attr for name in names]
    site = add("lookup", "Site", target="Account")
    reasons = add("multiselect", "Reasons", choices=["A"])
    assert columns[:2] == ["x_last_won", "x_last_won_2"]
    assert site.attr == "x_site_2_id"
    assert reasons.attr == "x_reasons"
    with pytest.raises(ValidationFailed) as error:
        change_field(None, "Contact", "Reasons__c", {"options": {"other": True}})
    assert refused(error) == {"options": "DUPLICATE_DEVELOPER_NAME"}
    assert len(stored_columns()) == len({*columns, site.attr, reasons.attr}) == 8


def test_an_object_has_four_hundred_fields_at_most_dropped_ones_counted() -> None:
    standard_fields = len(next(obj for obj in standard.load() if obj.name == "Contact").fields)
    CustomField.objects.bulk_create(
        CustomField(object_name="Contact", name=f"F{n}__c", kind="number", column=f"x_f{n}", state="purged")
        for n in range(400 - standard_fields - 2)
    )
    with pytest.raises(ValidationFailed) as error:
        add("geolocation", "Spot")
    assert refused(error) == {"name": "LIMIT_EXCEEDED"}
    add("multiselect", "Reasons", choices=["A"], options={"other": True})
    with pytest.raises(ValidationFailed):
        add("number", "One_more")


def test_labels_choose_the_readers_language_when_they_are_read() -> None:
    add("picklist", "Colour", label="Colour", label_fr="Couleur", choices=NEEDS["picklist"]["choices"])
    add("multiselect", "Reasons", label="Reasons", label_fr="Raisons", choices=["A"], options={"other": True})
    add("number", "Size", label="", label_fr="Taille")
    said = {}
    for language in ("en", "fr"):
        with translation.override(language):
            fields = [contact().field(name) for name in ("Colour__c", "Reasons_Other__c", "Size__c")]
            said[language] = [
                *(str(field.label) for field in fields),
                str(contact().field("Colour__c").choice("B")),
            ]
    assert said["en"] == ["Colour", "Reasons: other, which?", "Taille", "Bee"]
    assert [said["fr"][0], said["fr"][2], said["fr"][3]] == ["Couleur", "Taille", "Abeille"]
    assert said["fr"][1].startswith("Raisons")


def test_a_hidden_field_is_gone_at_once_and_comes_back_with_its_data() -> None:
    field = add("number", "Score")
    contact().model._default_manager.create(last_name="Roux", name="Roux", x_score=7)
    hide_field(None, "Contact", "Score__c")
    with pytest.raises(UnknownField):
        contact().field("Score__c")
    assert attached(contact().model, ["x_score"]), "a live process only ever adds"
    restore_field(None, "Contact", "Score__c")
    assert contact().field("Score__c").attr == field.attr
    assert contact().model._default_manager.filter(x_score=7).exists()


def test_a_purged_field_is_emptied_at_once_and_dropped_when_nobody_holds_it() -> None:
    add("number", "Score", unique=True)
    contact().model._default_manager.create(last_name="Roux", name="Roux", x_score=7)
    with pytest.raises(UnknownField):
        purge_field(None, "Contact", "Score__c")
    hide_field(None, "Contact", "Score__c")
    purge_field(None, "Contact", "Score__c")
    with pytest.raises(UnknownField):
        restore_field(None, "Contact", "Score__c")
    assert drop_purged() == []
    assert contact().model._default_manager.filter(x_score=None).exists()
    detach()  # as a restart does
    forget()
    assert drop_purged() == ["Contact.Score__c"]
    assert stored_columns() == set()
    assert not FieldIndex.objects.exists()
    assert drop_purged() == []


def test_what_is_needed_is_not_hidden() -> None:
    add("lookup", "Sponsor", target="Account", child_relationship="Sponsored")
    add("rollup", "Friends", object="Account", options={"relationship": "Sponsored__r", "function": "count"})
    with pytest.raises(ValidationFailed) as error:
        hide_field(None, "Contact", "Sponsor__c")
    assert refused(error) == {"": "DEPENDENCY_EXISTS"}
    assert "Account.Friends__c" in str(error.value)
    assert contact().has("Sponsor__c")
    with pytest.raises(ValidationFailed):
        hide_field(None, "Contact", "LastName")
    hide_field(None, "Contact", "Fax")
    assert contact().field("Fax").hidden
    restore_field(None, "Contact", "Fax")
    assert not contact().field("Fax").hidden


def test_words_rules_and_choices_can_change_the_kind_cannot() -> None:
    add("text", "Note", options={"length": "10"})
    field = change_field(
        None,
        "Contact",
        "Note__c",
        {
            "label": "Remark",
            "label_fr": "Remarque",
            "required": True,
            "options": {"length": 40, "default": "none"},
        },
    )
    assert (str(field.label), field.required, dict(field.options)) == (
        "Remark",
        True,
        {"length": 40, "default": "none"},
    )
    contact().model._default_manager.create(last_name="Roux", name="Roux", x_note="x" * 40)
    for changes in (
        {"kind": "number"},
        {"options": {"length": 5}},
        {"options": {"scale": 1}},
        {"colour": "red"},
    ):
        with pytest.raises(ValidationFailed):
            change_field(None, "Contact", "Note__c", changes)
    change: Any = CatalogChange.objects.filter(verb="change_field").get()
    assert (change.before["label"], change.after["label"]) == ("A field", "Remark")


def test_a_standard_field_takes_other_words_choices_and_requiredness() -> None:
    change_field(None, "Contact", "Fax", {"label_fr": "Télécopie", "required": True})
    change_field(
        None,
        "Opportunity",
        "StageName",
        {"choices": ["Prospecting", {"value": "Visit", "facts": {"probability": 30}}]},
    )
    assert contact().field("Fax").required
    with translation.override("fr"):
        assert str(contact().field("Fax").label) == "Télécopie"
    first, second = current.get().object("Opportunity").field("StageName").choices
    assert (first.facts["probability"], str(first) == first.value) == (10, True)
    assert second.facts["probability"] == 30
    for name, changes in (
        ("Fax", {"unique": True}),
        ("LastName", {"required": False}),
        ("CreatedDate", {"required": True}),
    ):
        with pytest.raises(ValidationFailed):
            change_field(None, "Contact", name, changes)


def test_the_joker_can_be_added_later() -> None:
    add("multiselect", "Reasons", choices=["A"])
    change_field(None, "Contact", "Reasons__c", {"options": {"other": True}})
    assert contact().has("Reasons_Other__c")
    assert [choice.value for choice in contact().field("Reasons__c").choices] == ["A", "Other"]
    contact().model._default_manager.create(last_name="Roux", name="Roux", x_reasons_other="because")


def test_uniqueness_is_checked_against_the_records_and_then_kept() -> None:
    add("text", "Code")
    people = contact().model._default_manager
    people.create(last_name="A", name="A", x_code="1")
    second = people.create(last_name="B", name="B", x_code="1")
    with pytest.raises(ValidationFailed) as error:
        change_field(None, "Contact", "Code__c", {"unique": True})
    assert refused(error) == {"unique": "DUPLICATE_VALUE"}
    people.filter(pk=second.pk).update(x_code="2")
    change_field(None, "Contact", "Code__c", {"unique": True})
    assert list(FieldIndex.objects.values_list("columns", "state").order_by("id")) == [
        (["x_code"], "ready"),
        (["~x_code"], "ready"),  # look-ups compare without case
    ]
    change_field(None, "Contact", "Code__c", {"unique": False})
    assert not FieldIndex.objects.exists()


def test_a_failed_change_leaves_neither_rows_nor_columns_nor_a_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(name="First")
    before = current.get().version
    monkeypatch.setattr("essor.catalog.actions.add_field.ddl.add_columns", _add_and_fail)
    with pytest.raises(LookupError):
        add(name="Second")
    assert stored_columns() == {"x_first"}
    assert current.get().version == current.version() == before
    assert CustomField.objects.count() == 1


def _add_and_fail(model: type[models.Model], columns: list[ddl.Column]) -> None:
    _add_columns(model, columns)
    raise LookupError


def test_nothing_is_attached_before_the_change_is_committed() -> None:
    def change() -> None:
        with transaction.atomic():
            add("number", "Score")
            assert not current.get().object("Contact").has("Score__c")
            assert not attached(contact().model, ["x_score"])
            add("lookup", "Sponsor", target="Account")
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert list(contact().model._default_manager.all()) == []
    add("text", "Score")
    assert contact().field("Score__c").kind.name == "text"


@pytest.mark.parametrize("text", ["plenty", "EUR", "abc def"])
def test_a_word_is_no_amount_of_money(text: str) -> None:
    amount = current.get().object("Opportunity").field("Amount")
    with pytest.raises(ParseError):
        amount.kind.parse(text, amount, ParseContext())

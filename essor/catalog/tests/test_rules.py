"""Validation rules, layouts, record types, indexes, and what the rooms above may say to a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from essor.catalog import checks, current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.add_validation_rule import add_validation_rule, remove_validation_rule
from essor.catalog.actions.change_field import change_field
from essor.catalog.actions.hide_field import hide_field
from essor.catalog.actions.indexes import build_wanted, drop_index, want_index
from essor.catalog.actions.ledger import TOPIC
from essor.catalog.actions.save_layout import remove_layout, save_layout
from essor.catalog.actions.spec import FieldSpec, RecordTypeSpec, RuleSpec
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.layouts import layout_for, required_at
from essor.catalog.models import CatalogChange, FieldIndex, ValidationRule
from essor.catalog.pipelines import stage_field
from essor.kernel.errors import FieldError, NotFound, UnknownField, ValidationFailed
from essor.kernel.models import OutboxEvent

pytestmark = pytest.mark.usefixtures("run_time_catalog")


@pytest.fixture
def _checkers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the rooms above: a formula is the name of a field, and must be one."""
    filled: list[str] = []

    def check_field(catalog: Catalog, field: Field) -> Mapping[str, Any] | None:
        if field.kind.name != "formula":
            return None
        return {"returns": catalog.object(field.object_name).field(field.formula).kind.name}

    def check_rule(catalog: Catalog, obj: ObjectDef, formula: str) -> None:
        if not catalog.object(obj.name).has(formula):
            raise ValidationFailed([FieldError("formula", "INVALID_FIELD", f"no {formula}")])

    monkeypatch.setattr(checks, "_field_checks", [])
    monkeypatch.setattr(checks, "_rule_checks", [])
    monkeypatch.setattr(checks, "_fillers", [])
    checks.register(check_field)
    checks.register_rule(check_rule)
    checks.register_filler(lambda _catalog, field: filled.append(field.name))
    return filled


def add(name: str, kind: str = "number", **more: Any) -> Field:
    return add_field(
        None, FieldSpec(**{"object": "Account", "name": name, "kind": kind, "label": name, **more})
    )


def test_a_formula_is_checked_in_the_catalog_as_it_would_be(_checkers: list[str]) -> None:  # noqa: PT019
    add("Score", "date")
    assert add("Twin", "formula", formula="Score__c").options["returns"] == "date"
    with pytest.raises(UnknownField):
        add("Lost", "formula", formula="Nothing__c")
    with pytest.raises(ValidationFailed, match=r"Account[.]Twin__c"):
        hide_field(None, "Account", "Score__c")
    with pytest.raises(UnknownField):
        change_field(None, "Account", "Twin__c", {"formula": "Nothing__c"})
    assert change_field(None, "Account", "Twin__c", {"formula": "Name"}).options["returns"] == "text"
    hide_field(None, "Account", "Score__c")


def test_a_stored_roll_up_is_filled_when_it_is_there(_checkers: list[str]) -> None:  # noqa: PT019
    options = {"relationship": "opportunities", "function": "sum", "field": "amount"}
    won = add("Won", "rollup", options=options)
    assert (won.options["relationship"], won.options["field"], won.options["returns"]) == (
        "Opportunities",
        "Amount",
        "money",
    )
    assert _checkers == ["Won__c"]
    change_field(None, "Account", "Won__c", {"options": {"where": '{"all": []}'}})
    assert _checkers == ["Won__c", "Won__c"]
    with pytest.raises(ValidationFailed, match="another kind"):
        change_field(None, "Account", "Won__c", {"options": {"function": "COUNT"}})
    live = add("Live", "rollup", options={**options, "live": True})
    assert not live.has_column
    assert _checkers == ["Won__c", "Won__c"]
    change_field(None, "Account", "Live__c", {"options": {"live": False}})
    assert current.get().object("Account").model._default_manager.filter(x_live=1).count() == 0


def test_a_rule_is_checked_kept_replaced_and_removed(_checkers: list[str]) -> None:  # noqa: PT019
    add("Score")
    spec: dict[str, Any] = {
        "object": "account",
        "name": "Scored",
        "formula": "Score__c",
        "message": "No.",
        "message_fr": "Non.",
    }
    rule = add_validation_rule(7, RuleSpec(**spec, field="score__C"))
    assert (rule.object_name, rule.field) == ("Account", "Score__c")
    with translation.override("fr"):
        assert str(rule.sentence) == "Non."
    with pytest.raises(ValidationFailed, match="Account: Scored"):
        hide_field(None, "Account", "Score__c")
    add_validation_rule(7, RuleSpec(**{**spec, "name": "SCORED", "active": False}))
    assert ValidationRule.objects.get().active is False
    with pytest.raises(ValidationFailed) as error:
        add_validation_rule(
            7, RuleSpec(object="Account", name="-", formula="Lost", message="", field="Nothing")
        )
    assert [one.field for one in error.value.errors] == ["name", "message", "field", "formula"]
    remove_validation_rule(7, "Account", "scored")
    with pytest.raises(NotFound):
        remove_validation_rule(7, "Account", "scored")


def test_a_layout_arranges_the_page_and_asks_from_a_stage_on() -> None:
    amount = {"name": "Amount", "required_from": "Value Proposition"}
    body: dict[str, Any] = {
        "sections": [
            {"label": "Deal", "label_fr": "Affaire", "columns": 1, "fields": ["name", amount]},
            {"fields": ["Gone"]},
        ],
        "related": [{"relationship": "opportunitycontactroles"}],
    }
    with pytest.raises(ValidationFailed):
        save_layout(None, "Opportunity", body)
    body["sections"].pop()
    body["related"] = []
    save_layout(None, "Opportunity", body)
    save_layout(None, "Opportunity", {"sections": [{"fields": ["Name"]}]}, profile_id=3)
    obj, version = current.get().object("Opportunity"), current.get().version
    layout = layout_for(obj, 1, version)
    assert [item.name for item in layout.items] == ["Name", "Amount"]
    with translation.override("fr"):
        assert str(layout.sections[0].label) == "Affaire"
    assert [item.name for item in layout_for(obj, 3, version).items] == ["Name"]
    assert stage_field(obj) is obj.field("StageName")
    assert required_at(layout, obj, "Prospecting") == frozenset()
    assert (
        required_at(layout, obj, "Value Proposition") == required_at(layout, obj, "Closed Won") == {"Amount"}
    )
    remove_layout(None, "Opportunity")
    assert len(list(layout_for(obj, 1, current.get().version).items)) > 10


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sections": "all"},
        {"sections": [{"fields": ["Name", "name"]}]},
        {"sections": [{"fields": [{"name": "Amount", "required_from": "Someday"}]}]},
        {"sections": [{"fields": ["Name"]}], "related": [{"relationship": "Nobody"}]},
    ],
)
def test_a_layout_that_makes_no_sense_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationFailed):
        save_layout(None, "Opportunity", body)


def test_a_record_type_narrows_picklists() -> None:
    spec: dict[str, Any] = {
        "object": "Opportunity",
        "name": "Renewal",
        "label": "Renewal",
        "values": {"stagename": ["Closed Won", "Prospecting"]},
    }
    row = add_record_type(None, RecordTypeSpec(**spec))
    assert row.values == {"StageName": ["Closed Won", "Prospecting"]}, "a pipeline has its own order"
    with pytest.raises(ValidationFailed):
        add_record_type(None, RecordTypeSpec(**{**spec, "values": {"StageName": ["Someday"]}}))


def test_indexes_are_asked_for_once_built_and_dropped() -> None:
    add("Score")
    row: Any = want_index(None, "Account", ["industry", "-Score__c"], "list view")
    assert row.columns == ["industry", "-x_score", "-id"]
    assert want_index(None, "Account", ["Industry", "-score__c"], "segment") is None
    assert FieldIndex.objects.get().state == FieldIndex.State.READY
    assert row.name in _indexes("sales_account")
    drop_index(None, row.name)
    assert row.name not in _indexes("sales_account")
    assert not FieldIndex.objects.exists()
    add("Code", "text", unique=True)
    with pytest.raises(ValidationFailed):
        drop_index(None, FieldIndex.objects.get(unique=True).name)
    with pytest.raises(ValidationFailed):
        want_index(None, "Account", [])


def test_an_index_that_cannot_be_built_says_why_and_one_left_behind_is_built_later() -> None:
    row: Any = want_index(None, "Account", ["Name"])
    FieldIndex.objects.update(state=FieldIndex.State.WANTED, table="nowhere", name="rt_lost")
    assert build_wanted() == 1
    failed = FieldIndex.objects.get(pk=row.pk)
    assert failed.message
    FieldIndex.objects.update(
        state=FieldIndex.State.WANTED, table="sales_account", name="rt_later", message=""
    )
    build_wanted()
    assert FieldIndex.objects.get(pk=row.pk).state == FieldIndex.State.READY
    assert "rt_later" in _indexes("sales_account")
    drop_index(None, "rt_later")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {row.name}")


def test_who_changed_what_is_written_down_and_told() -> None:
    add_field(7, FieldSpec(object="Account", name="Score", kind="number", label="Score"))
    change: Any = CatalogChange.objects.get()
    assert (change.actor_id, change.verb, change.object_name, change.target) == (
        7,
        "add_field",
        "Account",
        "Score__c",
    )
    assert change.after["kind"] == "number"
    assert change.version == current.version()
    assert list(OutboxEvent.objects.values_list("topic", "object_name")) == [(TOPIC, "Account")]


def _indexes(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {
            name
            for name, facts in connection.introspection.get_constraints(cursor, table).items()
            if facts["index"]
        }

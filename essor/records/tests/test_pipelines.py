"""Record types and stage criteria hold for every way in, set-wise, and say what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from essor.access.actor import Actor, actor_for
from essor.access.models import FieldPermission, PermissionSet
from essor.access.version import bump
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.hide_field import hide_field
from essor.catalog.actions.save_stage import save_stage
from essor.catalog.actions.spec import FieldSpec, RecordTypeSpec, RuleSpec, StageSpec
from essor.catalog.models import StageCriteria
from essor.domain.sales.models import Account, Opportunity
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.soql import parse
from essor.records.change import Change, Source
from essor.records.save import save, save_many
from essor.records.together import save_with_parents

pytestmark = pytest.mark.usefixtures("run_time_catalog")

New = Callable[..., int]
RENEWALS = ("Qualification", "Negotiation/Review", "Closed Won", "Closed Lost")
DEAL = {"Name": "Deal", "StageName": "Qualification", "CloseDate": "2026-12-31"}


def renewals(**more: Any) -> str:
    """Add the pipeline of renewals and return its id."""
    spec = RecordTypeSpec(
        object="Opportunity",
        name="Renewals",
        label="Renewals",
        label_fr="Renouvellements",
        values={"StageName": RENEWALS},
        **more,
    )
    return ids.encode("012", add_record_type(None, spec).pk)


def criteria(stage: str, *required: str, **more: Any) -> None:
    save_stage(None, StageSpec(object="Opportunity", stage=stage, required=required, **more))


def errors_of(actor: Actor, values: dict[str, Any], key: int | None = None) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        save(actor, Change("Opportunity", values, id=key))
    return [(one.field, one.code) for one in refused.value.errors]


def test_a_new_record_has_the_record_type_of_its_writers_profile(admin: Actor, make_user: Any) -> None:
    rep = actor_for(make_user("Rep", "Sales"))
    own = renewals(default_for=[rep.profile_id])
    new_business = ids.encode(
        "012",
        add_record_type(None, RecordTypeSpec(object="Opportunity", name="New", label="New", default=True)).pk,
    )
    save(rep, Change("Opportunity", DEAL))
    save(admin, Change("Opportunity", DEAL))
    found = run.rows(admin, parse("SELECT RecordTypeId FROM Opportunity ORDER BY Id"))
    assert [row["RecordTypeId"] for row in found] == [own, new_business]
    assert run.count(admin, parse(f"SELECT COUNT() FROM Opportunity WHERE RecordTypeId = '{own}'")) == 1


def test_only_those_may_choose_a_record_type_whom_it_is_for(admin: Actor, make_user: Any) -> None:
    rep = actor_for(make_user("Rep", "Sales"))
    own = renewals(profiles=[admin.profile_id])
    assert errors_of(rep, {**DEAL, "RecordTypeId": own}) == [
        ("RecordTypeId", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    ]
    assert save(admin, Change("Opportunity", {**DEAL, "RecordTypeId": "Renewals"})).created


def test_a_stage_of_another_pipeline_is_refused_with_those_there_are(admin: Actor) -> None:
    own = renewals()
    with translation.override("fr"), pytest.raises(ValidationFailed, match="Renouvellements"):
        save(admin, Change("Opportunity", {**DEAL, "RecordTypeId": own, "StageName": "Prospecting"}))
    key = save(admin, Change("Opportunity", {**DEAL, "StageName": "Prospecting"})).id
    assert errors_of(admin, {"RecordTypeId": own}, key)[0][0] == "StageName"
    save(admin, Change("Opportunity", {"RecordTypeId": own, "StageName": "Qualification"}, id=key))
    save(admin, Change("Opportunity", {"NextStep": "Call"}, id=key))


def test_a_stage_asks_for_fields_of_the_record_and_of_its_parent(admin: Actor, new: New) -> None:
    criteria("Proposal/Price Quote", "Amount", "Account.Industry", "NextStep")
    account = new("Account", Name="Acme")
    key = new("Opportunity", **DEAL, AccountId=ids.encode("001", account))
    wanted = [("Amount", "REQUIRED_FIELD_MISSING"), ("Account.Industry", "REQUIRED_FIELD_MISSING")]
    assert errors_of(admin, {"StageName": "Closed Won", "NextStep": "Sign"}, key) == wanted, (
        "later stages ask too"
    )
    save(admin, Change("Opportunity", {"StageName": "Closed Lost"}, id=key))
    save(admin, Change("Opportunity", {"StageName": "Needs Analysis"}, id=key))
    save(admin, Change("Account", {"Industry": "Energy"}, id=account))
    save(
        admin,
        Change("Opportunity", {"StageName": "Proposal/Price Quote", "Amount": 10, "NextStep": "x"}, id=key),
    )
    assert errors_of(admin, {"Amount": ""}, key) == wanted[:1], "what was asked for is not emptied later"
    save(admin, Change("Opportunity", {"NextStep": "y"}, id=key))


def test_a_parent_keeps_what_its_children_needed_as_long_as_they_need_it(admin: Actor, new: New) -> None:
    criteria("Needs Analysis", "Account.Industry")
    account, other = (new("Account", Name=name, Industry="Energy") for name in ("Acme", "Beta"))
    key = new("Opportunity", **{**DEAL, "StageName": "Needs Analysis"}, AccountId=ids.encode("001", account))
    empty = [Change("Account", {"Industry": ""}, id=one) for one in (account, other)]
    refused, done = save_many(admin, "Account", empty)
    assert [(one.field, one.code) for one in refused.errors] == [("Industry", "REQUIRED_FIELD_MISSING")]
    assert done.ok
    save(admin, Change("Account", {"Industry": "Banking"}, id=account))
    save(admin, Change("Opportunity", {"StageName": "Closed Lost"}, id=key))
    save(admin, Change("Account", {"Industry": ""}, id=account))


def test_a_deal_without_an_account_is_asked_for_the_account(admin: Actor) -> None:
    criteria("Qualification", "Account.Industry", "Account.Website")
    assert errors_of(admin, DEAL) == [("AccountId", "REQUIRED_FIELD_MISSING")]


def test_a_condition_keeps_a_record_out_of_a_stage_with_its_own_words(admin: Actor) -> None:
    criteria(
        "Negotiation/Review",
        formula="Amount >= 1000",
        message="Small deals skip this.",
        message_fr="Trop petit.",
    )
    values = {**DEAL, "StageName": "Negotiation/Review"}
    assert errors_of(admin, {**values, "Amount": "999"}) == [("Amount", "STAGE_CRITERIA_NOT_MET")]
    with translation.override("fr"), pytest.raises(ValidationFailed, match="Trop petit"):
        save(admin, Change("Opportunity", values))
    key = save(admin, Change("Opportunity", {**values, "Amount": "1000"})).id
    save(admin, Change("Opportunity", {"Amount": "10"}, id=key))


def test_criteria_of_one_pipeline_leave_the_others_alone(admin: Actor) -> None:
    own = renewals()
    criteria("Qualification", "Amount", record_type="Renewals")
    save(admin, Change("Opportunity", DEAL))
    assert errors_of(admin, {**DEAL, "RecordTypeId": own}) == [("Amount", "REQUIRED_FIELD_MISSING")]


def test_who_may_not_see_a_field_is_not_told_its_name(make_user: Any) -> None:
    user = make_user("Rep", "Sales")
    own = PermissionSet.objects.get(profile_id=user.profile_id)
    FieldPermission.objects.create(
        parent=own, object_name="Opportunity", field="NextStep", read=False, edit=False
    )
    bump()
    criteria("Qualification", "NextStep")
    with pytest.raises(ValidationFailed) as refused:
        save(actor_for(user), Change("Opportunity", DEAL))
    assert [(one.field, one.code) for one in refused.value.errors] == [("", "STAGE_CRITERIA_NOT_MET")]
    assert "Next step" not in str(refused.value)


def test_a_parents_values_and_the_move_are_saved_together_or_not_at_all(admin: Actor, new: New) -> None:
    criteria("Closed Won", "Account.Industry", "Amount")
    account = new("Account", Name="Acme")
    key = new("Opportunity", **DEAL, AccountId=ids.encode("001", account))
    move = Change("Opportunity", {"StageName": "Closed Won"}, id=key)
    parents = {"Account": {"Industry": "Energy"}}
    with pytest.raises(ValidationFailed) as refused:
        save_with_parents(admin, move, parents, source=Source())
    assert [one.field for one in refused.value.errors] == ["Amount"]
    assert Account.objects.get().industry is None, "nothing of a refused move stays"
    with pytest.raises(ValidationFailed) as refused:
        save_with_parents(admin, move, {"Account": {"Industry": "Nonsense"}}, source=Source())
    assert [one.field for one in refused.value.errors] == ["Account.Industry"]
    whole = Change("Opportunity", {"StageName": "Closed Won", "Amount": "12"}, id=key)
    save_with_parents(admin, whole, parents, source=Source())
    assert (Account.objects.get().industry, Opportunity.objects.get().is_won) == ("Energy", True)


@pytest.mark.parametrize("way", ["rule", "stage"])
def test_a_rule_reads_a_formula_field_as_it_is_stored_and_speaks_the_readers_language(
    admin: Actor, new: New, way: str
) -> None:
    owed = FieldSpec(
        object="Opportunity",
        name="Owed__c",
        kind="checkbox",
        label="Owed",
        formula="AND(Amount > 500, Account.Rating <> 'Hot')",
    )
    add_field(admin.user_id, owed)
    if way == "rule":
        formula = 'AND(ISPICKVAL(StageName, "Closed Won"), Owed__c)'
        add_validation_rule(
            admin.user_id,
            RuleSpec(
                object="Opportunity",
                name="Agreed",
                formula=formula,
                message="Not agreed.",
                message_fr="Pas d’accord.",
            ),
        )
    else:
        criteria("Closed Won", formula="NOT(Owed__c)", message="Not agreed.", message_fr="Pas d’accord.")
    account = ids.encode("001", new("Account", Name="Acme", Rating="Cold"))
    key = new("Opportunity", **DEAL, Amount="900", AccountId=account)
    for language, sentence in (("en", "Not agreed"), ("fr", "Pas d’accord")):
        with translation.override(language), pytest.raises(ValidationFailed, match=sentence):
            save(admin, Change("Opportunity", {"StageName": "Closed Won"}, id=key))
    save(admin, Change("Opportunity", {"StageName": "Closed Won", "Amount": "400"}, id=key))
    assert Opportunity.objects.get().is_won


def test_the_criteria_of_a_batch_cost_the_same_for_any_number_of_rows(admin: Actor, new: New) -> None:
    criteria("Qualification", "Account.Industry")
    accounts = [ids.encode("001", new("Account", Name=f"A{n}", Industry="Energy")) for n in range(40)]
    changes = [Change("Opportunity", {**DEAL, "AccountId": one}) for one in accounts]
    costs = []
    for some in (changes[:1], changes[:2], changes):
        with CaptureQueriesContext(connection) as asked:
            assert all(result.ok for result in save_many(admin, "Opportunity", some))
        costs.append(len(asked))
    assert costs[1] == costs[2]


def test_criteria_name_only_what_can_be_filled_and_keep_it_from_being_hidden() -> None:
    with pytest.raises(ValidationFailed) as refused:
        criteria("Someday", "Lost", "Account.Owner.Name", "ExpectedRevenue", formula="1 +")
    assert {one.field for one in refused.value.errors} == {"stage", "required", "formula", "message"}
    criteria("Qualification", "NextStep")
    with pytest.raises(ValidationFailed, match="Qualification"):
        hide_field(None, "Opportunity", "NextStep")
    criteria("Qualification")
    assert not StageCriteria.objects.exists()

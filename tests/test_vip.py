"""The VIP story: facts roll up, a formula judges them, the list of VIPs changes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from essor.access.actor import Actor
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.kernel import ids
from essor.kernel.clock import moment_for
from essor.kernel.errors import ValidationFailed
from essor.query import run, soql
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.usefixtures("run_time_catalog")
VIPS = "SELECT Name FROM Account WHERE VIP__c = true ORDER BY Name"


def define(actor: Actor) -> None:
    """Define the VIP as an administrator would, field by field."""
    won = {"relationship": "Opportunities", "where": "IsWon = true AND CloseDate = LAST_N_DAYS:730"}
    ever = {"relationship": "Opportunities", "where": "IsWon = true", "function": "MAX", "field": "CloseDate"}
    for spec in (
        FieldSpec(
            object="Account",
            name="Won24__c",
            kind="rollup",
            label="Amount won in 24 months",
            options={**won, "function": "SUM", "field": "Amount"},
        ),
        FieldSpec(object="Account", name="LastWon__c", kind="rollup", label="Last won", options=ever),
        FieldSpec(
            object="Account",
            name="Reasons__c",
            kind="multiselect",
            label="Reasons",
            choices=["Strategic", "Reference", "Other"],
            options={"other": True},
        ),
        FieldSpec(
            object="Account",
            name="VIP__c",
            kind="formula",
            label="VIP",
            options={"returns": "checkbox"},
            formula="AND(Won24__c >= 50000, LastWon__c > ADDMONTHS(TODAY(), -12)) || INCLUDES(Reasons__c, 'Strategic')",
        ),
    ):
        add_field(actor.user_id, spec)


def vips(actor: Actor, days: int = 0) -> list[str]:
    """Return the names of the VIPs as they will be in some days."""
    later = moment_for(actor.timezone, now=timezone.now() + timedelta(days=days))
    return [row["Name"] for row in run.rows(actor, soql.parse(VIPS), moment=later)]


def test_the_list_of_vips_changes_by_itself(admin: Actor) -> None:
    define(admin)
    account = save(admin, Change("Account", {"Name": "Acme"})).id
    key = ids.encode("001", account)
    deal = save(
        admin,
        Change(
            "Opportunity",
            {
                "Name": "Deal",
                "AccountId": key,
                "StageName": "Prospecting",
                "Amount": 60_000,
                "CloseDate": timezone.localdate().isoformat(),
            },
        ),
    ).id
    assert vips(admin) == []
    save(admin, Change("Opportunity", {"StageName": "Closed Won"}, id=deal))
    assert vips(admin) == ["Acme"], "a deal was won"
    assert vips(admin, days=300) == ["Acme"]
    assert vips(admin, days=400) == [], "the deal grew old, and nothing ran"
    save(admin, Change("Account", {"Reasons__c": "Strategic"}, id=account))
    assert vips(admin, days=400) == ["Acme"], "a reason holds whatever the date"


def test_the_joker_demands_its_comment(admin: Actor) -> None:
    define(admin)
    with pytest.raises(ValidationFailed) as failed:
        save(admin, Change("Account", {"Name": "Acme", "Reasons__c": "Reference;Other"}))
    assert failed.value.errors[0].field == "Reasons_Other__c"
    saved = save(
        admin, Change("Account", {"Name": "Acme", "Reasons__c": "Other", "Reasons_Other__c": "Family"})
    )
    assert saved.created

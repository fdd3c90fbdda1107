"""An object erased for good leaves nothing behind in any room, and the rest of the company as it was."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from essor.access import actions
from essor.access.actor import Actor
from essor.access.models import Group, ObjectPermission, PermissionSet, RecordShare
from essor.access.rights import Right
from essor.access.tests.samples import MakeUser
from essor.catalog import current
from essor.catalog.actions import purge_object as purging
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_object import add_object
from essor.catalog.actions.change_object import hide_object, restore_object
from essor.catalog.actions.hide_field import hide_field
from essor.catalog.actions.purge_field import drop_purged
from essor.catalog.actions.spec import FieldSpec, ObjectSpec
from essor.catalog.models import CustomField, Layout
from essor.catalog.testing import detach, forget
from essor.domain.activities.models import Note, Task
from essor.domain.approvals.models import ApprovalProcess, ProcessInstance, ProcessInstanceStep
from essor.kernel import ids
from essor.kernel.errors import UnknownObject, ValidationFailed
from essor.query import run, soql
from essor.query.models import ListView
from essor.query.search.index import refresh
from essor.query.search.models import SearchEntry
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.usefixtures("run_time_catalog")


def company(admin: Actor, make_user: MakeUser) -> None:
    """Make sites with all that rooms may hang on them, and a contact that names one."""
    add_object(admin.user_id, ObjectSpec(name="Site", label="Site", plural="Sites"))
    add_field(admin.user_id, FieldSpec(object="Site__c", name="Area", kind="number", label="Area"))
    add_field(
        admin.user_id,
        FieldSpec(
            object="Contact",
            name="Site",
            kind="lookup",
            label="Site",
            target="Site__c",
            child_relationship="People",
        ),
    )
    key = save(admin, Change("Site__c", {"Name": "Lyon", "Area__c": 90})).id
    site = ids.encode("a00", key)
    save(admin, Change("Site__c", {"Name": "Lyon Part-Dieu"}, id=key))
    save(admin, Change("Contact", {"LastName": "Roux", "Site__c": site}))
    save(admin, Change("Task", {"Subject": "Visit", "WhatId": site}))
    save(admin, Change("Note", {"Title": "Keys", "Body": "At the porter’s", "ParentId": site}))
    refresh("Site__c", [key])
    RecordShare.objects.create(prefix="a00", record_id=key, principal_id=make_user("Ana").pk)
    queue = actions.save_group(admin, name="Q", members=[], queue=True, supported_objects=["Site__c", "Lead"])
    assert queue.supported_objects == ["Site__c", "Lead"]
    rights = PermissionSet.objects.exclude(profile=None).first()
    assert rights is not None
    actions.set_object_rights(admin, rights, "Site__c", Right.READ)
    Layout.objects.create(object_name="Site__c", body={})
    ListView.objects.create(object_name="Site__c", owner_id=admin.user_id, name="All", developer_name="All")
    process = ApprovalProcess.objects.create(object_name="Site__c", name="Works")
    request = ProcessInstance.objects.create(process=process, target_object=key, target_object_type="a00")
    ProcessInstanceStep.objects.create(process_instance=request)


def naming(name: str) -> list[str]:
    """Return the tables that still speak of an object, but for those that tell what once was."""
    found = []
    for model in apps.get_models():
        columns = {field.name for field in model._meta.concrete_fields}
        speaks = "object_name" in columns and not getattr(model, "outlives_objects", False)
        if speaks and model._base_manager.filter(object_name=name).exists():
            found.append(model._meta.label)
    return found


def test_nothing_is_left_of_an_erased_object(admin: Actor, make_user: MakeUser) -> None:
    company(admin, make_user)
    assert {"records.History", "search.SearchEntry", "query.ListView", "access.ObjectPermission"} <= set(
        naming("Site__c")
    )
    with pytest.raises(UnknownObject):
        purging.purge_object(admin.user_id, "Site__c")  # it is in sight
    hide_field(admin.user_id, "Contact", "Site__c")
    hide_object(admin.user_id, "Site__c")
    purging.purge_object(admin.user_id, "Site__c")

    assert naming("Site__c") == []
    assert not RecordShare.objects.exists()
    assert Group.objects.get(name="Q").supported_objects == ["Lead"]
    assert Task.objects.get().what is None
    assert Task.objects.get().what_type is None
    assert not Note.objects.exists()
    assert not ProcessInstance.objects.exists()
    assert ObjectPermission.objects.filter(object_name="*").exists()
    assert not SearchEntry.objects.filter(object_name="Site__c").exists()
    assert set(CustomField.objects.values_list("name", "state")) == {
        ("Area__c", "purged"),
        ("Site__c", "purged"),
    }
    assert [row["LastName"] for row in run.rows(admin, soql.parse("SELECT LastName FROM Contact"))] == [
        "Roux"
    ]
    with pytest.raises(UnknownObject):
        restore_object(admin.user_id, "Site__c")
    with pytest.raises(ValidationFailed, match="never given twice"):
        add_object(admin.user_id, ObjectSpec(name="Site", label="Site", plural="Sites"))


def test_the_table_goes_at_the_next_start(admin: Actor, make_user: MakeUser) -> None:
    company(admin, make_user)
    hide_field(admin.user_id, "Contact", "Site__c")
    hide_object(admin.user_id, "Site__c")
    purging.purge_object(admin.user_id, "Site__c")
    assert purging.drop_tables() == [], "a live process may still have its class"
    detach()  # as a restart does
    forget()
    assert drop_purged() == ["Contact.Site__c"]
    assert purging.drop_tables() == ["Site__c"]
    assert purging.drop_tables() == []
    assert "x_site" not in connection.introspection.table_names()
    assert not current.get().has("Site__c")


def test_an_erasure_that_fails_leaves_everything(
    admin: Actor, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    company(admin, make_user)
    hide_field(admin.user_id, "Contact", "Site__c")
    hide_object(admin.user_id, "Site__c")
    before = naming("Site__c")

    def killed(name: str, prefix: str) -> None:
        raise RuntimeError

    monkeypatch.setattr("essor.catalog.purging._forgetters", [killed])
    with pytest.raises(RuntimeError):
        purging.purge_object(admin.user_id, "Site__c")
    restore_object(admin.user_id, "Site__c")
    assert naming("Site__c") == before
    assert [row["Area__c"] for row in run.rows(admin, soql.parse("SELECT Area__c FROM Site__c"))] == [90.0]

"""Objects of one's own: tables, classes, references in every direction."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from essor.catalog import current, standard
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_object import add_object
from essor.catalog.actions.change_object import change_object, hide_object, restore_object
from essor.catalog.actions.hide_field import hide_field, restore_field
from essor.catalog.actions.naming import free_prefix
from essor.catalog.actions.spec import FieldSpec, ObjectSpec
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import UnknownObject, ValidationFailed

pytestmark = pytest.mark.usefixtures("run_time_catalog")


def test_what_tells_an_object_at_a_glance_is_fields_of_it() -> None:
    told = [(obj, name) for obj in standard.load() for name in obj.compact]
    assert told
    assert not [(obj.name, name) for obj, name in told if not obj.has(name)]


def site(name: str = "Site", **more: Any) -> ObjectDef:
    return add_object(
        None, ObjectSpec(**{"name": name, "label": "Site", "label_fr": "Lieu", "plural": "Sites", **more})
    )


def link(object_name: str, name: str, target: str, kind: str = "lookup", **more: Any) -> None:
    add_field(None, FieldSpec(object=object_name, name=name, kind=kind, label=name, target=target, **more))


def test_an_object_has_a_table_a_class_and_the_fields_of_every_record() -> None:
    made = site()
    assert (made.name, made.prefix, made.custom, made.model._meta.db_table) == (
        "Site__c",
        "a00",
        True,
        "x_site",
    )
    names = [field.name for field in current.get().object("site__C").fields]
    assert names[0] == "Name"
    assert {"Id", "OwnerId", "CreatedDate", "LastModifiedById", "IsDeleted", "CurrencyIsoCode"} <= set(names)
    assert made.field("Id").kind.to_json(1, made.field("Id")).startswith("a00000000000001")
    made.model._default_manager.create(name="Lyon")
    assert list(made.model._default_manager.values_list("name", flat=True)) == ["Lyon"]
    with translation.override("fr"):
        assert str(current.get().object("Site__c").label) == "Lieu"


def test_prefixes_and_names_are_given_once() -> None:
    assert [site(name).prefix for name in ("Site", "Unit", "Lease")] == ["a00", "a01", "a02"]
    hide_object(None, "Site__c")
    for name in ("site", "SITE__c"):
        with pytest.raises(ValidationFailed):
            site(name)
    assert free_prefix({"a00", "a01"}) == "a02"
    assert free_prefix({f"a0{letter}" for letter in "0123456789"}) == "a0A"


def test_names_that_come_to_the_same_get_different_tables() -> None:
    first, second = site("RentRoll"), site("Rent_Roll")
    assert (first.model._meta.db_table, second.model._meta.db_table) == ("x_rent_roll", "x_rent_roll_2")
    assert first.model is not second.model


def test_errors_come_together() -> None:
    with pytest.raises(ValidationFailed) as error:
        site("2__", label="", label_fr="", name_format="S-0")
    assert {one.field for one in error.value.errors} == {"name", "label", "name_format"}
    assert "x_site" not in connection.introspection.table_names()


def test_records_can_be_numbered() -> None:
    made = site(name_format="S-{0000}")
    assert (made.field("Name").kind.name, made.field("Name").createable) == ("autonumber", False)
    assert made.field("Name").options["format"] == "S-{0000}"


def test_references_lead_from_any_object_to_any_other() -> None:
    site()
    site("Unit")
    link("Unit__c", "Site", "Site__c", kind="masterdetail", child_relationship="Units")
    link("Unit__c", "Tenant", "Account", child_relationship="Rented")
    link("Contact", "Site", "Site__c", child_relationship="People")
    link("Site__c", "Nearest", "Site__c")
    catalog = current.get()
    models = {name: catalog.object(name).model for name in ("Site__c", "Unit__c", "Contact", "Account")}
    acme = models["Account"]._default_manager.create(name="Acme")
    lyon: Any = models["Site__c"]._default_manager.create(name="Lyon")
    lyon.x_nearest = lyon
    lyon.save()
    models["Unit__c"]._default_manager.create(name="A1", x_site=lyon, x_tenant=acme)
    models["Contact"]._default_manager.create(last_name="Roux", name="Roux", x_site=lyon)
    found = models["Unit__c"]._default_manager.filter(x_site__x_nearest__name="Lyon", x_tenant__name="Acme")
    assert list(found.values_list("name", "x_site__name")) == [("A1", "Lyon")]
    person: Any = models["Contact"]._default_manager.select_related("x_site").get()
    assert person.x_site.name == "Lyon"
    assert {way.name for way in catalog.object("Site__c").children} == {"Units__r", "People__r", "Site__r"}
    assert catalog.object("Account").child("rented__R").object_name == "Unit__c"
    assert catalog.object("Unit__c").field("Site__c").on_delete == "cascade"


def test_a_master_is_given_before_there_are_records() -> None:
    site()
    made = site("Unit")
    made.model._default_manager.create(name="A1")
    with pytest.raises(ValidationFailed) as error:
        link("Unit__c", "Site", "Site__c", kind="masterdetail")
    assert error.value.errors[0].field == "kind"


def test_nothing_that_lists_installed_models_sees_a_run_time_class() -> None:
    made = site()
    assert made.model not in apps.get_models()
    assert "custom" not in {config.label for config in apps.get_app_configs()}
    assert made.model._meta.label == "custom.XSite"


def test_an_object_is_hidden_and_comes_back_with_its_records() -> None:
    made = site()
    made.model._default_manager.create(name="Lyon")
    link("Contact", "Site", "Site__c")
    with pytest.raises(ValidationFailed, match=r"Contact[.]Site__c"):
        hide_object(None, "Site__c")
    hide_field(None, "Contact", "Site__c")
    hide_object(None, "Site__c")
    with pytest.raises(UnknownObject):
        current.get().object("Site__c")
    with pytest.raises(ValidationFailed, match="Site__c"):
        restore_field(None, "Contact", "Site__c")
    restore_object(None, "Site__c")
    restore_field(None, "Contact", "Site__c")
    assert current.get().object("Site__c").model._default_manager.filter(name="Lyon").exists()


def test_what_is_said_of_an_object_can_change_its_name_cannot() -> None:
    site()
    changed = change_object(None, "Site__c", {"label": "Place", "tab": False, "icon": "map"})
    assert (changed.tab, changed.icon) == (False, "map")
    for changes in ({"name": "Place"}, {"label": "", "label_fr": ""}):
        with pytest.raises(ValidationFailed):
            change_object(None, "Site__c", changes)

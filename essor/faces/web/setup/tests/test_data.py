"""Objects, fields of every kind, formulas, layouts, rules and record types made in the browser work at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from essor.access.actor import actor_for
from essor.access.models import PermissionSet, Profile, User
from essor.access.rights import FieldAccess
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.kinds import ADDABLE
from essor.catalog.layouts import layout_for
from essor.catalog.models import CustomField, CustomObject, Layout, RecordType, ValidationRule
from essor.faces.web.setup.tests.conftest import browser, person
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.usefixtures("run_time_catalog")

MORE: dict[str, dict[str, Any]] = {
    "picklist": {"more": "A | Letter A | Lettre A\nB"},
    "multiselect": {"more": "A\nB", "option.other": "1"},
    "lookup": {"target": "Account", "child_relationship": "Watchers"},
    "masterdetail": {"target": "Account"},
    "autonumber": {"option.format": "C-{0000}"},
    "formula": {"formula": "LEN(LastName) * 2"},
    "rollup": {
        "option.relationship": "Reports",
        "option.function": "COUNT",
        "option.where": "LastName LIKE 'A%'",
    },
}


def field(client: Client, object_name: str = "Contact", **values: Any) -> Any:
    return client.post(f"/setup/objects/{object_name}/fields/new", {"history": "1", **values})


@pytest.mark.parametrize("kind", [one.name for one in ADDABLE])
def test_a_field_of_every_kind_is_added_in_one_page(admin: Client, kind: str) -> None:
    page = admin.get(
        "/setup/objects/Contact/fields/options", {"kind": kind, "option.relationship": "Reports"}
    )
    assert page.status_code == 200
    answer = field(admin, kind=kind, label="Site area", label_fr="Surface", **MORE.get(kind, {}))
    if kind == "file" and not current.get().has("ContentDocument"):
        assert answer.status_code == 422
        return
    assert answer.status_code == 302, answer.content.decode()[:3000]
    added = current.get().object("Contact").field("SiteArea__c")
    assert added.kind.name == kind
    assert admin.get("/setup/objects/Contact/fields/").content.count(b"SiteArea__c") >= 1
    stored = admin.get("/setup/objects/Contact/fields/SiteArea__c/")
    assert stored.status_code == 200
    assert b"Surface" in stored.content


def test_a_default_is_kept_as_a_value_and_shown_as_its_administrator_writes(admin: Client) -> None:
    User.objects.update(language="fr", locale="fr_FR")
    field(admin, kind="number", label="Rate", **{"option.scale": "1", "option.default": "1,5"})
    assert current.get().object("Contact").field("Rate__c").options["default"] == 1.5
    page = admin.get("/setup/objects/Contact/fields/Rate__c/").content.decode()
    assert 'name="option.default" value="1,5"' in page


def test_a_refused_field_keeps_what_was_typed(admin: Client) -> None:
    answer = field(
        admin, kind="picklist", label="", label_fr="", name="9 wrong", help="Do not lose me", more="A\na"
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Do not lose me" in text
    assert "9 wrong" in text
    assert 'id="f-label-error"' in text
    assert 'id="f-name-error"' in text


def test_a_wrong_formula_stands_beside_its_control(admin: Client) -> None:
    answer = field(admin, kind="formula", label="VIP", formula="LEN(")
    assert answer.status_code == 422
    assert 'id="f-formula-error"' in answer.content.decode()
    assert not CustomField.objects.exists()


def test_a_wrong_roll_up_filter_is_refused_with_its_place(admin: Client) -> None:
    wrong = {"option.relationship": "Opportunities", "option.function": "COUNT", "option.where": "Nope = 1"}
    answer = field(admin, "Account", kind="rollup", label="Won", **wrong)
    assert answer.status_code == 422
    assert "Nope" in answer.content.decode()


def test_a_roll_up_by_relative_date_is_worked_out_when_read(admin: Client) -> None:
    told = {
        "option.relationship": "Opportunities",
        "option.function": "SUM",
        "option.field": "Amount",
        "option.where": "StageName = 'Closed Won' AND CloseDate = LAST_N_MONTHS:24",
    }
    assert field(admin, "Account", kind="rollup", label="Won", **told).status_code == 302
    assert not current.get().object("Account").field("Won__c").has_column
    page = admin.get("/setup/objects/Account/rollups/").content.decode()
    assert "is in last 24 months" in page, "in words"
    assert "Members" in admin.get("/setup/objects/Campaign/rollups/").content.decode()


def test_each_profile_gets_the_access_chosen_on_the_page(admin: Client) -> None:
    bundle = PermissionSet.objects.get(profile__name="Sales")
    answer = field(admin, kind="number", label="Score", **{f"right.{bundle.pk}": "0"})
    assert answer.status_code == 302
    ana = actor_for(person("Ana", "Sales"))
    assert not catalog_for(ana).object("Contact").has("Score__c")
    changed = admin.post(
        "/setup/objects/Contact/fields/Score__c/", {"label": "Score", f"right.{bundle.pk}": "1"}
    )
    assert changed.status_code == 302
    assert (
        actor_for(User.objects.get(pk=ana.user_id)).rights.access("Contact", "Score__c") == FieldAccess.READ
    )


def test_values_change_order_label_and_activity(admin: Client) -> None:
    field(admin, kind="picklist", label="Colour", more="Red\nGreen\nBlue")
    values = {
        "label": "Colour",
        "choice": ["1", "0", "n1"],
        "value.0": "Red",
        "active.0": "1",
        "value.1": "Green",
        "active.1": "",
        "label_fr.1": "Vert",
        "value.n1": "Black",
        "active.n1": "1",
        "default.one": "n1",
        "option.restricted": "1",
    }
    assert admin.post("/setup/objects/Contact/fields/Colour__c/", values).status_code == 302
    choices = current.get().object("Contact").field("Colour__c").choices
    assert [(one.value, one.active, one.default) for one in choices] == [
        ("Green", False, False),
        ("Red", True, False),
        ("Black", True, True),
    ]


def test_a_stage_keeps_its_probability_when_values_are_edited(admin: Client) -> None:
    before = current.get().object("Opportunity").field("StageName").choices
    values: dict[str, Any] = {"choice": [str(place) for place in range(len(before))], "required": "1"}
    for place, one in enumerate(before):
        values |= {f"value.{place}": one.value, f"active.{place}": "1"}
    values["fact.probability.0"] = "15"
    assert admin.post("/setup/objects/Opportunity/fields/StageName/", values).status_code == 302
    after = current.get().object("Opportunity").field("StageName").choices
    assert after[0].facts["probability"] == 15
    assert [dict(one.facts) for one in after[1:]] == [dict(one.facts) for one in before[1:]]


def test_an_object_is_erased_once_it_is_hidden_and_its_name_typed(admin: Client) -> None:
    admin.post("/setup/objects/new", {"label": "Site", "plural": "Sites", "naming": "text"})
    admin.post("/setup/objects/Site__c/hide")
    page = admin.get("/setup/objects/").content.decode()
    assert "/setup/objects/Site__c/purge" in page
    admin.post("/setup/objects/Site__c/purge", {"confirm": "sites"})
    assert CustomObject.objects.get().state == "hidden"
    admin.post("/setup/objects/Site__c/purge", {"confirm": "Site__c"})
    assert CustomObject.objects.get().state == "purged"
    assert "Site__c" not in admin.get("/setup/objects/").content.decode()


def test_a_field_is_hidden_restored_and_erased(admin: Client) -> None:
    field(admin, kind="text", label="Note")
    there = "/setup/objects/Contact/fields/Note__c"
    admin.post(f"{there}/hide")
    assert not current.get().object("Contact").has("Note__c")
    admin.post(f"{there}/restore")
    assert current.get().object("Contact").has("Note__c")
    admin.post(f"{there}/hide")
    admin.post(f"{there}/purge", {"confirm": "other"})
    assert CustomField.objects.get().state == "hidden"
    admin.post(f"{there}/purge", {"confirm": "note__c"})
    assert CustomField.objects.get().state == "purged"


def test_what_was_typed_under_other_becomes_a_value(admin: Client, boss: User) -> None:
    field(admin, kind="multiselect", label="Reasons", more="Price", **{"option.other": "1"})
    actor = actor_for(boss)
    for name, comment in (("A", "Fast delivery"), ("B", " fast  delivery"), ("C", "Colour")):
        values = {"LastName": name, "Reasons__c": ["Price", "Other"], "Reasons_Other__c": comment}
        save(actor, Change("Contact", values))
    there = "/setup/objects/Contact/fields/Reasons__c/other"
    page = admin.get(there).content.decode()
    assert page.index("Fast delivery") < page.index("Colour")
    admin.post(there, {"text": "Fast delivery", "value": "Fast delivery"})
    values = [one.value for one in current.get().object("Contact").field("Reasons__c").choices]
    assert values == ["Price", "Fast delivery", "Other"]
    model = current.get().object("Contact").model
    assert model.objects.filter(x_reasons=";Price;Fast delivery;", x_reasons_other=None).count() == 2


def test_the_formula_editor_says_type_place_and_result(admin: Client, boss: User) -> None:
    saved = save(actor_for(boss), Change("Account", {"Name": "Acme", "NumberOfEmployees": 12}))
    check = "/setup/objects/Account/formula"
    sample = ids.encode("001", saved.id)
    right = admin.post(check, {"formula": "NumberOfEmployees * 2", "sample": sample}).content.decode()
    assert "a number" in right
    assert "24" in right
    wrong = admin.post(check, {"formula": "1 +\n Nope"}).content.decode()
    assert 'data-line="2" data-column="2"' in wrong
    other = admin.post(check, {"formula": "Name", "option.returns": "number"}).content.decode()
    assert "verdict-bad" in other
    rule = admin.post(
        check, {"formula": "ISBLANK(Phone)", "formula_for": "rule", "sample": sample}
    ).content.decode()
    assert "would be refused" in rule
    assert admin.post(check, {"formula": "1", "formula_for": "rule"}).content.count(b"verdict-bad") == 1


def test_a_condition_is_checked_and_counted(admin: Client, boss: User) -> None:
    save(actor_for(boss), Change("Account", {"Name": "Acme"}))
    right = admin.post("/setup/objects/Account/condition", {"where": "Name = 'Acme'"}).content.decode()
    assert "1 records" in right
    wrong = admin.post("/setup/objects/Account/condition", {"where": "Nope = 1"}).content.decode()
    assert 'data-column="1"' in wrong


def test_a_layout_is_arranged_for_one_profile(admin: Client) -> None:
    sales = Profile.objects.get(name="Sales")
    way = current.get().object("Opportunity").children[0].name
    there = f"/setup/objects/Opportunity/layouts/{sales.pk}"
    body = {
        "item": ["section:a", "Name", "Amount", "section:b", "StageName", "unused", "CloseDate"],
        "title.a": "Deal",
        "columns_of.a": "1",
        "title.b": "State",
        "from.Amount": "Closed Won",
        "related": [way],
    }
    assert admin.post(there, body).status_code == 302
    catalog = current.get()
    layout = layout_for(catalog.object("Opportunity"), sales.pk, catalog.version)
    assert [[item.name for item in section.items] for section in layout.sections] == [
        ["Name", "Amount"],
        ["StageName"],
    ]
    assert layout.sections[0].items[1].required_from == "Closed Won"
    page = admin.get(there).content.decode()
    assert page.index("Deal") < page.index("Closed Won")
    refused = admin.post(there, {"item": ["section:a", "unused", "Name"], "title.a": "Kept words"})
    assert refused.status_code == 422
    assert "Kept words" in refused.content.decode()
    admin.post(f"{there}/reset")
    assert not Layout.objects.exists()


def test_a_rule_is_added_switched_and_removed(admin: Client, boss: User) -> None:
    there = "/setup/objects/Account/rules"
    wrong = admin.post(f"{there}/new", {"formula": "LEN(Name)", "message": "Too short", "active": "1"})
    assert wrong.status_code == 422
    assert "Too short" in wrong.content.decode()
    right = {"formula": "LEN(Name) < 3", "message": "Too short", "field": "Name", "active": "1"}
    assert admin.post(f"{there}/new", right).status_code == 302
    assert admin.post(f"{there}/new", right).status_code == 422
    from essor.kernel.errors import ValidationFailed

    with pytest.raises(ValidationFailed, match="Too short"):
        save(actor_for(boss), Change("Account", {"Name": "AB"}))
    admin.post(f"{there}/TooShort/switch")
    save(actor_for(boss), Change("Account", {"Name": "AB"}))
    admin.post(f"{there}/TooShort/remove")
    assert not ValidationRule.objects.exists()


def test_an_object_of_ones_own_has_everything_at_once(admin: Client) -> None:
    new = {
        "label": "Site",
        "plural": "Sites",
        "label_fr": "Site",
        "plural_fr": "Sites",
        "naming": "number",
        "name_format": "S-{0000}",
        "tab": "1",
        "activities": "1",
        "icon": "map-pin",
    }
    assert admin.post("/setup/objects/new", new).headers["Location"] == "/setup/objects/Site__c/fields/"
    site = current.get().object("Site__c")
    assert (site.icon, site.field("Name").kind.name) == ("map-pin", "autonumber")
    for part in (
        "fields/",
        "layouts/",
        "layouts/0",
        "rules/",
        "record-types/",
        "rollups/",
        "indexes/",
        "settings",
    ):
        assert admin.get(f"/setup/objects/Site__c/{part}").status_code == 200, part
    admin.post("/setup/objects/Site__c/settings", {"label": "Place", "plural": "Places", "icon": "home"})
    assert str(current.get().object("Site__c").plural) == "Places"
    assert admin.post("/setup/objects/new", {"label": "", "name": "Site"}).status_code == 422
    admin.post("/setup/objects/Site__c/hide")
    assert not current.get().has("Site__c")
    admin.post("/setup/objects/Site__c/restore")
    assert current.get().has("Site__c")


def test_a_record_type_narrows_a_list(admin: Client) -> None:
    kept = current.get().object("Account").field("Industry").choices[0].value
    new = {"label": "Partner", "active": "1", "values.Industry": [kept]}
    assert admin.post("/setup/objects/Account/record-types/new", new).status_code == 302
    row = RecordType.objects.get()
    assert row.values["Industry"] == [kept]
    assert admin.get("/setup/objects/Account/record-types/Partner/").status_code == 200


def test_an_index_is_asked_for_and_let_go(admin: Client) -> None:
    there = "/setup/objects/Account/indexes/"
    assert (
        admin.post(there, {"field.0": "Industry", "field.1": "CreatedDate", "sign.1": "-"}).status_code == 302
    )
    assert "Industry, -CreatedDate" in admin.get(there).content.decode()
    assert admin.post(there, {}).status_code == 422


def test_a_check_of_the_roll_ups_reports(admin: Client) -> None:
    from essor.faces.web.setup.upkeep import run_check
    from essor.jobs.models import JobRun

    told = {"option.relationship": "Contacts", "option.function": "COUNT"}
    field(admin, "Account", kind="rollup", label="People", **told)
    assert admin.post("/setup/rollups", {"mend": "1"}).status_code == 302

    class Run:
        params = JobRun.objects.get().params

    found = run_check(Run())["found"]
    assert "Account.People__c" in found
    assert not any(found.values())
    assert admin.get("/setup/rollups").status_code == 200


def test_search_finds_pages_objects_fields_and_people(admin: Client) -> None:
    person("Zoe", "Sales")
    browser(User.objects.get(email="zoe@example.fr"))
    found = {"zoe": "zoe@example.fr", "currency": "Organization", "stagename": "StageName", "sales": "Sales"}
    for words, expected in found.items():
        assert expected in admin.get("/setup/search", {"q": words}).content.decode(), words
        assert admin.get("/setup/suggest", {"q": words}).status_code == 200


def test_a_layout_nobody_named_starts_with_titles_in_both_languages(admin: Client) -> None:
    page = admin.get("/setup/objects/Account/layouts/0").content.decode()
    assert 'value="Informations"' in page
    assert 'value="Information"' in page


def test_a_box_is_ticked_as_it_is_meant(admin: Client) -> None:
    page = admin.get("/setup/objects/Contact/fields/options", {"kind": "multiselect"}).content.decode()
    for name in ("history", "option.restricted"):
        assert re.search(rf'type="checkbox" name="{re.escape(name)}" value="1" checked ', page), name


def test_a_new_row_of_values_starts_active(admin: Client) -> None:
    page = admin.get("/setup/objects/Contact/fields/options", {"kind": "picklist"}).content.decode()
    assert 'name="active.__key__" value="1" checked>' in page


def test_a_related_list_off_the_page_is_not_sent(admin: Client) -> None:
    names = [way.name for way in current.get().object("Account").children]
    admin.post("/setup/objects/Account/layouts/0", {"item": ["section:a", "Name"], "related": names[:1]})
    page = admin.get("/setup/objects/Account/layouts/0").content.decode()
    assert f'name="related" value="{names[0]}">' in page
    assert f'name="related" value="{names[1]}" disabled>' in page

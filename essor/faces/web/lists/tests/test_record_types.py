"""The form of a new record offers record types, and only the values that a type leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from essor.access.models import User
from essor.catalog import current
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.save_stage import save_stage
from essor.catalog.actions.spec import RecordTypeSpec, StageSpec
from essor.catalog.models import RecordType, StageCriteria
from essor.domain.sales.models import Opportunity
from essor.faces.web.conftest import New, text
from essor.kernel import ids

pytestmark = pytest.mark.usefixtures("run_time_catalog")
NEW = "/o/Opportunity/new"


def kind(name: str, *stages: str, **more: Any) -> str:
    values = {"StageName": stages} if stages else {}
    row = add_record_type(
        None, RecordTypeSpec(object="Opportunity", name=name, label=name, values=values, **more)
    )
    return ids.encode("012", row.pk)


def test_one_record_type_is_no_question(admin: Client) -> None:
    only = kind("Only", "Qualification", "Closed Won", default=True)
    page = text(admin.get(NEW))
    assert 'type="radio" name="RecordTypeId"' not in page
    assert f'value="{only}" selected' in page
    assert 'value="Prospecting"' not in page


def test_another_type_draws_the_form_again_with_what_was_typed(admin: Client, rep: User) -> None:
    first, second = kind("First", "Qualification", default=True), kind("Second", "Prospecting")
    kind("Foreign", profiles=[rep.profile_id])
    page = text(admin.get(NEW))
    assert page.count('type="radio" name="RecordTypeId"') == 2
    assert f'value="{first}" checked' in page
    again = text(admin.post(f"{NEW}?retype=1", {"RecordTypeId": second, "Name": "Typed <b>"}))
    assert "Typed &lt;b&gt;" in again
    assert 'value="Prospecting"' in again
    assert 'value="Qualification"' not in again
    assert not Opportunity.objects.exists()


def test_a_record_is_made_with_the_type_of_its_form(admin: Client, seller: Client) -> None:
    first = kind("First", "Qualification", default=True)
    values = {"RecordTypeId": first, "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-01"}
    assert admin.post(NEW, values).status_code == 422
    assert seller.post(NEW, {**values, "StageName": "Qualification"}).status_code == 302


def test_the_cell_of_a_list_offers_what_the_records_type_leaves(admin: Client, new: New) -> None:
    kind("First", "Qualification", "Closed Won", default=True)
    key = new("Opportunity", Name="Deal", StageName="Qualification", CloseDate="2027-01-01")
    page = text(admin.get(f"/r/{key}/cell/StageName"))
    assert 'value="Closed Won"' in page
    assert 'value="Prospecting"' not in page


def test_the_path_of_a_record_is_its_pipeline_with_advice(admin: Client, new: New) -> None:
    kind("First", "Negotiation/Review", "Qualification", "Closed Won", default=True)
    save_stage(None, StageSpec(object="Opportunity", stage="Qualification", guidance="Ask who decides."))
    key = new("Opportunity", Name="Deal", StageName="Qualification", CloseDate="2027-01-01")
    page = text(admin.get(f"/r/{key}/"))
    path = page[
        page.index('class="path-stages"') : page.index("</section>", page.index('class="path-stages"'))
    ]
    assert path.index("Negotiation") < path.index("Qualification")
    assert "Prospecting" not in path
    assert "Ask who decides." in path


def test_the_set_up_orders_stages_and_keeps_criteria(admin: Client) -> None:
    page = "/setup/objects/Opportunity/record-types/new"
    stages = ["Negotiation/Review", "Closed Won"]
    form = {"label": "Renewals", "active": "1", "everybody": "1", "default": "1", "values.StageName": stages}
    assert admin.post(page, form).status_code == 302
    assert RecordType.objects.get().values["StageName"] == stages
    where = "/setup/objects/Opportunity/stages/Renewals/?stage=Closed+Won"
    asked = {
        "required": ["NextStep", "Account.Industry"],
        "formula": "Amount > 0",
        "message": "Give the amount.",
    }
    assert admin.post(where, {**asked, "message": ""}).status_code == 422
    assert admin.post(where, asked).status_code == 302
    assert StageCriteria.objects.get().required == asked["required"]
    shown = text(admin.get("/setup/objects/Opportunity/stages/?type=Renewals"))
    assert "Account › Industry" in shown
    assert "Prospecting" not in shown
    assert 'value="Account.Industry" checked' in text(admin.get(where))
    assert admin.get("/setup/objects/Opportunity/stages/Nope/?stage=Closed+Won").status_code == 404
    assert admin.get("/setup/objects/Account/stages/").status_code == 200


def test_a_stage_is_added_with_its_probability_and_category(admin: Client, new: New) -> None:
    page = text(admin.get("/setup/objects/Opportunity/fields/StageName/"))
    assert '<select class="form-select" name="fact.category.0">' in page
    stages = current.get().object("Opportunity").field("StageName").choices
    form: dict[str, Any] = {"choice": [str(place) for place in range(len(stages) + 1)]}
    for place, one in enumerate(stages):
        form |= {f"value.{place}": one.value, f"active.{place}": "" if place == 0 else "1"}
        form |= {
            f"fact.{name}.{place}": "1" if value is True else value or "" for name, value in one.facts.items()
        }
    form |= {"value.10": "Pilot", "label_fr.10": "Pilote", "active.10": "1", "fact.probability.10": "42"}
    form |= {"fact.category.10": "Commit", "fact.days.10": "12", "fact.closed.10": "", "fact.won.10": ""}
    assert admin.post("/setup/objects/Opportunity/fields/StageName/", form).status_code == 302
    new("Opportunity", Name="Deal", StageName="Pilot", CloseDate="2027-01-01")
    found = Opportunity.objects.get()
    assert (found.probability, found.forecast_category_name, found.is_closed) == (42, "Commit", False)
    new("Opportunity", Name="Won", StageName="Closed Won", CloseDate="2027-01-01")
    assert Opportunity.objects.get(name="Won").is_won
    board = text(admin.get("/o/Opportunity/?as=board"))
    assert 'data-column="Pilot"' in board
    assert 'data-column="Prospecting"' not in board, "an inactive stage without records is no column"

"""Mass edit and mass delete: at once or in the background, refused rows told, all of it taken back with one click."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.test import Client

from essor.access.models import User
from essor.catalog import current
from essor.domain.bulk import jobs as bulk_jobs
from essor.faces.web.conftest import New, hide, text
from essor.jobs import worker
from essor.jobs.models import JobRun

HX = {"HTTP_HX_REQUEST": "true"}


def ratings() -> set[tuple[str, str | None]]:
    model = current.get().object("Account").model
    return set(model._default_manager.filter(is_deleted=False).values_list("name", "rating"))


def undo_of(answer: Any) -> str:
    return orjson.loads(answer.headers["HX-Trigger"])["es:toast"]["undo"]


def test_selected_rows_get_one_value_and_get_it_taken_back(admin: Client, new: New) -> None:
    ids = [new("Account", Name=f"A{number}", Rating="Cold") for number in range(3)]
    form = text(admin.get("/o/Account/mass-edit", {"ids": ids[:2]}))
    assert "Edit 2 records" in form
    assert 'value="Hot"' in text(admin.get("/o/Account/mass-edit/control?field=Rating"))
    answer = admin.post("/o/Account/mass-edit", {"ids": ids[:2], "field": "Rating", "Rating": "Hot"}, **HX)
    assert answer.status_code == 204
    assert ratings() == {("A0", "Hot"), ("A1", "Hot"), ("A2", "Cold")}
    assert admin.post(undo_of(answer)).status_code == 204
    assert ratings() == {("A0", "Cold"), ("A1", "Cold"), ("A2", "Cold")}


def test_a_refused_value_changes_nothing_and_stays(admin: Client, new: New) -> None:
    ids = [new("Account", Name="A", Rating="Cold")]
    answer = admin.post(
        "/o/Account/mass-edit", {"ids": ids, "field": "AnnualRevenue", "AnnualRevenue": "many"}, **HX
    )
    assert answer.status_code == 422
    assert "No record was changed" in text(answer)
    assert 'value="many"' in text(answer)


def test_nothing_selected_and_no_field_are_said(admin: Client, new: New) -> None:
    record = new("Account", Name="A")
    assert admin.post("/o/Account/mass-edit", {"field": "Rating", "Rating": "Hot"}, **HX).status_code == 422
    answer = admin.post("/o/Account/mass-edit", {"ids": [record]}, **HX)
    assert answer.status_code == 422
    assert "Choose a field" in text(answer)


def test_deleted_rows_come_back_with_one_click(admin: Client, new: New) -> None:
    ids = [new("Account", Name=f"A{number}") for number in range(3)]
    contact = new("Contact", LastName="Along", AccountId=ids[0])
    answer = admin.post("/o/Account/mass-delete", {"ids": ids[:2]}, **HX)
    assert {name for name, _rating in ratings()} == {"A2"}
    admin.post(undo_of(answer))
    assert {name for name, _rating in ratings()} == {"A0", "A1", "A2"}
    assert admin.get(f"/r/{contact}/").status_code == 200


def test_who_may_not_is_refused(boss: User, seller: Client, rep: User, new: New) -> None:
    from essor.faces.web.conftest import browser, person

    record = new("Account", Name="A", Rating="Cold")
    reader = browser(person("Reader", "Read Only"))
    assert (
        reader.post(
            "/o/Account/mass-edit", {"ids": [record], "field": "Rating", "Rating": "Hot"}, **HX
        ).status_code
        == 403
    )
    assert reader.post("/o/Account/mass-delete", {"ids": [record]}, **HX).status_code == 403
    hide(rep, "Account", "Rating")
    answer = seller.post("/o/Account/mass-edit", {"ids": [record], "field": "Rating", "Rating": "Hot"}, **HX)
    assert answer.status_code in (403, 422)
    assert ratings() == {("A", "Cold")}


@pytest.mark.django_db(transaction=True)
def test_all_that_a_list_holds_is_edited_in_the_background_and_taken_back(
    admin: Client, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_jobs, "AT_ONCE", 2)
    monkeypatch.setattr("essor.query.walk.CHUNK", 2)
    for number in range(5):
        new("Account", Name=f"A{number}", Rating="Cold")
    new("Account", Name="Other", Rating="Warm")
    where = orjson.dumps({"field": "Rating", "op": "eq", "values": ["Cold"]}).decode()
    data = {"scope": "all", "view": "all", "filter": where, "field": "Rating", "Rating": "Hot"}
    assert "in the background" in text(admin.get("/o/Account/mass-edit", data))
    assert admin.post("/o/Account/mass-edit", data, **HX).status_code == 204
    worker.drain()
    job = JobRun.objects.get(kind="mass_edit")
    assert (job.state, job.done, job.total, job.result["done"]) == ("done", 5, 5, 5)
    assert ratings() == {*((f"A{number}", "Hot") for number in range(5)), ("Other", "Warm")}
    page = text(admin.get("/jobs/"))
    undo = re.search(r'hx-post="(/jobs/\d+/undo)"', page)
    assert undo
    admin.post(undo[1], **HX)
    worker.drain()
    assert ratings() == {*((f"A{number}", "Cold") for number in range(5)), ("Other", "Warm")}
    assert not re.search(r'hx-post="/jobs/\d+/undo"', text(admin.get("/jobs/")))


@pytest.mark.django_db(transaction=True)
def test_all_that_a_list_holds_is_deleted_in_the_background(
    admin: Client, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_jobs, "AT_ONCE", 2)
    for number in range(5):
        new("Account", Name=f"A{number}")
    admin.post("/o/Account/mass-delete", {"scope": "all", "view": "all"}, **HX)
    worker.drain()
    assert ratings() == set()
    assert JobRun.objects.get(kind="mass_delete").result["done"] == 5

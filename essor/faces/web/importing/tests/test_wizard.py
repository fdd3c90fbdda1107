"""The import wizard, step by step, as a browser asks for its pages."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from essor.access.actions import set_field_rights, set_object_rights
from essor.access.actor import system_actor
from essor.access.models import PermissionSet, User
from essor.access.rights import FieldAccess, Right
from essor.access.version import bump
from essor.catalog import current
from essor.domain.exchange.models import Import
from essor.domain.sales.models import Account, Contact, Lead, Opportunity
from essor.jobs import worker
from essor.jobs.models import JobRun, JobState

PEOPLE = "Prénom;Nom;Courriel;Société\nZoé;Roux;zoe@x.fr;Acme\nLéo;Brun;bad;Acme\n"
DEALS = "Nom;deal_stage;close_date;score\nA;Won;2017-03-01;5\nB;Engaging;;7\n"

pytestmark = pytest.mark.django_db(transaction=True)


def upload(client: Client, text: str, object_name: str, name: str = "people.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, text.encode("cp1252"))
    return client.post("/import/", {"object": object_name, "file": file}, follow=True)


def draft() -> Import:
    return Import.objects.get(draft=True)


def page(response: HttpResponse) -> str:
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def form(text: str) -> dict[str, str]:
    """Return what the form of the page would send as it stands."""
    values = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        values[name] = chosen[1] if chosen else ""
    return values


def test_a_file_goes_through_all_steps_and_can_be_taken_back(admin: Client) -> None:
    columns = page(upload(admin, PEOPLE, "Contact"))
    assert "Windows" in columns
    sent = form(columns)
    assert [sent[f"to-{at}"] for at in range(4)] == ["FirstName", "LastName", "Email", "Account.Name"]
    settings = page(admin.post(f"/import/{draft().pk}/columns", sent, follow=True))
    assert "make_parents" in settings
    choices = {"mode": "upsert", "match": "Email", "make_parents": "on"}
    trial = admin.post(f"/import/{draft().pk}/settings", choices, follow=True)
    worker.drain()
    shown = page(admin.get(trial.redirect_chain[-1][0]))
    assert "Would be created" in shown
    assert "“bad” is not an e-mail address." in shown
    assert not Contact.objects.exists()
    real = admin.post(f"/import/{draft().pk}/start", follow=True)
    worker.drain()
    address = real.redirect_chain[-1][0]
    assert "Undo the import" in page(admin.get(address))
    assert Contact.objects.get().account.name == "Acme"
    rejects = b"".join(admin.get(f"{address}rejects").streaming_content).decode("utf-8-sig")
    assert rejects.splitlines()[1].startswith("Léo;Brun;bad;Acme;Courriel: ")
    admin.post(f"{address}undo")
    worker.drain()
    assert "Taken back" in page(admin.get(address))
    assert not Contact.objects.filter(is_deleted=False).exists()
    assert not Account.objects.filter(is_deleted=False).exists()
    assert "people.csv" in page(admin.get("/import/"))


@pytest.mark.usefixtures("run_time_catalog")
def test_a_refused_row_leads_to_the_records_that_it_collides_with(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.objects.create(last_name="Roux", name="Roux", email="zoe@x.fr")
    Contact.objects.create(last_name="Rousse", name="Rousse", email="zoe@x.fr")
    sent = form(page(upload(admin, PEOPLE, "Contact")))
    admin.post(f"/import/{draft().pk}/columns", sent, follow=True)
    trial = admin.post(f"/import/{draft().pk}/settings", {"mode": "update", "match": "Email"}, follow=True)
    worker.drain()
    shown = page(admin.get(trial.redirect_chain[-1][0]))
    assert re.findall(r'<a href="/r/003\w+/?">(\w+)</a>', shown) == ["Roux", "Rousse"]
    assert "Counted among" not in shown
    for place in ("report", "run"):
        monkeypatch.setattr(f"essor.faces.web.importing.{place}.REASONS_FROM", 1)
    assert "Counted among the first 1 of 2 refused rows." in page(admin.get(trial.redirect_chain[-1][0]))


def test_lists_learn_words_and_columns_become_fields(admin: Client) -> None:
    sent = form(page(upload(admin, DEALS, "Opportunity")))
    assert sent["to-3"] == ""
    sent["to-3"] = "new:number"
    settings = page(admin.post(f"/import/{draft().pk}/columns", sent, follow=True))
    chosen = form(settings)
    words = {key: value for key, value in chosen.items() if key.startswith("word-")}
    assert sorted(words.values()) == ["Closed Won", "Qualification"]
    engaging = next(key for key, value in words.items() if value == "Qualification")
    admin.post(
        f"/import/{draft().pk}/settings",
        {**words, engaging: "+add+", "mode": "create", "CloseDate": "2018-01-01"},
    )
    assert current.get().object("Opportunity").field("StageName").choice("Engaging")
    admin.post(f"/import/{draft().pk}/start")
    worker.drain()
    found = {deal.name: (deal.stage_name, deal.x_score) for deal in Opportunity.objects.all()}
    assert found == {"A": ("Closed Won", 5.0), "B": ("Engaging", 7.0)}


def test_mistakes_are_shown_and_what_was_chosen_stays(admin: Client) -> None:
    upload(admin, PEOPLE, "Contact")
    twice = admin.post(f"/import/{draft().pk}/columns", {"to-0": "LastName", "to-1": "LastName"})
    assert twice.status_code == 422
    assert "Two columns go to" in twice.content.decode()
    assert form(twice.content.decode())["to-1"] == "LastName"
    page(admin.post(f"/import/{draft().pk}/columns", {"to-1": "LastName", "to-2": "Email"}, follow=True))
    wrong = admin.post(f"/import/{draft().pk}/settings", {"mode": "update", "match": "Phone"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(("name", "text"), [("x.pdf", "a,b"), ("x.csv", ""), ("x.xlsx", "PK\x03\x04nope")])
def test_what_is_no_table_is_refused_on_the_page(admin: Client, name: str, text: str) -> None:
    answer = upload(admin, text, "Contact", name)
    assert answer.status_code == 422
    assert "notice-bad" in answer.content.decode()
    assert not Import.objects.exists()


def test_the_file_can_be_read_another_way(admin: Client) -> None:
    upload(admin, PEOPLE, "Contact")
    text = page(
        admin.post(
            f"/import/{draft().pk}/reading",
            {"encoding": "mac_roman", "separator": ",", "language": "en"},
            follow=True,
        )
    )
    assert "Zo" in text
    assert len(draft().headers) == 1
    assert draft().language == "en"
    page(admin.post(f"/import/{draft().pk}/discard", follow=True))
    assert not Import.objects.exists()


def test_an_import_is_paused_gone_on_with_and_cancelled_on_its_page(admin: Client) -> None:
    upload(admin, PEOPLE, "Contact")
    admin.post(f"/import/{draft().pk}/columns", {"to-1": "LastName"})
    address = admin.post(f"/import/{draft().pk}/start", follow=True).redirect_chain[-1][0]
    admin.post(f"{address}pause")
    assert "Resume" in page(admin.get(address))
    admin.post(f"{address}cancel")
    assert JobRun.objects.latest("pk").state == JobState.CANCELLED
    assert "Go on from line 2" in page(admin.get(f"{address}state"))
    admin.post(f"{address}go-on")
    worker.drain()
    assert Contact.objects.count() == 2
    assert admin.post(f"{address}dance").status_code == 404


def test_nobody_sees_the_imports_of_others_or_what_is_hidden(
    admin: Client, seller: Client, rep: User
) -> None:
    upload(admin, PEOPLE, "Contact")
    mine = draft()
    for address in ("", "columns", "settings", "rejects", "state"):
        assert seller.get(f"/import/{mine.pk}/{address}").status_code == 404
    assert seller.post(f"/import/{mine.pk}/start").status_code == 404
    rights = PermissionSet.objects.get(profile__name="Sales")
    set_object_rights(system_actor(), rights, "Contact", Right(511))
    set_field_rights(system_actor(), rights, "Contact", "Title", FieldAccess.HIDDEN)
    bump()
    text = page(upload(seller, "Nom;Title\nRoux;CEO\n", "Contact"))
    assert '<option value="Title"' not in text
    assert "new:text" not in text
    set_object_rights(system_actor(), rights, "*", Right.READ)
    set_object_rights(system_actor(), rights, "Contact", Right.READ)
    bump()
    assert seller.get("/import/").status_code == 403


def test_leads_of_any_language(admin: Client) -> None:
    upload(admin, "Nom;Entreprise\nRoux;Acme\n", "Lead")
    admin.post(f"/import/{draft().pk}/columns", {"to-0": "LastName", "to-1": "Company"})
    admin.post(f"/import/{draft().pk}/start")
    worker.drain()
    assert Lead.objects.get().company == "Acme"

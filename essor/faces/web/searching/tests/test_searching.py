"""Search, recycle bin and background work, as a browser sees them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from essor.access.models import User
from essor.faces.web.conftest import New, browser, hide, person, text
from essor.jobs import worker
from essor.jobs.models import JobRun, JobState
from essor.query.search import find, index
from essor.records.models import Deleted

HX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def indexed(new: New) -> None:
    bank = new("Account", Name="Société Générale de Travaux", Phone="01 42 33 44 55")
    new(
        "Contact",
        LastName="Müller",
        FirstName="Zoé",
        Email="zoe@travaux.fr",
        AccountId=bank,
        MobilePhone="+33 6 12 34 56 78",
    )
    for name in ("Account", "Contact"):
        index.rebuild(name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("societe gene", "Société Générale de Travaux"),
        ("TRAV", "Société Générale de Travaux"),
        ("0142334455", "Société Générale de Travaux"),
        ("06.12.34.56.78", "Zoé Müller"),
        ("+33612345678", "Zoé Müller"),
        ("muller", "Zoé Müller"),
        ("zoe@tra", "Zoé Müller"),
    ],
)
def test_everything_is_found_however_it_is_written(
    admin: Client, indexed: None, typed: str, found: str
) -> None:
    assert found in text(admin.get("/search/", {"q": typed}))
    assert found in text(admin.get("/search/suggest", {"q": typed}, **HX))


def test_words_that_begin_as_typed_come_before_the_middle_of_newer_ones(
    admin: Client, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    new("Contact", LastName="Mercier", FirstName="Zoé")
    for number in range(4):
        new("Account", Name=f"Numérique {number}")
    for name in ("Account", "Contact"):
        index.rebuild(name)
    monkeypatch.setattr(find, "CANDIDATES", 3)
    page = text(admin.get("/search/?q=mer"))
    assert 0 < page.find('id="found-Contact"') < page.index('id="found-Account"')


def test_results_are_grouped_with_a_tab_for_each_object(admin: Client, indexed: None) -> None:
    page = text(admin.get("/search/?q=travaux"))
    assert 'id="found-Account"' in page
    assert 'id="found-Contact"' in page
    assert 'id="found-Contact"' not in text(admin.get("/search/?q=travaux&in=Account"))


def test_nothing_found_says_what_to_do_and_nothing_typed_too(admin: Client, indexed: None) -> None:
    assert "Nothing found" in text(admin.get("/search/?q=xyzzy"))
    assert "What are you looking for?" in text(admin.get("/search/"))
    assert "<script>" not in text(admin.get("/search/", {"q": "<script>alert(1)</script>"}))


def test_a_hidden_field_neither_finds_nor_shows(seller: Client, rep: User, indexed: None) -> None:
    assert "Zoé Müller" in text(seller.get("/search/?q=zoe@travaux"))
    hide(rep, "Contact", "Email")
    assert "zoe@travaux.fr" not in text(seller.get("/search/?q=muller"))
    assert "Zoé Müller" not in text(seller.get("/search/?q=zoe@travaux"))


def test_the_bin_shows_who_deleted_what_and_brings_back_what_followed(
    admin: Client, seller: Client, new: New
) -> None:
    first, second = new("Account", Name="Gone"), new("Account", Name="Other")
    admin.post(f"/r/{first}/delete")
    admin.post(f"/r/{second}/delete")
    page = text(admin.get("/recycle-bin/"))
    assert "Gone" in page
    assert "Boss Test" in page
    assert "Other" not in text(admin.get("/recycle-bin/?q=gone")).split("<tbody>")[1]
    assert "Gone" not in text(seller.get("/recycle-bin/"))
    key = Deleted.objects.get(name="Gone").pk
    assert seller.post("/recycle-bin/back", {"ids": [key]}).status_code == 404
    assert admin.post("/recycle-bin/back", {"ids": [key]}).status_code == 302
    assert admin.get(f"/r/{first}/").status_code == 200
    assert "Gone" not in text(admin.get("/recycle-bin/")).split("<tbody>")[1]


@pytest.mark.django_db(transaction=True)
def test_only_those_who_may_empty_the_bin_do(admin: Client, seller: Client, new: New) -> None:
    record = new("Account", Name="Gone")
    admin.post(f"/r/{record}/delete")
    assert seller.post("/recycle-bin/empty").status_code == 403
    admin.post("/recycle-bin/empty")
    worker.drain()
    assert not Deleted.objects.exists()
    assert "The recycle bin is empty" in text(admin.get("/recycle-bin/"))


@pytest.mark.django_db(transaction=True)
def test_an_export_is_downloaded_by_its_owner_only(admin: Client, seller: Client, new: New) -> None:
    new("Account", Name="=Bank")
    admin.post("/o/Account/export", {"format": "csv", "columns": "Name"}, **HX)
    worker.drain()
    job = JobRun.objects.get()
    page = text(admin.get("/jobs/"))
    assert f"/jobs/{job.pk}/file" in page
    answer = admin.get(f"/jobs/{job.pk}/file")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"'=Bank" in b"".join(answer.streaming_content)
    assert seller.get(f"/jobs/{job.pk}/file").status_code == 404
    assert browser(person("Chief", "System Administrator")).get(f"/jobs/{job.pk}/file").status_code == 404
    (Path(settings.MEDIA_ROOT) / "exports" / job.result["file"]).unlink()
    assert admin.get(f"/jobs/{job.pk}/file").status_code == 404


def test_a_job_is_paused_resumed_and_cancelled_by_its_owner(admin: Client, seller: Client, new: New) -> None:
    admin.post("/o/Account/export", {"format": "csv"}, **HX)
    job = JobRun.objects.get()
    assert seller.post(f"/jobs/{job.pk}/cancel", **HX).status_code == 404
    assert f"/jobs/{job.pk}/" not in text(seller.get("/jobs/"))
    assert 'data-state="paused"' in text(admin.post(f"/jobs/{job.pk}/pause", **HX))
    assert 'data-state="queued"' in text(admin.post(f"/jobs/{job.pk}/resume", **HX))
    assert 'data-state="cancelled"' in text(admin.post(f"/jobs/{job.pk}/cancel", **HX))
    assert admin.post(f"/jobs/{job.pk}/explode", **HX).status_code == 404
    assert admin.post(f"/jobs/{job.pk}/undo", **HX).status_code == 404
    assert 'data-state="cancelled"' in text(admin.get(f"/jobs/{job.pk}/line"))


def test_a_file_name_from_a_result_never_leaves_its_folder(admin: Client, boss: User) -> None:
    outside = Path(settings.MEDIA_ROOT).parent / "secret.csv"
    outside.write_text("secret")
    job = JobRun.objects.create(
        kind="export",
        title="x",
        owner_id=boss.pk,
        state=JobState.DONE,
        result={"file": "../../secret.csv", "name": "x.csv"},
    )
    assert admin.get(f"/jobs/{job.pk}/file").status_code == 404


def test_administrators_see_everybodys_work(admin: Client, seller: Client, new: New) -> None:
    seller.post("/o/Account/export", {"format": "csv"}, **HX)
    mine = text(admin.get("/jobs/"))
    assert not re.search(r'id="job-\d+"', mine)
    if JobRun.objects.exists():
        assert "Rep Test" in text(admin.get("/jobs/?all=1"))

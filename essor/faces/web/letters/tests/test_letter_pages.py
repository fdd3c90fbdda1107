"""The pages of letters: written while somebody types, shown as a person gets them, handed out to the world as pictures."""
# ruff: noqa: F811, F401 -- fixtures by name

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.letters.ready import READY
from essor.domain.marketing.letters.tests.test_pictures import png
from essor.faces.web.conftest import admin, boss, browser, person, rep, seller
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(admin: Client) -> str:
    """Return the address of a newsletter that was just begun."""
    answer = admin.post("/letters/new", {"from": "newsletter", "language": "en"})
    return str(answer.headers["Location"])


def test_new_offers_the_beginnings_of_letters_and_a_copy_is_filled_in(admin: Client, letter: str) -> None:
    assert admin.get("/o/EmailTemplate/new").headers["Location"] == "/letters/new"
    assert admin.get(f"/o/EmailTemplate/new?clone={letter.split('/')[2]}").status_code == 200


def send(client: Client, address: str, values: dict[str, Any]) -> Any:
    return client.post(address, json.dumps(values), content_type="application/json")


def text(html: str) -> dict[str, Any]:
    return {"version": 1, "theme": {}, "blocks": [{"kind": "text", "id": "t", "html": html}]}


def test_two_who_write_at_once_are_told(admin: Client, letter: str) -> None:
    page = admin.get(letter)
    assert page.status_code == 200
    assert page.context is None or b"letter-data" in page.content
    first = send(admin, f"{letter}save", {"revision": 1, "content": text("<p>one</p>"), "name": "News"})
    assert first.json() == {"revision": 2}
    late = send(admin, f"{letter}save", {"revision": 1, "content": text("<p>two</p>")})
    assert (late.status_code, late.json()["revision"]) == (409, 2)
    assert "one" in (EmailTemplate.objects.get().content or "")
    mine = send(admin, f"{letter}save", {"revision": 2, "content": text("<p>two</p>")})
    assert mine.json() == {"revision": 3}
    broken = send(
        admin, f"{letter}save", {"revision": 3, "content": {"version": 1, "blocks": [{"kind": "x"}]}}
    )
    assert (broken.status_code, broken.json()["errors"][0]["at"]) == (422, "blocks/0")


def test_the_preview_is_the_mail_of_one_person(admin: Client, boss: User, letter: str) -> None:
    zoe = save(actor_for(boss), Change("Contact", {"LastName": "<Moreau>"})).id
    draft = {
        "subject": "Hi {{ LastName }}",
        "content": text("<p>{{ LastName }}</p>"),
        "person": ids.encode("003", zoe),
    }
    shown = send(admin, f"{letter}preview", draft).json()
    assert shown["subject"] == "Hi <Moreau>"
    assert "&lt;Moreau&gt;</p>" in shown["html"]
    wrong = send(admin, f"{letter}preview", {**draft, "content": text("<p>{{ Nothing__c }}</p>")}).json()
    assert [one["at"] for one in wrong["errors"]] == ["t/html"]
    hidden = send(admin, f"{letter}preview", {**draft, "person": ids.encode("003", zoe + 1)}).json()
    assert hidden["errors"]
    assert [one["name"] for one in admin.get("/letters/people?q=&object=Contact").json()["people"]] == [
        "<Moreau>"
    ]


def test_nothing_of_a_mail_runs_in_our_pages(admin: Client, letter: str) -> None:
    for address in (f"{letter}shown", "/letters/frame", "/letters/ready/survey.fr"):
        answer = admin.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-same-origin" not in policy
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "script-src" not in admin.get(f"{letter}shown").headers["Content-Security-Policy"]


def test_who_may_only_read_changes_nothing(admin: Client, boss: User, letter: str) -> None:
    reader = browser(person("Reader", "Read Only"))
    before = EmailTemplate.objects.get().revision
    assert send(reader, f"{letter}save", {"revision": before, "name": "Mine"}).status_code in (403, 404, 422)
    assert reader.get("/letters/pictures").status_code == 403
    assert reader.get("/letters/new").status_code == 403
    assert EmailTemplate.objects.get().revision == before
    assert Client().get(letter).status_code == 302


def test_pictures_are_for_the_world_and_the_library_is_not(
    admin: Client, settings: Any, tmp_path: Path
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    refused = admin.post("/letters/pictures", {"file": SimpleUploadedFile("a.png", b"<svg/>")})
    assert refused.status_code == 422
    two = [SimpleUploadedFile("bad.png", b"<svg/>"), SimpleUploadedFile("good.png", png())]
    some = admin.post("/letters/pictures", {"file": two})
    assert (some.status_code, [one["name"] for one in some.json()["pictures"]]) == (200, ["good"])
    assert some.json()["errors"][0]["message"].startswith("bad.png – "), (
        "one that is wrong keeps no other away, and is named"
    )
    added = admin.post("/letters/pictures", {"file": SimpleUploadedFile("a.png", png())}).json()["pictures"][
        0
    ]
    world = Client().get(added["src"])
    assert b"".join(world.streaming_content) == png()
    assert world.headers["Content-Type"] == "image/png"
    assert "immutable" in world.headers["Cache-Control"]
    assert Client().get("/pictures/signs/linkedin.png").status_code == 200
    assert Client().get("/pictures/art/..%2f..%2fapps.jpg").status_code == 404
    assert Client().get("/letters/pictures").status_code == 302


def test_a_test_goes_to_its_author(admin: Client, boss: User, letter: str) -> None:
    assert admin.post(f"{letter}test", {"person": ""}).status_code == 200
    message = mail.outbox[0]
    assert message.to == [boss.email]
    assert "this month in two minutes" in message.subject
    assert message.alternatives[0].mimetype == "text/html"
    assert "{{" not in str(message.body) + str(message.alternatives[0].content)


def test_every_way_to_begin_is_offered_and_opens(admin: Client) -> None:
    page = admin.get("/letters/new").content.decode()
    for key in (*(one.key for one in READY), "mjml", "html"):
        assert f'value="{key}"' in page
    assert "No e-mails yet" in admin.get("/letters/").content.decode()
    for key in ("", "mjml", "html"):
        address = str(admin.post("/letters/new", {"from": key, "language": "fr"}).headers["Location"])
        assert admin.get(address).status_code == 200
        assert send(admin, f"{address}preview", {}).json()["errors"] == []
    gallery = admin.get("/letters/?q=e-mail").content.decode()
    assert gallery.count("lt-thumb") == 3


def test_blocks_and_themes_are_put_aside(admin: Client) -> None:
    block = {"kind": "divider", "id": "a", "background": "", "space": "small", "color": ""}
    kept = send(admin, "/letters/kept/blocks", {"name": "A line", "value": block}).json()["kept"]
    assert [(one["name"], one["value"]) for one in kept] == [("A line", block)]
    refused = send(admin, "/letters/kept/themes", {"name": "Bad", "value": {"accent": "x"}})
    assert refused.status_code == 422
    assert admin.delete(f"/letters/kept/blocks?id={kept[0]['id']}").json()["kept"] == []

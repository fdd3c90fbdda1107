"""A stranger reads the page, sends the form, and only then gets the file, never shown; who builds it sees it as it is."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Button, Document, Dynamic, Html, Picture, RichText
from essor.domain.marketing.pages.models import FormSubmission, LandingPage, PageAttempt
from essor.domain.marketing.visits import sites
from essor.domain.marketing.visits.models import Website
from essor.domain.sales.models import Lead
from essor.faces.web.thanking import thanked
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

SENT = {
    "LastName": "Roux",
    "Company": "Émeraude",
    "Email": "ana@emeraude.example",
    "Phone": "+33 4 72 00 00 00",
    "elapsed": "9000",
    "utm_source": "salon",
    "referrer": "https://www.vauban.example/secret?x=1",
    "agree_email": "1",
}


def address(page: LandingPage) -> str:
    return f"/lp/{page.url_key}/{page.slug}"


def test_the_file_comes_for_the_form_and_is_saved_never_shown(page: LandingPage) -> None:
    stranger = Client(enforce_csrf_checks=True)
    first = stranger.get(f"{address(page)}?utm_source=salon&r=forged").content.decode()
    assert 'name="utm_source" value="salon"' in first
    assert "guide.html" not in first
    assert "Write to me." in first
    wrong = stranger.post(address(page), {**SENT, "Phone": ""})
    assert wrong.status_code == 422
    assert 'value="Roux"' in wrong.content.decode()
    answer = stranger.post(address(page), SENT)
    thanks = stranger.get(answer["Location"])
    href = answer["Location"].replace("/thanks/", "/file/")
    assert href in thanks.content.decode()
    assert thanks.content.decode().count("Thank you") == 2, (
        "in the title and the heading, not in the text once more"
    )
    given = stranger.get(href)
    assert given["Content-Disposition"] == 'attachment; filename="guide.html"'
    assert given["Content-Type"] == "application/octet-stream"
    assert b"".join(given) == b"<script>alert(1)</script>"  # type: ignore[arg-type]
    assert stranger.get(href[:-2] + "AA").status_code == 404
    late = stranger.get(answer["Location"][:-2] + "AA").content.decode()
    assert "expired" in late, "nobody is told that a file is ready which they cannot have"
    assert f'href="/lp/{page.url_key}/"' in late
    assert not stranger.cookies
    sent = FormSubmission.objects.get()
    assert (sent.utm_source, sent.referrer, sent.lead) == ("salon", "www.vauban.example", Lead.objects.get())


@pytest.mark.parametrize(
    ("own", "heading", "text"),
    [
        ("Merci ! Votre guide est prêt.", "Merci !", "Votre guide est prêt."),
        (None, "Thank you", "We have received"),
        ("M. Roux arrive. À demain.", "M. Roux arrive", "À demain."),
        ("See you at v2.0 on Monday.", "See you at v2.0 on Monday", ""),
        ("Nous vous rappelons\nDemain.", "Nous vous rappelons", "Demain."),
        ("so " * 60, "Thank you", "so so"),
    ],
)
def test_nobody_is_thanked_twice(own: str | None, heading: str, text: str) -> None:
    found = thanked(own)
    assert (found["heading"], found["text"][: len(text)]) == (heading, text)
    assert bool(found["text"]) is bool(text)


def test_a_page_that_is_not_online_is_seen_by_its_builder_only(
    page: LandingPage, admin: Actor, signed_in: Client
) -> None:
    save(admin, Change("LandingPage", {"IsActive": False}, id=page.pk))
    assert Client().get(address(page)).status_code == 404
    assert Client().post(address(page), SENT).status_code == 404
    record = ids.encode("0lp", page.pk)
    shown = signed_in.get(f"/landing/{record}/shown")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    built = signed_in.get(f"/landing/{record}/").content.decode()
    assert "guide.html" in built
    assert Client().get(f"/landing/{record}/shown").status_code == 302, "strangers have to sign in"


def test_nothing_of_a_letter_runs_and_no_name_is_shown(
    page: LandingPage, admin: Actor, signed_in: Client
) -> None:
    record = ids.encode("0lp", page.pk)
    opened = signed_in.post(f"/landing/{record}/text")
    assert opened["Location"].startswith("/letters/00X")
    page.refresh_from_db()
    letter = Document(
        (
            RichText(
                id="a",
                html='<p onclick="x()" style="color:red">Hello {{ FirstName or "<b>you</b>" }}<script>1</script></p>',
            ),
            Html(
                id="b",
                html='<form action="https://evil.example"><input name="x"></form><table><tr><td>Kept</td></tr></table>',
            ),
            Button(id="c", label="Bad", href="javascript:alert(1)"),
            Button(id="d", label="Out", href="{{ unsubscribe }}"),
            Picture(id="e", src="javascript:1"),
            Dynamic(id="f", segment=1, blocks=(RichText(id="g", html="<p>Secret</p>"),)),
        )
    )
    save(admin, Change("EmailTemplate", {"Content": codec.write(letter)}, id=page.email_template_id))
    text = Client().get(address(page)).content.decode()
    body = text.partition('class="pg-body"')[2].partition("<section")[0]
    assert "Hello" in body
    assert "Kept" in body
    for bad in (
        "<script",
        "onclick",
        "style=",
        "<form",
        "<input",
        "javascript",
        "Secret",
        "unsubscribe",
        "{{",
    ):
        assert bad not in body
    assert json.dumps(Document().theme.accent).strip('"') in text


def test_a_form_on_our_site_leads_back_there_and_nowhere_else(
    page: LandingPage, admin: Actor, signed_in: Client
) -> None:
    Website.objects.create(origin="https://www.acme.example")
    sites.forget()
    stranger, here = Client(), "https://www.acme.example/guide"
    refused = stranger.post(address(page), {**SENT, "Phone": "", "back": here}).content.decode()
    assert f'<a href="{here}"' in refused
    assert 'value="Roux"' in refused, "nothing typed is lost"
    kept = re.search(r'name="back_to" value="([^"]+)"', refused)
    assert kept is not None
    again = stranger.post(address(page), {**SENT, "back_to": unescape(kept[1])})
    assert again.status_code == 302
    assert again["Location"].startswith(f"/lp/{page.url_key}/thanks/"), (
        "we lead to our own page; the way back is a link"
    )
    assert f'<a href="{here}"' in stranger.get(again["Location"]).content.decode()
    receipt = again["Location"].partition("?")[0]
    hostile = (
        "https://evil.example/",
        "https://www.acme.example.evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https://www.acme.example@evil.example/",
        "https://www.acme.example\\@evil.example/",
        "https://www.acme.example/\nx",
        "data:text/html,x",
        "https://www.acme.example/" + "x" * 500,
    )
    for wrong in hostile:
        PageAttempt.objects.all().delete()
        page_again = stranger.post(
            address(page), {**SENT, "Phone": "", "back": wrong, "back_to": wrong}
        ).content.decode()
        assert "back_to" not in page_again, wrong
        assert "Back to" not in stranger.get(receipt, {"back_to": wrong}).content.decode(), wrong
    Website.objects.all().delete()
    sites.forget()
    late = stranger.get(again["Location"]).content.decode()
    assert here not in late, "a site that is the company's no more"

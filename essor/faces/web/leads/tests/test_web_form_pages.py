"""The public page needs nobody signed in, keeps what was typed, thanks in its language, and frames only where it may."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.domain.duplicates import setting
from essor.domain.duplicates.defaults import STANDARD
from essor.domain.duplicates.models import MatchingRule, SuspectPair
from essor.domain.public_forms import strangers
from essor.domain.sales.models import Lead
from essor.domain.sales.web_to_lead.forms import token_of
from essor.domain.sales.web_to_lead.models import Sending, WebForm

HOME = "/setup/leads/forms/"
SENT = {"LastName": "Roux", "Company": "Émeraude", "Email": "ana@emeraude.example", "elapsed": "9000"}


@pytest.fixture
def form(signed_in: Client, admin: Actor) -> WebForm:
    sent = {
        "name": "Site",
        "language": "fr",
        "fields": ["Email", "Description", "Industry"],
        "required": ["Email"],
        "owner": admin.user_id,
        "active": "1",
        "sites": "https://www.vauban.example/contact",
        "lead_source": "Web",
    }
    assert signed_in.post(f"{HOME}new", sent).status_code == 302
    return WebForm.objects.get()


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def address(form: WebForm) -> str:
    return f"/w/{token_of(form)}/"


def test_a_stranger_sends_it_and_is_thanked(form: WebForm, stranger: Client) -> None:
    page = stranger.get(address(form))
    assert "Envoyer" in page.content.decode() or "Send" in page.content.decode()
    answer = stranger.post(address(form), SENT)
    assert answer["Location"] == f"{address(form)}thanks"
    assert stranger.get(answer["Location"]).status_code == 200
    assert Lead.objects.get().email == SENT["Email"]
    assert not stranger.cookies


def test_a_rule_that_blocks_duplicates_neither_loses_a_lead_nor_tells_a_stranger(
    form: WebForm, stranger: Client
) -> None:
    MatchingRule.objects.all().delete()
    MatchingRule.objects.bulk_create(MatchingRule(**{**rule, "on_create": "block"}) for rule in STANDARD)
    setting.forget()
    for _time in range(2):
        assert stranger.post(address(form), SENT)["Location"] == f"{address(form)}thanks"
    assert Lead.objects.count() == 2
    assert SuspectPair.objects.count() == 1


def test_only_the_named_sites_may_frame_it(form: WebForm, stranger: Client) -> None:
    answer = stranger.get(address(form))
    assert "frame-ancestors https://www.vauban.example;" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    form.sites = []
    form.save()
    assert "frame-ancestors 'none'" in stranger.get(address(form))["Content-Security-Policy"]


def test_it_goes_on_to_the_site(form: WebForm, stranger: Client) -> None:
    form.return_url = "https://www.vauban.example/merci"
    form.save()
    answer = stranger.post(address(form), SENT)
    assert answer["Location"] == form.return_url
    assert "form-action 'self' https://www.vauban.example" in answer["Content-Security-Policy"]


def test_a_form_on_another_site_leads_back_there_and_nowhere_else(form: WebForm, stranger: Client) -> None:
    here = "https://www.vauban.example/contact/devis"
    refused = stranger.post(address(form), {**SENT, "Email": "no", "back": here})
    assert f'href="{here}"' in refused.content.decode()
    kept = re.search(r'name="back_to" value="([^"]+)"', refused.content.decode())
    assert kept is not None
    answer = stranger.post(address(form), {**SENT, "back_to": unescape(kept[1])})
    assert f'href="{here}"' in stranger.get(answer["Location"]).content.decode()
    for wrong in ("https://evil.example/", "javascript:alert(1)", "https://www.vauban.example.evil.example/"):
        forged = stranger.post(address(form), {**SENT, "back": wrong, "back_to": f"{kept[1]}x"})
        assert forged["Location"] == f"{address(form)}thanks", wrong
        assert "evil" not in stranger.get(forged["Location"], {"back_to": wrong}).content.decode()


def test_mistakes_and_haste_lose_nothing(form: WebForm, stranger: Client) -> None:
    wrong = stranger.post(address(form), {**SENT, "Email": "no mail", "Description": "<b>Hello</b>"})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'id="essor-Email-error"' in text
    assert "&lt;b&gt;Hello" in text
    quick = stranger.post(address(form), {**SENT, "elapsed": "10"})
    assert quick.status_code == 200
    assert 'value="Roux"' in quick.content.decode()
    assert not Lead.objects.exists()


def test_a_robot_is_thanked_too(form: WebForm, stranger: Client) -> None:
    answer = stranger.post(address(form), {**SENT, strangers.HONEYPOT: "x"})
    assert answer["Location"].endswith("/thanks")
    assert not Lead.objects.exists()


def test_floods_wait(form: WebForm, stranger: Client) -> None:
    for _time in range(strangers.PER_SENDER):
        stranger.post(address(form), SENT)
    assert stranger.post(address(form), SENT).status_code == 429


def test_the_set_up_shows_html_that_works_and_what_was_refused(
    form: WebForm, signed_in: Client, stranger: Client
) -> None:
    page = signed_in.get(f"{HOME}{form.pk}/").content.decode()
    html = unescape(re.search(r'<code id="web-form-html">(.*?)</code>', page, re.DOTALL).group(1))
    assert f'action="http://testserver{address(form)}"' in html
    assert 'name="Industry"' in html
    assert "Rating" not in html
    stranger.post(address(form), {**SENT, strangers.HONEYPOT: "x"})
    assert Sending.objects.filter(outcome="robot").count() == 1
    assert signed_in.get(HOME).status_code == 200
    signed_in.post(f"{HOME}{form.pk}/renew")
    assert stranger.get(address(form)).status_code == 404
    signed_in.post(f"{HOME}{form.pk}/remove")
    assert not WebForm.objects.exists()


def test_an_unknown_address_says_so(stranger: Client, db: None) -> None:
    assert stranger.get("/w/1.x~y/").status_code == 404
    assert stranger.post("/w/1.x~y/", SENT).status_code == 404

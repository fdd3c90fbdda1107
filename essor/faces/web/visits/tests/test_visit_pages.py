"""What comes from the company's site is only noted, from named sites alone; panels and set-up show what came of it."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.visits import keeping, naming, sites, tying, whom
from essor.domain.marketing.visits.arriving import Seen
from essor.domain.marketing.visits.models import PageView, Visitor, Website
from essor.domain.marketing.visits.tests.conftest import SITE, Maker
from essor.faces.web import hits
from essor.faces.web.quick import Answer, client
from essor.faces.web.visits import public, quick
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def noted(site: str, monkeypatch: pytest.MonkeyPatch) -> list[Seen]:
    """Return what the recorder is given; the company's sites are in memory, limits are fresh."""
    found: list[Seen] = []
    sites.origins()
    monkeypatch.setattr(quick.recorder, "note", found.append)
    monkeypatch.setattr(quick, "limit", quick.Limit(3))
    monkeypatch.setattr(public, "limit", public.Limit(20))
    return found


def sent(body: bytes, *, method: str = "POST", **more: str) -> Answer:
    """Send a body as a browser on the company's site does."""
    headers = {
        "origin": SITE,
        "user-agent": AGENT,
        **{name.replace("_", "-"): text for name, text in more.items()},
    }
    scope = {
        "path": quick.HIT,
        "method": method,
        "client": ("203.0.113.7", 1),
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
    }
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return parts.pop()

    found = asyncio.run(quick.seen(scope, receive))
    assert found is not None
    return found


def test_only_named_sites_are_heard_and_only_a_little_of_them(noted: list[Seen]) -> None:
    page = b'{"path": "/prix"}'
    answer = sent(page)
    assert (answer.status, dict(answer.headers)[b"access-control-allow-origin"]) == (204, SITE.encode())
    assert b"access-control-allow-credentials" not in dict(answer.headers), "no cookies are taken"
    for origin in ("https://evil.example", "null", "", f"{SITE}.evil.example", SITE.upper()):
        assert sent(page, origin=origin) == Answer(403, ())
    assert sent(b"x" * 5000).status == 413
    assert sent(b'{"path": "//evil"', user_agent="curl/8").status == 400
    assert sent(page).status == 429, "the fourth of this minute"
    assert [one.path for one in noted] == ["/prix"]


def test_who_asks_not_to_be_tracked_is_not_and_machines_are_told_apart(noted: list[Seen]) -> None:
    assert sent(b'{"path": "/"}', dnt="1").status == 204
    assert sent(b'{"path": "/"}', sec_gpc="1").status == 204
    assert noted == []
    sent(b'{"path": "/"}', user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)")
    assert [one.machine for one in noted] == [True]


def test_the_address_of_the_sender_is_the_one_that_the_trusted_proxy_saw(settings: Any) -> None:
    scope = {"client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.9")]}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client(scope) == "10.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client(scope) == "203.0.113.9"


def test_a_click_brings_a_token_to_our_site_alone_and_only_with_consent(
    person: Maker, noted: list[Seen]
) -> None:
    mailing = ListEmail.objects.create(name="News")
    rows = [
        Recipient.objects.create(
            list_email=mailing, kind=one.kind, person_id=one.id, address="a@b.fr", domain="b.fr", state=0
        )
        for one in (person(True), person(None))
    ]
    yes, no = [row.pk for row in rows]
    assert naming.LINK_NAME in hits.named_for_site(f"{SITE}/prix", yes)
    assert hits.named_for_site(f"{SITE}/prix", no) == f"{SITE}/prix"
    assert hits.named_for_site("https://other.example/", yes) == "https://other.example/"


def test_a_reader_says_yes_and_no(client: Client, person: Maker, noted: list[Seen]) -> None:
    who = person()
    row = Recipient.objects.create(
        list_email=ListEmail.objects.create(name="News"),
        kind=who.kind,
        person_id=who.id,
        address="a@b.fr",
        domain="b.fr",
        state=0,
    )

    def say(origin: str = SITE, **said: Any) -> Any:
        return client.post(
            "/s/consent", orjson.dumps(said), content_type="text/plain", headers={"Origin": origin}
        )

    assert say("https://evil.example", agrees=True).status_code == 403
    assert say(agrees=True, link="x" * 5000).status_code == 400
    token = say(agrees=True, link=naming.of_link(row.pk), wording="Banner").content.decode()
    assert Visitor.objects.get(pk=naming.visitor_of(token)).individual_id == whom.individual_of(who)
    assert not client.cookies
    keeping.keep([Seen(SITE, "/prix", timezone.now(), visitor_id=naming.visitor_of(token))])
    assert say(agrees=False, visitor=token, wording="Banner: no").status_code == 204
    assert not PageView.objects.exists()
    assert not Visitor.objects.exists()


def test_the_box_of_a_form_makes_the_browser_known(
    admin: Actor, site: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "Name": "Guide",
        "Title": "Guide",
        "Language": "en",
        "IsActive": True,
        "VisitsWording": "You may know me.",
    }
    page = LandingPage.objects.get(pk=save(admin, Change("LandingPage", values)).id)
    token = tying.agree(site, "Banner")
    shown = client.get(f"/lp/{page.url_key}/guide?essor_v={token}").content.decode()
    assert token in shown
    typed = {"LastName": "Roux", "Company": "Acme", "Email": "a@b.fr", "elapsed": "9000", "essor_v": token}
    assert client.post(f"/lp/{page.url_key}/", typed).status_code == 302
    assert Visitor.objects.get().individual_id is None, "the box was not ticked"
    assert client.post(f"/lp/{page.url_key}/", {**typed, "agree_visits": "1"}).status_code == 302
    assert Visitor.objects.get().individual_id is not None


def test_panels_and_set_up(client: Client, admin: Actor, person: Maker, make_user: Any) -> None:
    who = person()
    campaign = save(admin, Change("Campaign", {"Name": "Autumn"})).id
    browser = Visitor.objects.create(site=SITE, individual_id=whom.individual_of(who)).pk
    keeping.keep(
        [
            Seen(
                SITE,
                "/prix",
                timezone.now(),
                visitor_id=browser,
                utm={"utm_campaign": ids.encode("701", campaign)},
            )
        ]
    )
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    contact = ids.encode("003", who.id)
    assert f"/r/{contact}/visits" in client.get(f"/r/{contact}/").content.decode()
    assert "/prix" in client.get(f"/r/{contact}/visits").content.decode()
    assert "/prix" in client.get(f"/r/{ids.encode('701', campaign)}/visits/campaign").content.decode()
    assert "/s/1.js" in client.get("/setup/website/").content.decode()
    refused = client.post("/setup/website/", {"origins": "ftp://x", "kept_months": "6"})
    assert (refused.status_code, "ftp://x" in refused.content.decode()) == (422, True)
    assert client.post("/setup/website/", {"origins": "www.b.example", "kept_months": "3"}).status_code == 302
    assert list(Website.objects.values_list("origin", flat=True)) == ["https://www.b.example"]
    client.force_login(make_user("Zoe"), backend="essor.access.accounts.backend.Backend")
    assert client.post("/setup/website/", {"origins": "", "kept_months": "3"}).status_code == 403


def test_the_script_is_small_public_and_cached(client: Client, db: None) -> None:
    answer = client.get("/s/1.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "public" in answer.headers["Cache-Control"]
    assert len(answer.content) < 6_000
    assert client.get("/s/1.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304

"""Pages of mailings: launched and followed by those who may, set up by administrators; nobody else changes anything."""

from __future__ import annotations

import re
import shutil

import pytest
from django.apps import apps
from django.test import Client

from essor.access.actor import system_actor
from essor.access.models import User
from essor.domain.marketing.audience import definition, keep
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending.models import ListEmail, Recipient, SendingDomain, Server
from essor.domain.marketing.sending.states import DRAFT, PAUSED, SENDING, State
from essor.faces.web.conftest import hide
from essor.kernel import ids
from essor.kernel.sealed import unseal
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
SERVER = {
    "name": "Main",
    "kind": "smtp",
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "username": "essor",
    "password": "sesame",
    "connections": "4",
    "hourly_rate": "1 000",
    "daily_cap": "",
    "domain_rates": "gmail.com: 200",
    "warm_up_from": "",
    "backend": "",
    "options": "",
}


@pytest.fixture
def draft(admin: Client) -> ListEmail:
    """A draft to two contacts."""
    contact = apps.get_model("sales", "Contact")
    people = [
        contact.objects.create(last_name=f"P{n}", name=f"P{n}", email=f"p{n}@x.example").pk for n in range(2)
    ]
    template = EmailTemplate.objects.create(
        name="T", subject="Hello", template_type="html", html_value="<p>Hi</p>"
    )
    audience = Audience((Part("people", object="Contact", people=tuple(people)),), capped=False)
    return ListEmail.objects.create(
        name="Spring", email_template=template, from_address="zoe@x.example", audience=audience.as_json()
    )


def address(mailing: ListEmail, rest: str = "") -> str:
    return f"/r/{ids.encode('0XB', mailing.pk)}{rest}"


def test_a_mailing_is_checked_launched_paused_and_followed(
    admin: Client, draft: ListEmail, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = admin.get(address(draft, "/launch")).content.decode()
    assert "No mail server is set up." in page
    (way,) = re.findall(r'href="(/setup/sending/server\?next=[^"]+)"', page)
    kept = admin.post(way, SERVER)
    assert f'href="{address(draft, "/launch")}"' in admin.get(kept["Location"]).content.decode()
    Server.objects.all().delete()
    assert "Launch to 2 people" in page
    refused = admin.post(address(draft, "/launch"), {"when": "now"})
    assert refused.status_code == 422
    Server.objects.create(name="Main", host="smtp.example.com")
    late = admin.post(address(draft, "/launch"), {"when": "later", "ScheduledDate": "2020-01-01T10:00"})
    assert (late.status_code, "still to come" in late.content.decode()) == (422, True)
    for never in ("9999-12-31T23:59", "0001-01-01T00:00"):
        User.objects.update(timezone="America/New_York" if never > "5" else "Asia/Tokyo")
        assert admin.get(address(draft, f"/launch?when=later&ScheduledDate={never}")).status_code == 200
        never_sent = admin.post(address(draft, "/launch"), {"when": "later", "ScheduledDate": never})
        assert never_sent.status_code == 422
    assert admin.post(address(draft, "/launch"), {"when": "now"}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == SENDING
    assert admin.post(address(draft, "/progress/pause")).status_code == 302
    draft.refresh_from_db()
    assert draft.status == PAUSED
    Recipient.objects.filter(address="p1@x.example").update(
        state=State.REFUSED, code=550, detail="5.1.1 <unknown>"
    )
    usage = type(shutil.disk_usage("/"))
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _folder: usage(100, 100, 0))
        ListEmail.objects.update(status=SENDING)
        assert "disk is full" in admin.get(address(draft, "/progress")).content.decode()
    assert "disk is full" not in admin.get(address(draft, "/progress")).content.decode()
    drawn = admin.get(address(draft, "/progress")).content.decode()
    assert "0 of 2" in drawn
    assert (
        "Being sent" in drawn.partition('hx-swap-oob="innerHTML:.record-highlights"')[2].partition("</dl>")[0]
    )
    ListEmail.objects.update(total_unsure=1, status=PAUSED)
    page = admin.get(address(draft, "/progress")).content.decode()
    for verb in ("cancel", "again"):
        (form,) = re.findall(f'<form[^>]*progress/{verb}"[^>]*>', page)
        assert "hx-confirm=" in form, "what cannot be undone is asked first"
    listed = admin.get(address(draft, "/recipients?state=refused")).content.decode()
    assert "550 5.1.1 &lt;unknown&gt;" in listed
    assert admin.get(address(draft, "/recipients?state=nonsense")).status_code == 404


def test_what_a_new_mailing_lacks_is_chosen_where_it_is_launched(admin: Client, draft: ListEmail) -> None:
    campaign = save(system_actor(), Change("Campaign", {"Name": "Spring"})).id
    keep.save(system_actor(), campaign, definition.read(draft.audience))
    chosen = f"/campaigns/{ids.encode('701', campaign)}/audience"
    assert f"/r/{ids.encode('701', campaign)}/mailing" in admin.get(chosen).content.decode()
    made = admin.post(f"/r/{ids.encode('701', campaign)}/mailing")
    assert made["Location"] in admin.get(chosen).content.decode(), "the draft, not another mailing"
    page = admin.get(made["Location"]).content.decode()
    assert "Choose the e-mail" in page
    assert chosen in page
    wanting = made["Location"].split("/")[2]
    assert f"/letters/new?for={wanting}" in page
    written = admin.post(f"/letters/new?for={wanting}", {"from": "", "for": wanting})
    editor = admin.get(written["Location"]).content.decode()
    assert f'href="{made["Location"]}"' in editor, "whoever wrote it is led back to the mailing"
    assert ids.encode("00X", ListEmail.objects.latest("pk").email_template_id or 0) in written["Location"]
    letter = ids.encode("00X", draft.email_template_id or 0)
    typed = {"EmailTemplateId": letter, "Subject": "Spring is here", "FromAddress": "no address"}
    refused = admin.post(f"{made['Location']}/letter", typed)
    assert (refused.status_code, "field-error" in refused.content.decode()) == (422, True)
    kept = admin.post(f"{made['Location']}/letter", {**typed, "FromAddress": "zoe@x.example"})
    assert kept["Location"] == made["Location"]
    first, other = (Server.objects.create(name=name, host="smtp.example.com") for name in ("Main", "Brevo"))
    assert "Brevo" in admin.get(made["Location"]).content.decode(), "with two servers somebody must choose"
    good = {**typed, "FromAddress": "zoe@x.example"}
    assert admin.post(f"{made['Location']}/letter", {**good, "server": "99"}).status_code == 422
    assert admin.post(f"{made['Location']}/letter", {**good, "server": str(other.pk)}).status_code == 302
    assert ListEmail.objects.exclude(pk=draft.pk).get().server == other
    first.delete()
    mailing = ListEmail.objects.exclude(pk=draft.pk).get()
    assert (mailing.email_template_id, mailing.subject) == (draft.email_template_id, "Spring is here")


def test_variants_are_kept_and_refused_beside_their_fields(admin: Client, draft: ListEmail) -> None:
    typed = {"b_subject": "Other", "share": "20", "hours": "4", "rule": "clicks", "base": "10", "gain": "5"}
    assert "686" in admin.post(address(draft, "/trial"), {**typed, "share": "x"}).content.decode()
    wrong = admin.post(address(draft, "/trial"), {**typed, "share": "400", "b_from_address": "no"})
    assert (wrong.status_code, wrong.content.decode().count("field-error")) == (422, 2)
    assert admin.post(address(draft, "/trial"), typed).status_code == 302
    draft.refresh_from_db()
    assert draft.trial == {"variants": [{"subject": "Other"}], "share": 20, "hours": 4, "rule": "clicks"}


def test_who_may_not_see_addresses_sees_none_among_the_recipients(
    seller: Client, rep: User, admin: Client, draft: ListEmail
) -> None:
    Server.objects.create(name="Main", host="smtp.example.com")
    apps.get_model("sales", "Contact").objects.update(owner_id=rep.pk)
    ListEmail.objects.update(owner_id=rep.pk)
    admin.post(address(draft, "/launch"), {"when": "now"})
    refused = Recipient.objects.filter(address="p1@x.example")
    refused.update(state=State.REFUSED, code=550, detail="5.1.1 <p1@x.example> unknown")
    path = address(draft, "/recipients?state=refused")
    assert "p1@x.example" in seller.get(path).content.decode()
    hide(rep, "Contact", "Email")
    page = seller.get(path).content.decode()
    assert "P1" in page
    assert "p1@x.example" not in page


def test_a_seller_sees_figures_and_changes_nothing(seller: Client, admin: Client, draft: ListEmail) -> None:
    for rest in ("/launch", "/launch/letter", "/launch/test", "/progress/cancel", "/trial"):
        assert seller.post(address(draft, rest), {"when": "now"}).status_code in (403, 404)
    assert seller.get("/setup/sending/").status_code == 403
    assert seller.post("/setup/sending/server", SERVER).status_code == 403
    assert (ListEmail.objects.get().status, Server.objects.count()) == (DRAFT, 0)


def test_servers_are_kept_with_their_password_sealed(admin: Client) -> None:
    assert admin.post("/setup/sending/server", SERVER).status_code == 302
    server = Server.objects.get()
    assert (server.hourly_rate, server.domain_rates) == (1000, {"gmail.com": 200})
    assert unseal(server.password) == "sesame"
    assert "sesame" not in admin.get(f"/setup/sending/server/{server.pk}").content.decode()
    admin.post(f"/setup/sending/server/{server.pk}", {**SERVER, "password": "", "host": "mx.example.com"})
    server.refresh_from_db()
    assert (unseal(server.password), server.host) == ("sesame", "mx.example.com")
    for wrong in (
        {"name": "B", "kind": "backend", "backend": "os.system"},
        {"name": "C", "security": "none"},
        {"name": "D", "port": "99999999"},
        {"name": "Main"},
    ):
        assert admin.post("/setup/sending/server", {**SERVER, **wrong}).status_code == 422
    assert Server.objects.count() == 1
    own = {
        "name": "Brevo",
        "kind": "backend",
        "backend": "anymail.backends.brevo.EmailBackend",
        "options": '{"api_key": "x"}',
    }
    assert admin.post("/setup/sending/server", {**SERVER, **own}).status_code == 302
    page = admin.get(f"/setup/sending/server/{Server.objects.latest('pk').pk}").content.decode()
    assert "/anymail/brevo/tracking/" in page, "where the provider reports to"
    assert "not heard" in page, "nobody is, without a secret"


def test_a_domain_shows_what_to_publish(admin: Client) -> None:
    assert admin.post("/setup/sending/domain", {"name": "x y"}).status_code == 422
    assert admin.post("/setup/sending/domain", {"name": "vauban.example"}).status_code == 302
    domain = SendingDomain.objects.get()
    page = admin.get(f"/setup/sending/domain/{domain.pk}").content.decode()
    assert "v=DKIM1; k=rsa; p=" in page
    assert "v=DKIM1; k=ed25519; p=" in page
    assert "_dmarc.vauban.example" in page
    assert admin.post(f"/setup/sending/domain/{domain.pk}/delete").status_code == 302
    assert not SendingDomain.objects.exists()

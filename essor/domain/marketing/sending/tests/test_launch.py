"""A launch freezes who gets it and what it says; domains tell what to publish."""

from __future__ import annotations

# ruff: noqa: ARG002 -- the signature of a resolver
import quopri
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dns.resolver
import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.audience import select
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.consent.models import Policy
from essor.domain.marketing.letters import compile  # noqa: A004 -- the module
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending import (
    contents,
    control,
    domains,
    freezing,
    jobs,
    launch,
    runner,
    testing,
)
from essor.domain.marketing.sending.models import Content, Link, ListEmail, Recipient, Server
from essor.domain.marketing.sending.states import CANCELLED, DRAFT, SCHEDULED, SENDING, SENT, State
from essor.domain.marketing.sending.tests.conftest import make_mailing
from essor.domain.marketing.sending.tests.sink import Sink
from essor.jobs import worker
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db
SOURCE = (
    "<p>Bonjour {{ FirstName }}</p><a href='https://a.example/'>a</a> <a href='https://a.example/?n={{ LastName }}'>b</a>"
    " <a href='{{ unsubscribe }}'>x</a>"
)


@pytest.fixture
def draft(admin: Actor, server: Sink) -> ListEmail:
    """A mailing to five contacts, one of whom opted out and one without an address."""
    people = [{"LastName": f"P{n}", "FirstName": f"F{n}", "Email": f"p{n}@dest.example"} for n in range(5)]
    people[3]["HasOptedOutOfEmail"] = "true"
    people[4]["Email"] = ""
    saved = save_many(admin, "Contact", [Change("Contact", one) for one in people])
    keys = tuple(one.saved.id for one in saved if one.saved)
    assert len(keys) == 5
    template = EmailTemplate.objects.create(
        name="T",
        subject="Hello",
        template_type="html",
        html_value=SOURCE,
        language="en",
        owner_id=admin.user_id,
    )
    values = {"Name": "Spring", "EmailTemplateId": template.pk, "FromAddress": "zoe@vauban.example"}
    made = save(admin, Change("ListEmail", values))
    audience = Audience((Part("people", object="Contact", people=keys),), capped=False)
    ListEmail.objects.filter(pk=made.id).update(audience=audience.as_json())
    return ListEmail.objects.get(pk=made.id)


def test_launched_now_everybody_who_may_be_mailed_is(admin: Actor, draft: ListEmail, server: Sink) -> None:
    found = launch.summary(admin, draft)
    assert found.counted is not None
    assert (found.ready, found.counted.mailable, [one.count for one in found.days]) == (True, 3, [3])
    launched = launch.launch(admin, draft.pk)
    assert (launched.status, launched.total_recipients, launched.total_skipped) == (SENDING, 5, 2)
    EmailTemplate.objects.update(html_value="<p>Something else</p>")
    runner.run(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, len(server.got)) == (SENT, 3)
    assert all(b"Bonjour F" in quopri.decodestring(data) for _from, _to, data in server.got)
    row = Recipient.objects.get(address="p1@dest.example")
    personal = Link.objects.get(list_email=draft, personal=True)
    assert contents.destination(row, personal.number) == "https://a.example/?n=P1"


def test_scheduled_it_waits_and_can_be_taken_back(
    admin: Actor, draft: ListEmail, django_capture_on_commit_callbacks: Callable[..., Any], server: Sink
) -> None:
    campaign = save(admin, Change("Campaign", {"Name": "Spring"})).id
    ListEmail.objects.update(campaign=campaign)
    launch.launch(admin, draft.pk, timezone.now() + timedelta(hours=2))
    draft.refresh_from_db()
    assert draft.status == SCHEDULED
    control.cancel(admin, draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.total_recipients, Content.objects.count()) == (DRAFT, 0, 0)
    launch.launch(admin, draft.pk, timezone.now() + timedelta(hours=2))
    assert Campaign.objects.get(pk=campaign).status == "Planned", "nothing has left yet"
    past = timezone.now() - timedelta(minutes=1)
    ListEmail.objects.update(scheduled_date=past)
    Recipient.objects.filter(state=State.WAITING).update(due_at=past)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.wake.call()
    assert Campaign.objects.get(pk=campaign).status == "In Progress"
    worker.drain()
    draft.refresh_from_db()
    assert (draft.status, len(server.got)) == (SENT, 3)


def test_a_dynamic_audience_is_drawn_while_it_is_sent(admin: Actor, draft: ListEmail, server: Sink) -> None:
    ListEmail.objects.update(is_dynamic=True)
    launch.launch(admin, draft.pk)
    assert Recipient.objects.count() == 0
    apps.get_model("sales", "Contact").objects.filter(last_name="P3").update(has_opted_out_of_email=False)
    runner.run(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, len(server.got), draft.total_skipped) == (SENT, 4, 1)


def test_nothing_is_launched_that_cannot_be_sent(admin: Actor, draft: ListEmail) -> None:
    with pytest.raises(ValidationFailed, match="from its page"):
        save(admin, Change("ListEmail", {"Status": SENDING}, id=draft.pk))
    Server.objects.all().delete()
    ListEmail.objects.update(email_template=None)
    with pytest.raises(ValidationFailed, match=r"Choose the e-mail.*No mail server"):
        launch.launch(admin, draft.pk)
    draft.refresh_from_db()
    assert (draft.status, Recipient.objects.count()) == (DRAFT, 0)


def test_what_is_launched_can_be_cancelled_but_not_rewritten(admin: Actor, draft: ListEmail) -> None:
    campaign = save(admin, Change("Campaign", {"Name": "Spring"})).id
    ListEmail.objects.update(campaign=campaign)
    launch.launch(admin, draft.pk)
    save(admin, Change("Campaign", {"Status": "Planned"}, id=campaign))
    control.pause(admin, draft.pk)
    control.resume(admin, draft.pk)
    assert Campaign.objects.get(pk=campaign).status == "Planned", "what somebody set by hand stays"
    with pytest.raises(ValidationFailed, match="no longer be changed"):
        save(admin, Change("ListEmail", {"FromName": "Eve"}, id=draft.pk))
    control.cancel(admin, draft.pk)
    runner.run(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.total_sent) == (CANCELLED, 0)


def test_a_cancelled_mailing_is_sent_to_the_rest_with_the_letter_as_it_is_now(
    admin: Actor, draft: ListEmail, server: Sink
) -> None:
    launch.launch(admin, draft.pk)
    Recipient.objects.filter(address="p0@dest.example").update(state=State.SENT)
    freezing.count(draft.pk)
    control.cancel(admin, draft.pk)
    EmailTemplate.objects.update(subject="Mended")
    control.resume(admin, draft.pk)
    runner.run(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.total_sent) == (SENT, 3)
    assert sorted(server.mailed) == ["p1@dest.example", "p2@dest.example"]
    assert all(b"Subject: Mended" in data for _from, _to, data in server.got)
    ListEmail.objects.update(status=CANCELLED)
    with pytest.raises(ValidationFailed, match="Everybody has got it"):
        control.resume(admin, draft.pk)


def test_each_letter_is_made_once_and_its_subject_told_as_somebody_gets_it(
    admin: Actor, draft: ListEmail, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    real = compile.expert.compiled
    monkeypatch.setattr(
        compile.expert, "compiled", lambda *args, **more: made.append(1) or real(*args, **more)
    )
    EmailTemplate.objects.update(subject="For {{ FirstName }}")
    trial = {"variants": [{"subject": "{{ LastName }}!"}], "share": 50, "hours": 1}
    ListEmail.objects.update(trial=trial)
    draft.refresh_from_db()
    assert launch.summary(admin, draft).subjects == ("For F0", "P0!")
    assert len(made) == 4, "two variants, for contacts and for leads"
    launch.launch(admin, draft.pk)
    assert len(made) == 8


def test_a_test_goes_to_oneself_and_counts_nowhere(admin: Actor, draft: ListEmail, server: Sink) -> None:
    assert testing.send_test(admin, draft, "me@vauban.example") == 1
    assert server.mailed == ["me@vauban.example"]
    assert b"[Test] Hello" in server.got[0][2]
    assert b"Bonjour F0" in quopri.decodestring(server.got[0][2])
    assert Recipient.objects.count() == 0
    server.rcpt = {"me": "550 5.1.1 nobody"}
    with pytest.raises(ValidationFailed, match=r"5\.1\.1 nobody"):
        testing.send_test(admin, draft, "me@vauban.example")


def test_a_domain_has_keys_of_its_own_and_dns_says_whether_they_are_published(organization: object) -> None:
    domain = domains.add("Vauban.example ")
    records = {one.key: one for one in domains.records(domain)}
    assert (domain.name, domain.bounce_domain) == ("vauban.example", "bounce.vauban.example")
    assert "PRIVATE" not in domain.rsa_key

    class Dns:
        """Answers as DNS would once two records are published, one of them a stranger's."""

        def resolve(self, host: str, kind: str, *, raise_on_no_answer: bool) -> list[Any]:
            if host == records["rsa"].host:
                return [_Text(records["rsa"].value)]
            if host == records["ed"].host:
                return [_Text("v=DKIM1; k=ed25519; p=AAAA")]
            raise dns.resolver.NXDOMAIN

    found = {one.key: one.found for one in domains.check(domain, Dns())}  # type: ignore[arg-type]
    assert found == {"rsa": True, "ed": False, "spf": False, "dmarc": False, "bounce": False}
    with pytest.raises(ValidationFailed, match="there already"):
        domains.add("vauban.example")
    with pytest.raises(ValidationFailed, match="no domain"):
        domains.add("not a domain")


class _Text:
    def __init__(self, text: str) -> None:
        self.strings = [text[at : at + 255].encode() for at in range(0, len(text), 255)]


def test_rates_of_many_new_mailings_are_kept_whole(admin: Actor) -> None:
    typed = [Change("ListEmail", {"Name": f"M{number}", "HourlyRate": "1000"}) for number in range(3)]
    assert all(one.ok for one in save_many(admin, "ListEmail", typed))
    assert set(ListEmail.objects.values_list("hourly_rate", flat=True)) == {1000}


def test_a_few_people_are_capped_by_their_own_mails(admin: Actor) -> None:
    mailing = make_mailing(["anna", "bob"])
    rows = Recipient.objects.filter(list_email=mailing)
    anna, bob = rows.order_by("pk").values_list("person_id", flat=True)
    rows.filter(person_id=anna).update(state=State.SENT, sent_at=timezone.now())
    Policy.objects.create(pk=1, cap_mails=1, cap_days=7)
    part = Part("people", object="Contact", people=(anna, bob))
    sql, params = select.recipients(Audience((part,)), admin)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT person_id, reason FROM ({sql}) AS found", params)
        assert dict(cursor.fetchall()) == {anna: Reason.CAPPED, bob: None}

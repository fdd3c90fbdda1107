"""A mail becomes a lead once, goes to whom we know, and is held back in sight when no person wrote it or a rule refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage as Letter
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import OrgDefault, User
from essor.access.tests.samples import MakeUser
from essor.access.version import bump
from essor.catalog import current
from essor.domain.activities.models import EmailMessage, Note
from essor.domain.duplicates import setting
from essor.domain.duplicates.defaults import STANDARD
from essor.domain.duplicates.models import Action, MatchingRule, SuspectPair
from essor.domain.feed import attach, store
from essor.domain.mailroom import keeping
from essor.domain.mailroom.models import Mail
from essor.domain.notifications.models import Notification
from essor.domain.sales.assignment import edit
from essor.domain.sales.conversion.convert import convert
from essor.domain.sales.conversion.works import Ask
from essor.domain.sales.mail_to_lead import held, intakes, upkeep, verdicts
from essor.domain.sales.mail_to_lead.intakes import IntakeText, save_intake
from essor.domain.sales.mail_to_lead.models import Arrival, Intake, Outcome, Reason
from essor.domain.sales.mail_to_lead.tests.conftest import Receive
from essor.domain.sales.mail_to_lead.tests.letters import letter
from essor.domain.sales.models import Contact, Lead
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.query import run, soql
from essor.records.change import Change
from essor.records.save import save

PLAN = b"%PDF-1.4 a plan that nobody else has"
ANA: dict[str, Any] = {"FirstName": "Ana", "LastName": "Roux", "Email": "ana@emeraude-bois.example"}


def test_a_mail_becomes_a_lead_with_the_mail_on_its_timeline(
    admin: Actor, receive: Receive, make_user: MakeUser
) -> None:
    ann = make_user("Ann")
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=ann.pk))
    text = "Bonjour,\nun devis ?\n-- \nAna Roux\nTél. 01 23 45 67 89\n\nLe 2 mai, X <x@y.fr> a écrit :\n> Non"
    date = (timezone.now() - timedelta(days=2)).replace(microsecond=0)
    raw = letter(
        text,
        html="<p>un <b>devis</b> ?</p>",
        cc="Paul <paul@emeraude-bois.example>",
        date=format_datetime(date),
    )
    row = receive(raw)
    assert (row.outcome, row.sender, row.subject) == (Outcome.LEAD, ANA["Email"], "Demande")
    lead = Lead.objects.get(pk=row.record_id)
    assert (lead.first_name, lead.last_name, lead.company) == ("Ana", "Roux", "Emeraude Bois")
    assert (lead.email, lead.phone, lead.lead_source) == (ANA["Email"], "01 23 45 67 89", "Web")
    assert lead.description == text.partition("\n\nLe 2 mai")[0].replace("-- \n", "--\n")
    assert lead.owner_id == ann.pk
    assert lead.last_activity_date == date.date()
    mail = EmailMessage.objects.get(related_to_type="00Q", related_to=lead.pk)
    assert (mail.subject, mail.from_name, mail.incoming, mail.message_date) == (
        "Demande",
        "Ana Roux",
        True,
        date,
    )
    assert (mail.to_address, mail.cc_address) == (
        "contact@vauban.example",
        "Paul <paul@emeraude-bois.example>",
    )
    assert mail.html_body == "<p>un <b>devis</b> ?</p>"
    assert "a écrit" in (mail.text_body or "")
    assert receive(raw.replace(b"Subject: Demande", b"Subject: Demande ")).outcome == Outcome.AGAIN
    assert Lead.objects.count() == 1


def test_whom_we_know_gets_no_second_lead(admin: Actor, receive: Receive) -> None:
    lead = receive(letter("First")).record_id
    assert receive(letter("Second", subject="")).outcome == Outcome.KNOWN
    assert EmailMessage.objects.filter(related_to=lead, related_to_type="00Q").count() == 2
    assert Notification.objects.filter(kind="mailed", user_id=admin.user_id, record_id=lead).count() == 1
    contact = save(system_actor(), Change("Contact", ANA, accept_duplicates=True)).id
    row = receive(letter("Third"))
    assert (row.outcome, row.record_type, row.record_id) == (Outcome.KNOWN, "003", contact)
    save(system_actor(), Change("Contact", {"Email": None}, id=contact))
    save(system_actor(), Change("Lead", {"Status": "Closed - Not Converted"}, id=lead))
    row = receive(letter("After a year"))
    assert row.outcome == Outcome.LEAD
    assert row.record_id != lead


def test_an_answer_goes_where_its_thread_is(admin: Actor, receive: Receive) -> None:
    first = receive(letter("First", message_id="<one@x.example>"))
    other = {
        "from": "Paul <paul@gmail.com>",
        "references": "<none@x> <one@x.example>",
        "in_reply_to": "<none@x>",
    }
    row = receive(letter("I answer for Ana", **other))
    assert (row.outcome, row.record_id) == (Outcome.KNOWN, first.record_id)
    assert (
        EmailMessage.objects.get(pk=row.email_message_id).reply_to_email_message_id == first.email_message_id
    )
    assert receive(letter("Alone", **{**other, "references": "<two@x>"})).outcome == Outcome.LEAD
    became = convert(admin, Ask(first.record_id or 0, opportunity=False))
    row = receive(letter("Still there?", **other))
    assert (row.record_type, row.record_id) == ("003", became.contact)
    assert EmailMessage.objects.get(pk=row.email_message_id).account_id == became.account


def test_what_only_seems_to_be_there_is_saved_and_reported(receive: Receive) -> None:
    MatchingRule.objects.all().delete()
    MatchingRule.objects.bulk_create(MatchingRule(**{**rule, "on_create": Action.BLOCK}) for rule in STANDARD)
    setting.forget()
    receive(letter("One\n\n06 12 34 56 78"))
    row = receive(letter("Two\n\n06 12 34 56 78", **{"from": "Ana Roux <ana.roux@emeraude-bois.example>"}))
    setting.forget()
    assert row.outcome == Outcome.LEAD
    assert SuspectPair.objects.count() == 1


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"auto_submitted": "auto-replied"}, Reason.AUTOMATIC),
        ({"precedence": "bulk"}, Reason.AUTOMATIC),
        ({"list_unsubscribe": "<mailto:x@y.example>"}, Reason.LIST),
        ({"from": "MAILER-DAEMON@mx.example"}, Reason.NOTICE),
        ({"return_path": "<>"}, Reason.NOTICE),
        ({"from": "contact@vauban.example"}, Reason.OURS),
        ({"from": "The boss <Ada@example.fr>"}, Reason.OURS),
        ({"delivered_to": "contact@vauban.example", "x_spam_flag": "YES"}, Reason.SPAM),
        ({"from": ""}, Reason.NOBODY),
    ],
)
def test_what_no_person_sent_is_held_back(
    receive: Receive, make_user: MakeUser, head: dict[str, str], reason: Reason
) -> None:
    User.objects.filter(pk=make_user("Ada").pk).update(email="ada@example.fr")
    row = receive(letter(**head))
    assert (row.outcome, row.reason) == (Outcome.HELD, reason)
    assert not Lead.objects.exists()
    assert not EmailMessage.objects.exists()


def test_mails_that_run_in_circles_and_storms_are_held_back(
    receive: Receive, monkeypatch: pytest.MonkeyPatch, intake: Intake
) -> None:
    circle = b"Delivered-To: contact@vauban.example\r\n" * 2 + letter("Round")
    assert receive(circle).reason == Reason.LOOP
    assert receive(letter("Bounced"), sender="").reason == Reason.NOTICE
    Arrival.objects.all().delete()
    monkeypatch.setattr(verdicts, "PER_SENDER", 2)
    ends = [receive(letter(str(number))) for number in range(3)]
    assert [one.outcome for one in ends] == [Outcome.LEAD, Outcome.KNOWN, Outcome.HELD]
    assert receive(letter("Else", **{"from": "b@b.example"})).outcome == Outcome.LEAD
    monkeypatch.setattr(verdicts, "PER_INTAKE", 2)
    assert receive(letter("Third", **{"from": "c@c.example"})).reason == Reason.OFTEN
    assert held.counts([intake])[intake.pk] == {"lead": 2, "known": 1, "held": 2}


def test_a_mail_whose_lead_is_refused_waits_until_somebody_lets_it_in(
    admin: Actor, receive: Receive, make_user: MakeUser
) -> None:
    Intake.objects.update(owner_id=0)  # nobody any more
    mail = Letter()
    mail["From"], mail["Message-ID"] = "Ana Roux <ana@emeraude-bois.example>", "<x@y>"
    mail.set_content("Hello")
    mail.add_attachment(PLAN, maintype="application", subtype="pdf", filename="plan.pdf")
    row = receive(mail.as_bytes())
    assert (row.outcome, row.reason) == (Outcome.HELD, Reason.REFUSED)
    assert not [one for one in store.folder().rglob("*") if one.is_file() and one.read_bytes() == PLAN]
    with pytest.raises(ValidationFailed, match=row.detail):
        held.let_in(admin, row.pk)
    with pytest.raises(Forbidden):
        held.let_in(actor_for(make_user("Rep")), row.pk)
    Intake.objects.update(owner_id=admin.user_id)
    assert held.let_in(admin, row.pk).outcome == Outcome.LEAD
    lead = Lead.objects.get()
    assert [one.name for one in attach.attached(current.get().object("Lead"), lead.pk)] == ["plan.pdf"]
    with pytest.raises(NotFound):
        held.let_in(admin, row.pk)
    robot = receive(letter("Beep", auto_submitted="auto-generated"))
    held.discard(admin, robot.pk)
    robot.refresh_from_db()
    assert robot.outcome == Outcome.DROPPED
    old = receive(letter("Beep beep", auto_submitted="auto-generated"))
    Arrival.objects.filter(pk=old.pk).update(at=timezone.now() - keeping.KEPT - timedelta(days=1))
    upkeep.forget_arrivals.call()
    old.refresh_from_db()
    assert old.outcome == Outcome.DROPPED


def test_files_are_kept_at_the_lead_and_what_is_not_is_said(receive: Receive, settings: Any) -> None:
    settings.FILES_QUOTA_MB, settings.FILES_QUOTA_PER_USER_MB = 1, 1
    mail = Letter()
    mail["From"], mail["Subject"] = "ana@emeraude-bois.example", "Plans"
    mail.set_content("Ci-joint")
    mail.add_attachment(b"%PDF-1.4 small", maintype="application", subtype="pdf", filename="../../plan.pdf")
    mail.add_attachment(b"x" * 1_100_000, maintype="image", subtype="tiff", filename="photo.tiff")
    forwarded = Letter()
    forwarded["Subject"] = "Inner"
    forwarded.set_content("inside")
    mail.add_attachment(forwarded)
    row = receive(mail.as_bytes())
    for name, key in (("Lead", row.record_id), ("EmailMessage", row.email_message_id)):
        found = attach.attached(current.get().object(name), key or 0)
        assert {one.name for one in found} == {"plan.pdf", "message.eml"}
    assert EmailMessage.objects.get().has_attachment
    assert "photo.tiff: " in Note.objects.get(parent=row.record_id, parent_type="00Q").body


def test_the_beginning_of_a_huge_mail_is_taken(receive: Receive, intake: Intake) -> None:
    keeping.keep("mail_to_lead", letter("Long story"), place=intake.pk, size=90_000_000)
    keeping.handle.call("mail_to_lead")
    assert Arrival.objects.get().outcome == Outcome.LEAD
    assert "only its beginning" in Note.objects.get().body


def test_a_mail_is_read_by_whoever_reads_its_record(
    admin: Actor, receive: Receive, make_user: MakeUser
) -> None:
    rep = actor_for(make_user("Rep"))
    query = soql.parse("SELECT Subject FROM EmailMessage")
    receive(letter())
    assert len(run.rows(rep, query)) == 1
    OrgDefault.objects.update_or_create(object_name="Lead", defaults={"access": OrgDefault.Access.PRIVATE})
    bump()
    assert run.rows(actor_for(make_user("Other")), query) == []
    assert len(run.rows(admin, query)) == 1
    assert Contact.objects.count() == 0


def test_an_address_is_set_up_once_and_by_administrators(
    admin: Actor, intake: Intake, make_user: MakeUser
) -> None:
    assert intake.address == "contact@vauban.example"
    assert intakes.by_address("Contact+salon@Vauban.example") == intake.pk
    assert intakes.by_address("other@vauban.example") is None
    wrong = IntakeText(
        "CONTACT@vauban.example", owner=0, language="xx", lead_source="Nowhere", record_type="012x"
    )
    with pytest.raises(ValidationFailed) as error:
        save_intake(admin, wrong)
    assert {one.field for one in error.value.errors} == {
        "address",
        "owner",
        "language",
        "lead_source",
        "record_type",
    }
    with pytest.raises(ValidationFailed):
        save_intake(admin, replace(wrong, address="no address"), intake)
    with pytest.raises(Forbidden):
        save_intake(actor_for(make_user("Rep")), IntakeText("a@b.example", owner=admin.user_id))
    save_intake(admin, IntakeText(intake.address, owner=admin.user_id, active=False), intake)
    assert intakes.by_address(intake.address) is None
    intakes.remove_intake(admin, intake)
    assert not Intake.objects.exists()


def test_a_mail_that_breaks_everything_is_shown_in_the_end(
    receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        message = "what now"
        raise RuntimeError(message)

    monkeypatch.setattr("essor.domain.sales.mail_to_lead.reading.read", broken)
    monkeypatch.setattr(keeping, "TRIES", 1)
    row = receive(letter())
    assert (row.outcome, row.reason, row.detail) == (
        Outcome.HELD,
        Reason.UNREADABLE,
        "RuntimeError: what now",
    )
    assert Mail.objects.get().handled_at is not None

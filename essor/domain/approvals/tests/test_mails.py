"""Mails through a real SMTP server, and their links: good once, for one person, never by merely opening them."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.absences.actions import add_absence
from essor.domain.absences.away import today
from essor.domain.approvals import links, mails
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.reassign import reassign
from essor.domain.approvals.actions.save_step import StepText
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import MailLink, ProcessInstance, ProcessInstanceStep
from essor.domain.approvals.tests.conftest import Person, Process, deal
from essor.domain.approvals.tests.test_requests import status
from essor.domain.notifications.models import Notification
from essor.domain.notifications.reading import choose
from essor.jobs import worker


class Box:
    """Keeps what an SMTP server was handed."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: ARG002, N802 -- aiosmtpd's signature
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def smtp(settings: object) -> Iterator[Box]:
    """Start an SMTP server on a free port of loopback, and have mails sent there."""
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False  # type: ignore[attr-defined]
        settings.EMAIL_PORT = port  # type: ignore[attr-defined]
        yield box
    finally:
        server.stop()


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found += [value for name, value in attrs if name == "href" and value]


def address(letter: EmailMessage, answer: str) -> str:
    """Return the path of a mail's link, from its HTML part; the text part must hold the same."""
    html, plain = letter.get_body(("html",)), letter.get_body(("plain",))
    assert html is not None
    assert plain is not None
    reader = Links()
    reader.feed(html.get_content())
    (found,) = [one for one in reader.found if one.endswith(f"answer={answer}")]
    assert found in plain.get_content().replace("=\n", "")
    parts = urlsplit(found)
    return f"{parts.path}?{parts.query}"


def test_the_request_reaches_the_approver_in_their_language_with_facts_and_links(
    smtp: Box, process: Process, rep: Actor, manager: Actor
) -> None:
    User.objects.filter(pk=manager.user_id).update(language="fr", locale="fr_FR")
    process()
    submit(rep, "Opportunity", deal(rep, 5000), comment="Please agree")
    mails.send_requests.func()
    mails.send_requests.func()
    (letter,) = smtp.letters
    assert letter["To"] == "manager@example.fr"
    assert letter["Auto-Submitted"] == "auto-generated"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Please agree" in text
    assert re.search(r"Montant.*: 5.000.€", text)
    assert address(letter, "approve")


def test_opening_a_link_decides_nothing_and_the_button_decides_once(
    smtp: Box, process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    link = address(smtp.letters[0], "approve")
    scanner = Client()
    for _ in range(3):
        page = scanner.get(link)
        assert page.status_code == 200
        assert scanner.head(link).status_code == 200
    assert "You answer as Manager Test." in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert status(asked.instance) == "Pending"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"answer": "approve"}).status_code == 403
    assert status(asked.instance) == "Pending"
    form = strict.get(link)
    # With “no-referrer” browsers would send “Origin: null” along with the form, as from a forger.
    origin = "null" if form.headers["Referrer-Policy"] == "no-referrer" else "http://testserver"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())
    assert token is not None
    sent = {"answer": "approve", "comment": "From my phone", "csrfmiddlewaretoken": token[1]}
    assert "Approved" in strict.post(link, sent, headers={"origin": origin}).content.decode()
    line = ProcessInstanceStep.objects.get(step_status="Approved")
    assert (line.actor_id, line.comments) == (manager.user_id, "From my phone")
    replay = scanner.post(link, {"answer": "refuse", "comment": "No"})
    assert replay.status_code == 410
    assert "already been used" in replay.content.decode()
    assert status(asked.instance) == "Approved"


def test_a_refusal_by_link_needs_a_reason_and_does_not_use_the_link_up(
    smtp: Box, process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    link, client = address(smtp.letters[0], "refuse"), Client()
    silent = client.post(link, {"answer": "refuse", "comment": " "})
    assert silent.status_code == 422
    assert "Please give a reason" in silent.content.decode()
    assert "Refused" in client.post(link, {"answer": "refuse", "comment": "Too much"}).content.decode()
    assert status(asked.instance) == "Rejected"


def test_a_first_yes_by_link_says_that_others_are_asked_next(
    smtp: Box, process: Process, rep: Actor, manager: Actor, director: Actor
) -> None:
    process(StepText("Manager", "role"), StepText("Director", "people", people=(director.user_id,)))
    submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    page = Client().post(address(smtp.letters[0], "approve"), {"answer": "approve"}).content.decode()
    assert "it now goes to the next approvers" in page


def test_links_of_requests_decided_or_handed_over_elsewhere_say_so(
    smtp: Box, process: Process, rep: Actor, manager: Actor, person: Person
) -> None:
    other = person("Other", "")
    process()
    first, second = submit(rep, "Opportunity", deal(rep)), submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    one, two = (address(letter, "approve") for letter in smtp.letters)
    decide(manager, first.items[0], approve=True)
    reassign(manager, second.items[0], other.user_id)
    for link, sentence in ((one, "Manager Test has approved"), (two, "handed to Other Test")):
        for page in (Client().get(link), Client().post(link, {"answer": "approve"})):
            assert page.status_code == 410
            assert sentence in page.content.decode()
    assert status(second.instance) == "Pending"
    mails.send_requests.func()
    assert smtp.letters[-1]["To"] == "other@example.fr"


def test_an_old_a_forged_and_a_foreign_link_do_not_work(
    process: Process, rep: Actor, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    process()
    submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    link = MailLink.objects.get()
    text = links.sign(link)
    assert links.follow(text).state == "open"
    MailLink.objects.update(used=timezone.now())
    User.objects.filter(pk=manager.user_id).update(language="fr")
    assert links.follow(text).sentence.startswith("Ce lien a déjà servi"), "in the language of whom it is for"
    MailLink.objects.update(used=None)
    assert links.follow(text[:-2] + "xx").state == "unknown"
    assert links.follow("nonsense").state == "unknown"
    newer = links.sign(link)
    assert links.follow(text).state == "unknown", "a newer mail takes the place of the older one"
    monkeypatch.setattr(links, "GOOD_FOR", timedelta(seconds=-1))
    assert links.follow(newer).state == "expired"
    assert Client().get(f"/approvals/mail/{newer}/").status_code == 404


def test_who_left_cannot_answer_by_a_link(process: Process, rep: Actor, manager: Actor) -> None:
    process()
    submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    text = links.sign(MailLink.objects.get())
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    page = Client().post(f"/approvals/mail/{text}/", {"answer": "approve"})
    assert page.status_code == 410
    assert ProcessInstance.objects.get().status == "Pending"


def test_the_delegate_is_mailed_about_what_is_open_when_the_absence_begins(
    process: Process, rep: Actor, manager: Actor, person: Person
) -> None:
    deputy = person("Deputy", "")
    process()
    submit(rep, "Opportunity", deal(rep))
    mails.send_requests.func()
    assert [letter.to for letter in mail.outbox] == [["manager@example.fr"]]
    add_absence(manager, manager.user_id, today(), today(), deputy.user_id)
    mails.send_requests.func()
    assert mail.outbox[-1].to == ["deputy@example.fr"]
    assert "Manager Test, who is away" in mail.outbox[-1].body
    assert len(mail.outbox) == 2


def test_the_bell_rings_for_who_is_asked_and_the_submitter_hears_the_answer(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep), comment="Please")
    worker.drain()
    (bell,) = notified(manager)
    assert (bell.title, bell.link) == ("To approve: Big one", f"/approvals/#request-{asked.items[0]}")
    assert bell.body == "Rep Test asks for your approval: Large deal\nPlease"
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["manager@example.fr"], "To approve: Big one")
    ]
    decide(manager, asked.items[0], approve=False, comment="Too much")
    worker.drain()
    (bell,) = notified(rep)
    assert bell.title == "Refused: Big one"
    assert "Manager Test refused: Too much" in bell.body
    assert [(letter.to, letter.subject) for letter in mail.outbox[1:]] == [
        (["rep@example.fr"], "Refused: Big one")
    ]
    assert "Too much" in mail.outbox[1].body


def test_people_choose_how_they_hear_of_requests_and_answers(
    process: Process, rep: Actor, manager: Actor
) -> None:
    choose(manager.user_id, {"approval_requested": (True, "daily")})
    choose(rep.user_id, {"approval_approved": (False, "off")})
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    worker.drain()
    assert not mail.outbox
    assert notified(manager)[0].mail == "daily"
    decide(manager, asked.items[0], approve=True)
    worker.drain()
    assert not mail.outbox
    assert not notified(rep)


def notified(actor: Actor) -> list[Notification]:
    rows = Notification.objects.filter(user_id=actor.user_id, kind__startswith="approval")
    return list(rows.order_by("pk"))

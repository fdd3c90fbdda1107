"""Reports by mail: at their time, to each recipient as their own rights show it, through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from socket import socket
from typing import Any
from zipfile import ZipFile

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from essor.access.actions import set_org_default
from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.domain.reports import jobs, mailings
from essor.domain.reports.mailings import Plan
from essor.domain.reports.models import Mailing, Report
from essor.domain.reports.standard import ensure_reports
from essor.domain.reports.tests.conftest import hide, person
from essor.domain.sales.models import Opportunity
from essor.jobs.schedule import SCHEDULE
from essor.kernel.errors import Forbidden, ValidationFailed

SEVEN = Plan("daily", time(7), "Europe/Paris")


class Inbox:
    """What a mail server does with the mails that it takes: it keeps them."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Message]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 taken"


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """A mail server on the loopback address, to which Essor sends."""
    found = Inbox()
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    yield found
    server.stop()


@pytest.fixture
def report(deals: list[Opportunity]) -> Report:
    ensure_reports()
    return Report.objects.get(key="win_rate_sources")


def sheet(message: Message) -> str:
    """Return the XML of the spreadsheet that a mail brings."""
    part = next(one for one in message.walk() if one.get_content_disposition() == "attachment")
    with ZipFile(BytesIO(part.get_payload(decode=True))) as book:  # type: ignore[arg-type]
        return book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("plan", "after", "expected"),
    [
        (SEVEN, datetime(2026, 3, 28, 6, 1, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (
            Plan("workdays", time(7), "UTC"),
            datetime(2026, 3, 27, 8, tzinfo=UTC),
            datetime(2026, 3, 30, 7, tzinfo=UTC),
        ),
        (
            Plan("weekly", time(7), "UTC", weekday=2),
            datetime(2026, 3, 25, 7, tzinfo=UTC),
            datetime(2026, 4, 1, 7, tzinfo=UTC),
        ),
        (
            Plan("monthly", time(7), "UTC", monthday=31),
            datetime(2026, 4, 1, tzinfo=UTC),
            datetime(2026, 4, 30, 7, tzinfo=UTC),
        ),
        (
            Plan("monthly", time(7), "UTC", monthday=1),
            datetime(2026, 4, 1, 7, tzinfo=UTC),
            datetime(2026, 5, 1, 7, tzinfo=UTC),
        ),
    ],
)
def test_the_next_time(plan: Plan, after: datetime, expected: datetime) -> None:
    assert plan.after(after) == expected


def test_each_recipient_gets_what_their_own_rights_show(
    inbox: Inbox, admin: Actor, boss: User, rep: User, deals: list[Opportunity], report: Report
) -> None:
    set_org_default(admin, "Opportunity", "Private")
    Opportunity.objects.filter(pk=deals[0].pk).update(owner_id=rep.pk)
    User.objects.filter(pk=rep.pk).update(language="fr", locale="fr_FR")
    row = mailings.save_mailing(actor_for(boss), report, SEVEN, [boss.pk, rep.pk])
    for user in (boss, rep):
        assert mailings.send(row.pk, user.pk)
    (to_boss, of_boss), (to_rep, of_rep) = inbox.mails
    assert (to_boss, to_rep) == (["boss@example.fr"], ["rep@example.fr"])
    assert of_boss["Auto-Submitted"] == "auto-generated"
    assert "<v>4</v>" in sheet(of_boss)
    assert "<v>4</v>" not in sheet(of_rep)
    assert "<v>1</v>" in sheet(of_rep)


def test_a_hidden_figure_is_not_in_the_spreadsheet(
    boss: User, rep: User, deals: list[Opportunity], report: Report
) -> None:
    by_stage = Report.objects.get(key="pipeline_stages")
    hide(rep, "Opportunity", "Amount")
    row = mailings.save_mailing(actor_for(boss), by_stage, SEVEN, [rep.pk])
    assert mailings.send(row.pk, rep.pk)
    (message,) = mail.outbox
    assert "Amount" not in sheet(message.message())
    assert "700" not in message.body


def test_what_a_recipient_may_not_have_is_not_sent(
    boss: User, rep: User, deals: list[Opportunity], report: Report
) -> None:
    row = mailings.save_mailing(actor_for(boss), report, SEVEN, [boss.pk, rep.pk])
    Report.objects.filter(pk=report.pk).update(visibility="private", owner_id=boss.pk)
    assert not mailings.send(row.pk, rep.pk)
    User.objects.filter(pk=boss.pk).update(is_active=False)
    assert not mailings.send(row.pk, boss.pk)
    assert not mailings.send(row.pk + 1, boss.pk)
    assert not mail.outbox


def test_whoever_would_get_nothing_is_named_before(boss: User, rep: User, report: Report) -> None:
    reader = person("Reader", "Read Only")
    Report.objects.filter(pk=report.pk).update(visibility="private", owner_id=boss.pk, key="")
    with pytest.raises(ValidationFailed) as refused:
        mailings.save_mailing(actor_for(boss), report, SEVEN, [boss.pk, rep.pk, reader.pk])
    assert refused.value.errors[0].message.endswith(": Rep Test, Reader Test.")
    assert not Mailing.objects.exists()


def test_nobody_without_the_right_to_export_sends_reports(report: Report) -> None:
    with pytest.raises(Forbidden):
        mailings.save_mailing(actor_for(person("Reader", "Read Only")), report, SEVEN, [1])


def test_what_is_due_is_claimed_once(admin: Actor, boss: User, report: Report) -> None:
    row = mailings.save_mailing(admin, report, SEVEN, [boss.pk])
    assert mailings.claim_due() == []
    late = datetime(2026, 1, 5, 6, tzinfo=UTC)
    Mailing.objects.filter(pk=row.pk).update(next_due=late)
    now = datetime(2026, 1, 9, 12, tzinfo=UTC)
    assert mailings.claim_due(now) == [row.pk]
    assert mailings.claim_due(now) == []
    assert Mailing.objects.get().next_due == datetime(2026, 1, 10, 6, tzinfo=UTC)


def test_the_clock_mails_what_is_due(inbox: Inbox, admin: Actor, boss: User, report: Report) -> None:
    assert SCHEDULE.entries["mail reports"][0] == "essor.domain.reports.jobs.mail_reports"
    row = mailings.save_mailing(admin, report, SEVEN, [boss.pk])
    Mailing.objects.filter(pk=row.pk).update(next_due=datetime(2026, 1, 5, 6, tzinfo=UTC))
    jobs.mail_reports.func()
    queued = DBTaskResult.objects.get(task_path="essor.domain.reports.jobs.mail_one")
    jobs.mail_one.func(*queued.args_kwargs["args"])
    assert [to for to, _message in inbox.mails] == [["boss@example.fr"]]

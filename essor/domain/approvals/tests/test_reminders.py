"""Whoever lets a request wait hears of it again."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail
from django.db.models import F

from essor.access.actor import Actor
from essor.domain.approvals import mails, reading
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import ProcessInstanceWorkitem
from essor.domain.approvals.tests.conftest import Process, deal
from essor.domain.notifications.models import Notification
from essor.jobs import worker


def test_whoever_lets_a_request_wait_is_reminded_every_so_many_days(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process(remind_after=3)
    process(name="Never", where="Amount > 100000")
    submit(rep, "Opportunity", deal(rep))
    submit(rep, "Opportunity", deal(rep, 200_000), process="Never")
    worker.drain()
    assert len(mail.outbox) == 2
    bells = Notification.objects.filter(user_id=manager.user_id, title__startswith="Waiting for you")

    def pass_days(days: int) -> None:
        back = timedelta(days=days)
        rows = ProcessInstanceWorkitem.objects
        rows.update(created_date=F("created_date") - back, reminded=F("reminded") - back)
        mails.remind.func()
        worker.drain()

    pass_days(2)
    assert not bells.exists()
    pass_days(2)
    assert [one.title for one in bells] == ["Waiting for you for 4 days: Big one"]
    assert mail.outbox[-1].subject == "Reminder, to approve: Big one"
    assert len(mail.outbox) == 3
    pass_days(1)
    assert bells.all().count() == 1
    (late, fresh_one) = reading.inbox(manager)
    assert (late.days, late.late, fresh_one.late) == (5, True, False)
    pass_days(2)
    assert bells.all().count() == 2

"""Reminders: a notification when an activity's moment comes, and each morning what is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.access.models import User
from essor.domain.activities.models import Event, Task
from essor.domain.notifications.kinds import Kind, register
from essor.domain.notifications.notices import Notice, send
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import task
from essor.kernel.clock import zone_named
from essor.kernel.formats import moment

REMINDER = register(
    Kind(
        "reminder",
        gettext_lazy("Reminders"),
        gettext_lazy("A reminder of a task or event is due."),
        "clock",
        mail="now",
    )
)
DUE = register(
    Kind(
        "task_due",
        gettext_lazy("Tasks of the day"),
        gettext_lazy("Each morning, when tasks are due or overdue."),
        "checkbox",
    )
)
MOST = 500  # reminders of one run; the next run is a minute later
LATE = timedelta(days=1)  # a reminder older than this helps nobody any more
MORNING = time(9)  # of whole days, and of tasks, on the clock of who is reminded


def counted_from(start: datetime, zone: str, *, whole: bool) -> datetime:
    """Return the moment that a reminder is counted back from: the start, and of whole days the morning of the first."""
    day = start.astimezone(UTC).date()
    return datetime.combine(day, MORNING, zone_named(zone)) if whole else start


@task()
def remind() -> None:
    """Send the reminders whose moment has come, each once."""
    now = timezone.now()
    for model, name in ((Event, "Event"), (Task, "Task")):
        with transaction.atomic():
            _remind(model, name, now)


def _remind(model: type[Event | Task], name: str, now: datetime) -> None:
    waiting = Q(reminded_for__isnull=True) | ~Q(reminded_for=F("reminder_date_time"))
    rows: list[Any] = list(
        model.objects.select_for_update(
            skip_locked=True, no_key=True
        )  # what is being edited has its turn next time
        .filter(waiting, is_deleted=False, is_reminder_set=True, reminder_date_time__lte=now)
        .order_by("reminder_date_time")[:MOST]
    )
    people = {one.pk: one for one in User.objects.filter(pk__in={row.owner_id for row in rows})}
    send(
        [
            _notice(row, name, people[row.owner_id])
            for row in rows
            if row.owner_id in people
            and row.reminder_date_time
            and row.reminder_date_time > now - LATE
            and not getattr(row, "is_closed", False)
        ]
    )
    # Book-keeping of ours, no change of the record: no revision, no history.
    model.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_for=F("reminder_date_time"))


def _notice(row: Event | Task, name: str, user: User) -> Notice:
    def body() -> str:
        if not isinstance(row, Event):
            return ""
        when = _("All day") if row.is_all_day_event else moment(row.start_date_time, user.locale)
        return " · ".join(filter(None, (when, row.location)))

    return Notice(user.pk, REMINDER.name, lambda: row.subject or _("Reminder"), body, (name, row.pk))


@task()
def tell_due() -> None:
    """Tell everybody how many of their tasks are due today or overdue: one question for all."""
    today = timezone.localdate()
    rows = (
        Task.objects.filter(
            is_deleted=False,
            is_closed=False,
            activity_date__lte=today,
            activity_date__gt=today - timedelta(days=60),
        )
        .values("owner_id")
        .annotate(
            due=Count("pk", filter=Q(activity_date=today)),
            late=Count("pk", filter=Q(activity_date__lt=today)),
        )
    )
    send([_morning(row["owner_id"], row["due"], row["late"]) for row in rows if row["due"]])


def _morning(user: int, due: int, late: int) -> Notice:
    def title() -> str:
        return ngettext("%(num)s task is due today", "%(num)s tasks are due today", due) % {"num": due}

    def body() -> str:
        return (
            ngettext("%(num)s more is overdue", "%(num)s more are overdue", late) % {"num": late}
            if late
            else ""
        )

    return Notice(user, DUE.name, title, body, link="/")


SCHEDULE.add("activities.reminders", remind, every(minutes=1))
SCHEDULE.add("activities.due", tell_due, daily(time(7, 30)))

"""Reports by mail: to whom, how often, and the sending; each recipient gets what their own rights show."""

from __future__ import annotations

import logging
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.domain.reports import files, running
from essor.domain.reports.actions import keep
from essor.domain.reports.models import Mailing, Report
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, FieldError, ValidationFailed

logger = logging.getLogger(__name__)
MOST_RECIPIENTS = 50
LAST_WORKDAY, LAST_WEEKDAY, LAST_MONTHDAY = 4, 6, 31


@dataclass(frozen=True, slots=True)
class Plan:
    """When a report goes out: `weekday` counts from Monday = 0, `monthday` beyond a month's end means its last day."""

    rhythm: str
    at: time
    timezone: str
    weekday: int = 0
    monthday: int = 1

    def after(self, moment: datetime) -> datetime:
        """Return the first slot later than `moment`, aware UTC."""
        zone = zone_named(self.timezone)
        day = moment.astimezone(zone).date()
        while True:
            slot = datetime.combine(day, self.at, zone).astimezone(UTC)
            if slot > moment and self._fits(day.weekday(), day.day, monthrange(day.year, day.month)[1]):
                return slot
            day += timedelta(days=1)

    def _fits(self, weekday: int, monthday: int, last: int) -> bool:
        if self.rhythm == Mailing.Rhythm.WORKDAYS:
            return weekday <= LAST_WORKDAY
        if self.rhythm == Mailing.Rhythm.WEEKLY:
            return weekday == self.weekday
        return self.rhythm != Mailing.Rhythm.MONTHLY or monthday == min(self.monthday, last)


@transaction.atomic
def save_mailing(actor: Actor, report: Report, plan: Plan, recipients: Sequence[int]) -> Mailing:
    """Let a report go out by mail in the actor's name, instead of as before; ValidationFailed, Forbidden to export."""
    files.require_export(actor, report)
    people = list(
        User.objects.filter(pk__in=recipients, is_active=True).order_by("pk")[: MOST_RECIPIENTS + 1]
    )
    errors = []
    if not people:
        errors.append(FieldError("Recipients", "REQUIRED_FIELD_MISSING", _("Choose at least one person.")))
    if len(people) > MOST_RECIPIENTS:
        message = _("At most %(limit)d people.") % {"limit": MOST_RECIPIENTS}
        errors.append(FieldError("Recipients", "LIMIT_EXCEEDED", message))
    elif without := [one.name for one in people if not _would_get(one, report)]:
        message = _("The report is not shared with these people, or they may not export it: %(names)s.")
        errors.append(
            FieldError("Recipients", "INSUFFICIENT_ACCESS", message % {"names": ", ".join(without)})
        )
    if plan.rhythm not in Mailing.Rhythm.values:
        errors.append(FieldError("Rhythm", "INVALID_FIELD_VALUE", _("Choose how often.")))
    if not 0 <= plan.weekday <= LAST_WEEKDAY or not 1 <= plan.monthday <= LAST_MONTHDAY:
        errors.append(FieldError("Day", "INVALID_FIELD_VALUE", _("Choose a day.")))
    if errors:
        raise ValidationFailed(errors)
    row = of(actor, report) or Mailing(report=report, owner_id=actor.user_id)
    row.rhythm, row.at, row.timezone = plan.rhythm, plan.at, plan.timezone
    row.weekday, row.monthday = plan.weekday, plan.monthday
    row.next_due = plan.after(timezone.now())
    row.save()
    row.recipients.set(people)
    return row


def _would_get(user: User, report: Report) -> bool:
    """Tell whether somebody would be sent a report."""
    actor = actor_for(user)
    try:
        files.require_export(actor, keep.found(actor, Report, report.pk))
    except EssorError:
        return False
    return True


def of(actor: Actor, report: Report) -> Mailing | None:
    """Return the actor's own mailing of a report."""
    return Mailing.objects.filter(report=report, owner_id=actor.user_id).first()


def stop(actor: Actor, report: Report) -> None:
    """Send no more of a report in the actor's name."""
    Mailing.objects.filter(report=report, owner_id=actor.user_id).delete()


def claim_due(now: datetime | None = None) -> list[int]:
    """Return the mailings whose time has come, each moved on to its next slot; two workers never claim one twice."""
    now = now or timezone.now()
    claimed = []
    for row in Mailing.objects.filter(next_due__lte=now):
        plan = Plan(row.rhythm, row.at, row.timezone, row.weekday, row.monthday)
        same = Mailing.objects.filter(pk=row.pk, next_due=row.next_due)
        if same.update(next_due=plan.after(now), last_sent=now):
            claimed.append(row.pk)
    return claimed


def send(mailing_id: int, user_id: int) -> bool:
    """Mail a report to one recipient as they see it; False when they may not have it, or are gone."""
    row = Mailing.objects.select_related("report", "owner").filter(pk=mailing_id).first()
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if row is None or user is None or not user.may_enter:
        return False
    with translation.override(user.language), timezone.override(zone_named(user.timezone)):
        actor = actor_for(user)
        try:
            message = message_for(actor, row)
        except EssorError as error:
            logger.info("The report %s is not sent to user %s: %s", row.report_id, user.pk, error)
            return False
        message.send()
    return True


def message_for(actor: Actor, row: Mailing) -> EmailMessage:
    """Return the mail with the spreadsheet; Forbidden or NotFound when the recipient may not have the report."""
    report = keep.found(actor, Report, row.report_id)
    answer = running.answer(actor, keep.definition_of(report), own=False)
    figures = "\n".join(map(str, answer.metrics))
    words = {"name": report.label, "sender": row.owner.name}
    body = (
        _("Here is the report “%(name)s”, with what you have rights to. %(sender)s has it sent to you.")
        % words
    )
    message = EmailMessage(
        _("Report: %(name)s") % words,
        f"{body}\n\n{figures}\n\n{settings.SITE_URL}/reports/{report.pk}/\n",
        to=[actor.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    with TemporaryDirectory() as folder:
        path = files.write(actor, report, Path(folder), "xlsx")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        message.attach(files.name_of(report, "xlsx"), path.read_bytes(), kind)
    return message

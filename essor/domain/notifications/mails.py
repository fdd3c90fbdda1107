"""Mails about notifications: at once, several that came together as one, and a summary each morning.

A task sends them, never the transaction that wrote them. A mail is marked as sent after it went out, so that one whose
worker was killed is sent again rather than lost. What a person may not see any more when it leaves is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from essor.access.models import User
from essor.domain.notifications.models import MailPace, Notification
from essor.domain.notifications.posting import Refusals
from essor.domain.notifications.readers import people_of, still_seen
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import check_interrupted, task
from essor.kernel import ids

MOST = 50  # notifications in one mail; the rest is a number and a link
KEPT = timedelta(days=180)
SETTINGS = "/me/notifications"


@task(retries=4, alone=True)
def send_now() -> None:
    """Send what people want to read at once."""
    _send(MailPace.NOW)


@task(retries=4, alone=True)
def send_summaries() -> None:
    """Send the daily summaries."""
    _send(MailPace.DAILY)


@task()
def purge() -> None:
    """Forget notifications of half a year ago."""
    Notification.objects.filter(created__lt=timezone.now() - KEPT).delete()


SCHEDULE.add("notifications.summaries", send_summaries, daily(time(7, 0)))
SCHEDULE.add("notifications.purge", purge, daily(time(3, 20)))


def _send(pace: MailPace) -> None:
    """Send one mail to each person with something waiting, and mark it sent; what cannot be sent waits for another try."""
    waiting, refusals = Notification.objects.filter(mail=pace), Refusals()
    for user_id in sorted(set(waiting.values_list("user_id", flat=True))):
        check_interrupted()
        with refusals.noted(user_id):
            _send_to(user_id, list(waiting.filter(user_id=user_id).order_by("id")), pace)
    refusals.check()


def _send_to(user_id: int, waiting: Sequence[Notification], pace: MailPace) -> None:
    user = people_of([user_id]).get(user_id)
    # What was read on the page meanwhile needs no summary.
    unread = [row for row in waiting if row.read is None or pace == MailPace.NOW]
    unread = still_seen(user, unread) if user is not None else []
    if user is not None and user.email and unread:
        with translation.override(user.language):
            _mail(user, unread, pace).send()
    Notification.objects.filter(pk__in=[row.pk for row in waiting]).update(mail=MailPace.OFF)


def _mail(user: User, rows: Sequence[Notification], pace: MailPace) -> EmailMultiAlternatives:
    """Return the mail about some notifications, in the language in force."""
    count = len(rows)
    subject = (
        rows[0].title
        if count == 1
        else ngettext("%(num)s notification", "%(num)s notifications", count) % {"num": count}
    )
    if pace == MailPace.DAILY:
        subject = _("Your day in Essor: %(subject)s") % {"subject": subject}
    settings_href = settings.SITE_URL + SETTINGS
    context = {
        "greeting": _("Hello %(name)s,") % {"name": user.first_name or user.name},
        "settings": settings_href,
        "lines": [(row.title, row.body, address(row)) for row in rows[:MOST]],
        "all": f"{settings.SITE_URL}/notifications/",
        "all_label": _("All notifications"),
        "open_label": _("Open"),
        "why": _("You receive this e-mail because of your settings in Essor."),
        "settings_label": _("Choose what you receive, or unsubscribe"),
        "language": user.language,
        "colon": pgettext("between a label and its value", ":"),
    }
    text = get_template("notifications/mail.txt", using="django").render(context)
    mail = EmailMultiAlternatives(" ".join(subject.split()), text, to=[user.email])
    mail.attach_alternative(
        get_template("notifications/mail.html", using="django").render(context), "text/html"
    )
    mail.extra_headers["List-Unsubscribe"] = f"<{settings_href}>"
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    return mail


def address(row: Notification) -> str:
    """Return the whole address of what a notification is about."""
    return f"{settings.SITE_URL}{page_of(row)}"


def page_of(row: Notification) -> str:
    """Return the page that a notification is about, as an address of this site; the list of all when it has none."""
    if row.record_id is not None:
        return f"/r/{ids.encode(row.prefix, row.record_id)}/"
    return row.link or "/notifications/"

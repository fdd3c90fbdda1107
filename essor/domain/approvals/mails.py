"""Mails about requests: to each person asked who wants them at once, with the facts and two links.

Tasks send them, never the transaction that wrote the request. A mail is marked after it went out, so that one whose
worker was killed is sent again, with a new secret, rather than lost.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import time, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.approvals import links, told
from essor.domain.approvals.models import PENDING, MailLink, ProcessInstanceWorkitem
from essor.domain.approvals.reading import Request, requests_of
from essor.domain.notifications.notices import at_once
from essor.domain.notifications.posting import Refusals
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.clock import zone_named

AT_ONCE = 200


@task(retries=4, alone=True)
def send_requests() -> None:
    """Mail every open request to the people asked, and to who stands in for them, that have had no mail about it yet."""
    _make_links()
    waiting = MailLink.objects.filter(sent=None, used=None, item__is_deleted=False).select_related(
        "user", "item__process_instance__process"
    )
    refusals = Refusals()
    while some := list(waiting.exclude(pk__in=refusals.keys).order_by("pk")[:AT_ONCE]):
        wanted = at_once({link.user_id for link in some}, told.ASKED)
        for link in some:
            check_interrupted()
            with refusals.noted(link.pk):
                if link.user_id in wanted and link.user.may_enter and link.user.email:
                    _request_mail(link)
                MailLink.objects.filter(pk=link.pk).update(sent=timezone.now())
    refusals.check()


@task()
def remind() -> None:
    """Ring again for whoever has let a request wait as long as its process allows, and have the mail sent once more."""
    now = timezone.now()
    waiting = ProcessInstanceWorkitem.objects.filter(
        is_deleted=False,
        process_instance__status=PENDING,
        process_instance__process__remind_after__isnull=False,
    )
    rows = waiting.values_list("pk", "created_date", "reminded", "process_instance__process__remind_after")
    by_days: dict[int, list[int]] = defaultdict(list)
    for key, asked, reminded, days in rows:
        if (reminded or asked) <= now - timedelta(days=days or 0):
            by_days[(now - asked).days].append(key)
    late = [key for keys in by_days.values() for key in keys]
    if not late:
        return
    with transaction.atomic():
        ProcessInstanceWorkitem.objects.filter(pk__in=late).update(reminded=now)
        MailLink.objects.filter(item__in=late, used=None).update(sent=None)
        for days, keys in by_days.items():
            told.requested(keys, days=days)
        send_requests.enqueue()


SCHEDULE.add("approvals.reminders", remind, daily(time(7, 30)))
SCHEDULE.add(
    "approvals.requests", send_requests, every(minutes=30)
)  # absences begin without anybody doing anything


def _make_links() -> None:
    """Note who has to be mailed: one row per open work item and person."""
    items = ProcessInstanceWorkitem.objects.filter(is_deleted=False).select_related("process_instance")
    wanted = told.to_ask(items.defer("process_instance__asked"))
    known = set(MailLink.objects.filter(item__is_deleted=False).values_list("item", "user"))
    MailLink.objects.bulk_create(
        (MailLink(item_id=item, user_id=user) for item, user in sorted(wanted - known)), ignore_conflicts=True
    )


def _request_mail(link: MailLink) -> None:
    user = link.user
    with translation.override(user.language), timezone.override(zone_named(user.timezone)):
        found = requests_of(actor_for(user), [link.item])
        if found:
            address = f"{settings.SITE_URL}/approvals/mail/{links.sign(link)}/"
            _send(user, _subject(found[0]), "request", _context(user, found[0], address))


def _subject(request: Request) -> str:
    text = _("Reminder, to approve: %(record)s") if request.item.reminded else _("To approve: %(record)s")
    return text % {"record": request.title}


def _context(user: User, request: Request, address: str) -> dict[str, object]:
    instance = request.instance
    line = _("%(name)s asks for your approval: %(process)s") % {
        "name": request.submitter,
        "process": instance.process.name,
    }
    instead = _("You answer for %(name)s, who is away.") % {"name": request.instead_of}
    return {
        "greeting": _("Hello %(name)s,") % {"name": user.first_name or user.name},
        "line": line,
        "instead": instead if request.instead_of else "",
        "title": request.title,
        "object": str(request.object.label),
        "facts": request.facts,
        "earlier": request.earlier,
        "comment": instance.comments or "",
        "quoted": _("“%(text)s”") % {"text": instance.comments or ""},
        "language": user.language,
        "approve": f"{address}?answer=approve",
        "approve_label": _("Approve"),
        "refuse": f"{address}?answer=refuse",
        "refuse_label": _("Refuse"),
        "open": f"{settings.SITE_URL}/r/{request.record_id}/",
        "open_label": _("Open the record"),
        "changed_label": _("What has changed"),
        "facts_label": _("The record"),
        "colon": pgettext("between a label and its value", ":"),
        "why": _("The links are yours alone, work once, and ask again before anything happens."),
    }


def _send(user: User, subject: str, template: str, context: dict[str, object]) -> None:
    text = get_template(f"approvals/{template}.txt", using="django").render(context)
    mail = EmailMultiAlternatives(" ".join(subject.split())[:200], text, to=[user.email])
    html = get_template(f"approvals/{template}.html", using="django").render(context)
    mail.attach_alternative(html, "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    mail.send()

"""Mails about requests: to each person asked, with the facts and two links; and the answer to whoever submitted.

Tasks send them, never the transaction that wrote the request. A mail is marked after it went out, so that one whose
worker was killed is sent again, with a new secret, rather than lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.approvals import absences, links
from essor.domain.approvals.models import (
    APPROVED,
    REJECTED,
    MailLink,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)
from essor.domain.approvals.reading import Request, requests_of
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel import ids
from essor.kernel.clock import zone_named

AT_ONCE = 200


@task(retries=4)
def send_requests() -> None:
    """Mail every open request to the people asked, and to who stands in for them, that have had no mail about it yet."""
    _make_links()
    waiting = MailLink.objects.filter(sent=None, used=None, item__is_deleted=False).select_related(
        "user", "item__process_instance__process"
    )
    for link in list(waiting.order_by("pk")[:AT_ONCE]):
        check_interrupted()
        if link.user.may_enter and link.user.email:
            _request_mail(link)
        MailLink.objects.filter(pk=link.pk).update(sent=timezone.now())
    if waiting.exists():
        send_requests.enqueue()


SCHEDULE.add(
    "approvals.requests", send_requests, every(minutes=30)
)  # absences begin without anybody doing anything


def _make_links() -> None:
    """Note who has to be mailed: one row per open work item and person."""
    pairs = list(
        ProcessInstanceWorkitem.objects.filter(is_deleted=False, actor__isnull=False).values_list(
            "pk", "actor", "process_instance__submitted_by"
        )
    )
    away = absences.delegates({actor for _item, actor, _by in pairs})
    wanted = {(item, actor) for item, actor, _by in pairs}
    wanted |= {(item, away[actor]) for item, actor, by in pairs if actor in away and away[actor] != by}
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
    return _("To approve: %(record)s") % {"record": request.title}


def _context(user: User, request: Request, address: str) -> dict[str, object]:
    instance = request.instance
    line = _("%(name)s asks for your approval: %(process)s.") % {
        "name": request.submitter, "process": instance.process.name,
    }  # fmt: skip
    instead = _("You answer for %(name)s, who is away.") % {"name": request.instead_of}
    return {
        "greeting": _("Hello %(name)s,") % {"name": user.first_name or user.name}, "line": line,
        "instead": instead if request.instead_of else "", "title": request.title, "object": str(request.object.label),
        "facts": request.facts, "comment": instance.comments or "", "language": user.language,
        "approve": f"{address}?answer=approve", "approve_label": _("Approve"),
        "refuse": f"{address}?answer=refuse", "refuse_label": _("Refuse"),
        "open": f"{settings.SITE_URL}/r/{request.record_id}/", "open_label": _("Open the record"),
        "changed_label": _("What has changed"), "facts_label": _("The record"),
        "why": _("The links are yours alone, work once, and ask again before anything happens."),
    }  # fmt: skip


@task(retries=4)
def send_answers(instance_ids: Sequence[int]) -> None:
    """Tell those who submitted how their requests ended."""
    rows = ProcessInstance.objects.filter(pk__in=instance_ids, status__in=(APPROVED, REJECTED))
    for instance in rows.select_related("process", "submitted_by"):
        user = instance.submitted_by
        if user is not None and user.may_enter and user.email and user.pk != instance.last_actor_id:
            with translation.override(user.language):
                _answer_mail(user, instance)


def _answer_mail(user: User, instance: ProcessInstance) -> None:
    lines = ProcessInstanceStep.objects.filter(
        process_instance=instance, step_status__in=(APPROVED, REJECTED)
    ).select_related("actor")
    title = instance.name.removeprefix(f"{instance.process.name} – ")
    approved = instance.status == APPROVED
    subject = _("Approved: %(record)s") if approved else _("Refused: %(record)s")
    address = f"{settings.SITE_URL}/r/{ids.encode(instance.target_object_type, instance.target_object)}/"
    context: dict[str, object] = {
        "greeting": _("Hello %(name)s,") % {"name": user.first_name or user.name},
        "line": (_("Your request was approved: %(process)s.") if approved else _("Your request was refused: %(process)s."))
        % {"process": instance.process.name},
        "title": title, "answers": list(_answers(lines)), "open": address, "open_label": _("Open the record"),
        "language": user.language,
    }  # fmt: skip
    _send(user, subject % {"record": title}, "answer", context)


def _answers(lines: Iterable[ProcessInstanceStep]) -> Iterable[tuple[str, str]]:
    for one in lines:
        name = one.actor.name if one.actor else ""
        text = _("%(name)s approved") if one.step_status == APPROVED else _("%(name)s refused")
        yield text % {"name": name}, one.comments or ""


def _send(user: User, subject: str, template: str, context: dict[str, object]) -> None:
    text = get_template(f"approvals/{template}.txt", using="django").render(context)
    mail = EmailMultiAlternatives(" ".join(subject.split())[:200], text, to=[user.email])
    html = get_template(f"approvals/{template}.html", using="django").render(context)
    mail.attach_alternative(html, "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    mail.send()

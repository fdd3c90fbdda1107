"""What people are told of requests, in the program and by mail, by each one's own settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.access import principals
from essor.domain.absences.away import deputies
from essor.domain.approvals.models import (
    APPROVED,
    REJECTED,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)
from essor.domain.notifications.kinds import Kind, register
from essor.domain.notifications.notices import Notice, send
from essor.kernel import ids

ASKED = register(
    Kind(
        "approval_requested",
        gettext_lazy("Somebody asks for my approval"),
        gettext_lazy("Immediate e-mails hold the facts, and links to approve or refuse. Reminders too."),
        "circle-check",
        mail="now",
        own_mail=True,
    )
)
AGREED = register(
    Kind("approval_approved", gettext_lazy("My request is approved"), icon="circle-check", mail="now")
)
DENIED = register(
    Kind(
        "approval_refused",
        gettext_lazy("My request is refused"),
        gettext_lazy("With the reason."),
        "circle-x",
        mail="now",
    )
)
INBOX = "/approvals/"
Lines = Sequence[ProcessInstanceStep]


def to_ask(items: Iterable[ProcessInstanceWorkitem]) -> set[tuple[int, int]]:
    """Return (work item, user) of all who may answer now: the people asked, and who stands in; their requests are loaded."""
    asked = [one for one in items if one.actor_id]
    away = deputies({one.actor_id for one in asked if one.actor_id})
    pairs = {(one.pk, one.actor_id or 0) for one in asked}
    return pairs | {
        (one.pk, away[one.actor_id or 0])
        for one in asked
        if away.get(one.actor_id or 0) not in (None, one.process_instance.submitted_by_id)
    }


def requested(item_ids: Collection[int], *, days: int = 0) -> None:
    """Tell people that they are asked; with `days`, that they are still waited for."""
    rows = ProcessInstanceWorkitem.objects.filter(pk__in=item_ids, is_deleted=False)
    items = {one.pk: one for one in rows.select_related("process_instance__process")}
    names = principals.names(one.process_instance.submitted_by_id for one in items.values())
    send(
        [
            _asked(user, items[item].process_instance, names, days, f"{INBOX}#request-{item}")
            for item, user in sorted(to_ask(items.values()))
        ]
    )


def _asked(user: int, instance: ProcessInstance, names: Mapping[int, str], days: int, link: str) -> Notice:
    def title() -> str:
        if days:
            words = ngettext(
                "Waiting for you for %(num)d day: %(record)s",
                "Waiting for you for %(num)d days: %(record)s",
                days,
            )
            return words % {"num": days, "record": instance.title}
        return _("To approve: %(record)s") % {"record": instance.title}

    def body() -> str:
        line = _("%(name)s asks for your approval: %(process)s")
        name = names.get(instance.submitted_by_id or 0, "")
        said = line % {"name": name, "process": instance.process.name}
        return f"{said}\n{instance.comments}" if instance.comments else said

    by = None if days else instance.submitted_by_id
    return Notice(user, ASKED.name, title, body, link=link, by=by)


def answered(instance_ids: Collection[int]) -> None:
    """Tell those who submitted how their requests ended, with what was said."""
    rows = ProcessInstance.objects.filter(pk__in=instance_ids, status__in=(APPROVED, REJECTED))
    instances = list(rows.exclude(submitted_by=None).select_related("process"))
    lines = _answers({one.pk for one in instances})
    names = principals.names(one.actor_id for some in lines.values() for one in some)
    send([_answered(one, lines[one.pk], names) for one in instances])


def decided(instance_ids: Collection[int]) -> Callable[[int], str]:
    """Return what says, in the language in force, who gave the last answer to a request (its key), and why; two queries."""
    lines = _answers(instance_ids)
    names = principals.names(some[-1].actor_id for some in lines.values())
    return lambda key: _said(lines[key][-1], names) if key in lines else ""


def _answers(instance_ids: Collection[int]) -> dict[int, list[ProcessInstanceStep]]:
    """Return {request: its answers, in their order} of those that have any."""
    lines: dict[int, list[ProcessInstanceStep]] = defaultdict(list)
    rows = ProcessInstanceStep.objects.filter(
        process_instance__in=instance_ids, step_status__in=(APPROVED, REJECTED)
    )
    for one in rows.order_by("pk"):
        lines[one.process_instance_id].append(one)
    return lines


def _answered(instance: ProcessInstance, lines: Lines, names: Mapping[int, str]) -> Notice:
    approved = instance.status == APPROVED

    def title() -> str:
        said = _("Approved: %(record)s") if approved else _("Refused: %(record)s")
        return said % {"record": instance.title}

    def body() -> str:
        return "\n".join([instance.process.name, *(_said(one, names) for one in lines)])

    link = f"/r/{ids.encode(instance.target_object_type, instance.target_object)}/"
    kind = (AGREED if approved else DENIED).name
    return Notice(instance.submitted_by_id or 0, kind, title, body, link=link, by=instance.last_actor_id)


def _said(line: ProcessInstanceStep, names: Mapping[int, str]) -> str:
    text = _("%(name)s approved") if line.step_status == APPROVED else _("%(name)s refused")
    said = text % {"name": names.get(line.actor_id or 0, "")}
    return _("%(label)s: %(value)s") % {"label": said, "value": line.comments} if line.comments else said

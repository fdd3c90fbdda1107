"""Word to the owner of a flow that failed: for which record, at which step, why, and where to put it right.

However often a flow fails, its owner has one notice an hour about it, which counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import actor_for
from essor.domain.automation import keepers
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import name_of
from essor.domain.automation.models import Flow, Outgoing, RunState
from essor.domain.automation.told import FLOW_FAILED
from essor.domain.notifications.gathering import Topic, figure
from essor.domain.notifications.notices import notify
from essor.query.names import names

MAIL_EVERY = timedelta(hours=1)


def tell(
    flow: Flow, why: str, *, records: Sequence[int] = (), step: Step | None = None, run_id: int | None = None
) -> None:
    """Tell the owner of failed runs: by a notification, and by mail once an hour where the flow says so.

    `records` are those that they are about, none of a flow that could not even look for any; `step` is the one that
    failed, None where none began; `run_id` names the run when it is a single one. In the owner's language, whoever
    noticed it.
    """
    with translation.override(flow.owner.language):
        title = _headline(flow, records, name_of(step) if step is not None else "")
        address = keepers.failures_of(flow, run_id)
        topic = Topic(f"flow:{flow.pk}", _times(flow), keepers.failures_of(flow), count=len(records) or 1)
        notify([flow.owner_id], FLOW_FAILED.name, title, body=why[:500], link=address, topic=topic)
        if flow.mail_errors:
            _mail(flow, title, why, address)


def _mail(flow: Flow, title: str, why: str, address: str) -> None:
    now = timezone.now()
    quiet = Q(error_mailed__isnull=True) | Q(error_mailed__lt=now - MAIL_EVERY)
    last = flow.runs.filter(state=RunState.FAILED).order_by("-pk").values_list("pk", flat=True).first()
    if last and Flow.objects.filter(quiet, pk=flow.pk).update(error_mailed=now):
        content = {
            "to": [flow.owner.email],
            "subject": _("A flow failed: %(name)s") % {"name": flow.name},
            "body": f"{title}\n{why}\n\n{settings.SITE_URL}{address}",
        }
        Outgoing.objects.create(run_id=last, kind="alert", content=content)


def _times(flow: Flow) -> Callable[[int], str]:
    """Return what is said of a flow that fails again and again."""

    def said(count: int) -> str:
        pattern = ngettext(
            "The flow “%(flow)s” failed %(num)s time within an hour",
            "The flow “%(flow)s” failed %(num)s times within an hour",
            count,
        )
        return pattern % {"flow": flow.name, "num": figure(count)}

    return said


def _headline(flow: Flow, records: Sequence[int], step: str) -> str:
    about = {"flow": flow.name, "step": step}
    if not records:
        return _("“%(flow)s” could not start") % about
    about["records"] = _named(flow, records)
    if not step:
        return _("“%(flow)s” did not start for %(records)s") % about
    return _("“%(flow)s” failed for %(records)s at the step “%(step)s”") % about


def _named(flow: Flow, records: Sequence[int]) -> str:
    """Return the first record by its name, as far as the owner may see it, and how many others there are."""
    key = (flow.object_name, records[0])
    name = names(actor_for(flow.owner), [key]).get(key, "")
    others = len(records) - 1
    if not name:
        return ngettext("%(num)d record", "%(num)d records", len(records)) % {"num": len(records)}
    if not others:
        return _("“%(text)s”") % {"text": name}
    pattern = ngettext("“%(name)s” and %(num)d other record", "“%(name)s” and %(num)d other records", others)
    return pattern % {"name": name, "num": others}

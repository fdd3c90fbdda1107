"""Three flows in force in the demo company, with records that have really gone through them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from essor.access.actor import administrator
from essor.domain.automation import actions, engine, entering
from essor.domain.automation.models import Flow, FlowRun, Outgoing, RunState
from essor.domain.automation.ready import LARGE, READY
from essor.domain.demo import approvals
from essor.domain.sales.models import Lead, Opportunity

LEADS, DEALS, LARGE_DEALS, ASKED = 24, 12, 9, 4
MOST_STEPS = 200
CENTS = 100


def make() -> None:
    """Turn the flows on and let hot leads and won deals go through them; nothing when there are flows already."""
    if Flow.objects.exists():
        return
    actor = administrator()
    won = Opportunity.objects.filter(is_won=True)
    keys = {
        "hot_lead": _newest(Lead.objects.filter(rating="Hot", is_converted=False), LEADS),
        "thanks": _newest(won, DEALS),
        "large_deal": _newest(won.filter(amount__gt=LARGE * CENTS, contact__isnull=False), LARGE_DEALS),
    }
    flows: dict[str, Flow] = {}
    for ready in READY:
        if ready.name in keys:
            with transaction.atomic(), translation.override(actor.language):
                flow = actions.create_flow(
                    actor,
                    name=str(ready.label),
                    object_name=ready.object_name,
                    definition=ready.definition(),
                    description=str(ready.help),
                )
                actions.activate(actor, flow, flow.versions.get())
                entering.enter_some(flow, keys[ready.name])
                flows[ready.name] = flow
    _go_on()
    _as_if_sent()
    _as_if_days_had_passed(flows["large_deal"])
    approvals.keep_silent()


def _go_on() -> None:
    for _round in range(MOST_STEPS):
        if not engine.advance():
            return


def _as_if_sent() -> None:
    """Let the runs go on whose mails lie in the out-tray: nobody is written to about what is told here."""
    waiting = Outgoing.objects.filter(due_at__isnull=False)
    runs = list(waiting.values_list("run", flat=True))
    waiting.update(due_at=None, attempts=1, sent=timezone.now())
    engine.answer(runs, "")
    _go_on()


def _as_if_days_had_passed(flow: Flow) -> None:
    """Let the waiting of some records be over, so that somebody is asked about them."""
    some = flow.runs.filter(state=RunState.WAITING).order_by("pk").values_list("pk", flat=True)[:ASKED]
    before = timezone.now() - timedelta(hours=2)
    FlowRun.objects.filter(pk__in=list(some)).update(due_at=before, entered=before - timedelta(days=3))
    _go_on()


def _newest(rows: QuerySet[Any], count: int) -> Iterable[int]:
    return list(rows.filter(is_deleted=False).order_by("-pk").values_list("pk", flat=True)[:count])

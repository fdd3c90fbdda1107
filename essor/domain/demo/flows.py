"""Two flows in force in the demo company, with records that have really gone through them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from essor.access.actor import administrator
from essor.domain.automation import actions, engine, entering
from essor.domain.automation.models import Flow
from essor.domain.automation.ready import READY
from essor.domain.sales.models import Lead, Opportunity

SHOWN = ("hot_lead", "thanks")
LEADS, DEALS = 24, 12
MOST_STEPS = 200


def make() -> None:
    """Turn the flows on and let some hot leads and won deals go through them; nothing when there are flows already."""
    if Flow.objects.exists():
        return
    actor = administrator()
    keys = {
        "Lead": list(_newest(Lead.objects.filter(rating="Hot", is_converted=False), LEADS)),
        "Opportunity": list(_newest(Opportunity.objects.filter(is_won=True), DEALS)),
    }
    for ready in READY:
        if ready.name not in SHOWN:
            continue
        with transaction.atomic(), translation.override(actor.language):
            flow = actions.create_flow(
                actor, name=str(ready.label), object_name=ready.object_name, definition=ready.definition(),
                description=str(ready.help),
            )  # fmt: skip
            actions.activate(actor, flow, flow.versions.get())
            entering.enter_some(flow, keys[ready.object_name])
    for _round in range(MOST_STEPS):
        if not engine.advance():
            return


def _newest(rows: QuerySet[Any], count: int) -> QuerySet[Any, int]:
    return rows.filter(is_deleted=False).order_by("-pk").values_list("pk", flat=True)[:count]

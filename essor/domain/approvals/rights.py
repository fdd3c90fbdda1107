"""Who sees a request: whoever may read its record, who submitted it, and who is or was asked."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from essor.access.actor import Actor
from essor.access.grants import By, CompileWhere, Grant, Verb, named_by, row_rule
from essor.catalog.definitions import ObjectDef
from essor.domain.absences.away import seats
from essor.domain.approvals.models import ProcessInstanceStep, ProcessInstanceWorkitem


@row_rule("ProcessInstance")
def requests(actor: Actor, obj: ObjectDef, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield who reads requests; nobody changes them by hand."""
    if verb != "read":
        return
    items = ProcessInstanceWorkitem.objects.filter(actor__in=seats(actor.user_id), is_deleted=False)
    lines = ProcessInstanceStep.objects.filter(actor=actor.user_id)
    part = Q(submitted_by=actor.user_id) | Q(pk__in=items.values("process_instance"))
    yield Grant(By.PART, condition=part | Q(pk__in=lines.values("process_instance")))
    yield from named_by(actor, obj.field("TargetObjectId"), verb, compile_where)

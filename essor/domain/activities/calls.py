"""Logging a call: what came of it, and the task that follows, in one go."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.kernel.clock import moment_for
from essor.records.change import Change
from essor.records.save import save

PEOPLE = ("Contact", "Lead")


def link_of(object_name: str, record_id: str) -> dict[str, str]:
    """Return the reference of an activity to a record: to a person, or to anything else."""
    return {"WhoId" if object_name in PEOPLE else "WhatId": record_id}


def log_call(
    actor: Actor, link: dict[str, str], *, result: str = "", comment: str = "", next_in: int | None = None
) -> int:
    """Write a call that has just ended and, `next_in` days from today, the task that follows; return the call's key."""
    today = moment_for(actor.timezone, now=timezone.now()).today
    choice = catalog_for(actor).object("Task").field("CallDisposition").choice(result) if result else None
    call = {
        "Subject": _("Call: %(result)s") % {"result": choice} if choice else _("Call"),
        "TaskSubtype": "Call",
        "Status": "Completed",
        "CallType": "Outbound",
        "CallDisposition": result or None,
        "Description": comment or None,
        "ActivityDate": today.isoformat(),
        **link,
    }
    with transaction.atomic():
        key = save(actor, Change("Task", call)).id
        if next_in is not None:
            due = (today + timedelta(days=next_in)).isoformat()
            save(actor, Change("Task", {"Subject": _("Call again"), "ActivityDate": due, **link}))
    return key

"""People of a campaign are handed to sales: a call each, for whoever owns the contact or lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from essor.access.actor import Actor
from essor.access.models import User
from essor.catalog import current
from essor.domain.marketing.campaigns.members import CHUNK, LINKS, People, behind
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.kernel import ids
from essor.query import run
from essor.query.tree import Column, Path, Query
from essor.query.walk import matching
from essor.records.change import Change, Source
from essor.records.save import save_many

TASK, KIND = "Task", "call_tasks"
MOST = 2_000  # calls made at once: nobody phones more


@dataclass(slots=True)
class Called:
    """How many calls were noted, and why others were not."""

    made: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def call(
    actor: Actor, object_name: str, keys: Sequence[int], *, subject: str, day: date, batch: UUID | None = None
) -> Called:
    """Give each person (contacts, leads, or members of campaigns by their keys) a task to be called, once.

    The task belongs to who owns the person, to the actor where that is a queue; a contact's names the campaign.
    """
    people: People = (
        behind(actor, keys) if object_name == MEMBER else {(object_name, key): None for key in keys}
    )
    owners = _owners(actor, people)
    catalog = current.get()
    changes = []
    for (name, key), campaign in people.items():
        if (name, key) not in owners:
            continue
        values: dict[str, Any] = {
            "Subject": subject,
            "TaskSubtype": "Call",
            "ActivityDate": day,
            "OwnerId": owners[name, key],
            "WhoId": ids.encode(catalog.object(name).prefix, key),
        }
        if campaign is not None and name == "Contact":
            values["WhatId"] = ids.encode(catalog.object(CAMPAIGN).prefix, campaign)
        changes.append(Change(TASK, values))
    found = Called()
    for result in save_many(actor, TASK, changes, source=Source(name=KIND, batch=batch)):
        found.made += result.ok
        found.refused.update(error.message for error in result.errors)
    return found


def _owners(actor: Actor, people: People) -> dict[tuple[str, int], int]:
    """Return who is to call each person that the actor sees."""
    owners: dict[tuple[str, int], int] = {}
    for name in LINKS:
        keys = [key for one, key in people if one == name]
        columns = (Column(Path(("Id",))), Column(Path(("OwnerId",))))
        for at in range(0, len(keys), CHUNK):
            rows = run.rows(actor, Query(name, columns=columns, where=matching(keys[at : at + CHUNK])))
            owners |= {(name, row["Id"]): row["OwnerId"] for row in rows}
    users = set(User.objects.filter(pk__in=set(owners.values()), is_active=True).values_list("pk", flat=True))
    return {person: owner if owner in users else actor.user_id for person, owner in owners.items()}

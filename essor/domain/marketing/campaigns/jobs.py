"""Putting many people into a campaign takes long enough to be watched; campaigns whose last day is over are completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.campaigns import standing
from essor.domain.marketing.campaigns.members import Added, add_selected, checked
from essor.domain.marketing.campaigns.models import Campaign
from essor.jobs import progress
from essor.jobs.person import actor_of
from essor.jobs.progress import Progress, job
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task
from essor.query import codec, decode
from essor.query.tree import Condition
from essor.query.walk import keys_after
from essor.records import undo
from essor.records.change import Source

KIND = "campaign_add"


def start(
    actor: Actor,
    campaign: int,
    object_name: str,
    where: Condition | None,
    *,
    status: str,
    override: bool,
    total: int,
) -> int:
    """Put it on the list of jobs and return the job's id. Raises what `members.checked` raises."""
    checked(actor, campaign, status)
    name = Campaign.objects.values_list("name", flat=True).get(pk=campaign)
    params = {
        "campaign": campaign,
        "object": object_name,
        "where": None if where is None else codec.to_json(where),
        "status": status,
        "override": override,
        "batch": str(undo.begin(actor, KIND, object_name)),
    }
    title = _("New members for “%(campaign)s”") % {"campaign": name}
    return progress.start(KIND, title=title, owner_id=actor.user_id, params=params, total=total).pk


@job(KIND)
def run_add(run: Progress) -> Mapping[str, Any]:
    """Add all who match, piece by piece from where it stands."""
    actor, asked = actor_of(run.owner_id), run.params
    checked(actor, asked["campaign"], asked["status"])
    where = decode.condition(asked["where"]) if asked["where"] else None
    source = Source(name=KIND, batch=UUID(asked["batch"]))
    outcome = Added.from_json(dict(run.position.get("outcome", {})))
    for keys in keys_after(actor, asked["object"], where, run.position.get("last", 0)):
        add_selected(
            actor,
            asked["campaign"],
            asked["object"],
            keys,
            status=asked["status"],
            override=asked["override"],
            source=source,
            total=outcome,
        )
        done = outcome.added + outcome.there + sum(outcome.refused.values())
        run.save_position({"last": keys[-1], "outcome": outcome.as_json()}, done=done)
        run.update(done=done)
    return {"batch": asked["batch"], **outcome.as_json()}


@task(retries=3)
def complete() -> None:
    """Complete the campaigns that are over."""
    standing.complete()


SCHEDULE.add("complete campaigns", complete, daily(time(0, 20)))

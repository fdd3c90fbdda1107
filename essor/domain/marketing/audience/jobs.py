"""Those of an audience who may be mailed become members of its campaign, piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.audience.count import listed
from essor.domain.marketing.audience.keep import of_campaign
from essor.domain.marketing.campaigns.members import Added, add, checked
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.consent.people import OBJECTS, Person
from essor.jobs import progress
from essor.jobs.person import actor_of
from essor.jobs.progress import Progress, job
from essor.records import undo
from essor.records.change import Source

KIND = "audience_members"
CHUNK = 500


def start(actor: Actor, campaign: int, *, total: int) -> int:
    """Put it on the list of jobs and return the job's id. Raises what `members.checked` raises."""
    checked(actor, campaign)
    name = Campaign.objects.values_list("name", flat=True).get(pk=campaign)
    params = {"campaign": campaign, "batch": str(undo.begin(actor, KIND, "CampaignMember"))}
    title = _("New members for “%(campaign)s”") % {"campaign": name}
    return progress.start(KIND, title=title, owner_id=actor.user_id, params=params, total=total).pk


@job(KIND)
def run_members(run: Progress) -> Mapping[str, Any]:
    """Add them from where it stands."""
    actor, campaign = actor_of(run.owner_id), run.params["campaign"]
    checked(actor, campaign)
    audience = of_campaign(campaign)
    source = Source(name=KIND, batch=UUID(run.params["batch"]))
    outcome = Added.from_json(dict(run.position.get("outcome", {})))
    last = Person(*run.position.get("last", (0, 0)))
    while people := [person for person, _address in listed(audience, actor, None, after=last, size=CHUNK)]:
        for kind, name in OBJECTS.items():
            keys = [person.id for person in people if person.kind == kind]
            if keys:
                add(actor, campaign, name, keys, source=source, total=outcome)
        last = people[-1]
        done = outcome.added + outcome.there + sum(outcome.refused.values())
        run.save_position({"last": list(last), "outcome": outcome.as_json()}, done=done)
        run.update(done=done)
    return {"batch": run.params["batch"], **outcome.as_json()}

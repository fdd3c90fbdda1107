"""Keeps the audience of a campaign, which its mailings start with."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.domain.marketing.audience.definition import Audience, read
from essor.domain.marketing.audience.models import CampaignAudience
from essor.domain.marketing.audience.parts import named
from essor.domain.marketing.campaigns.members import checked
from essor.query.environment import env_for


def of_campaign(campaign: int) -> Audience:
    """Return what was kept for a campaign, an empty audience while there is none."""
    body = CampaignAudience.objects.filter(pk=campaign).values_list("body", flat=True).first()
    return read(body or {})


def save(actor: Actor, campaign: int, audience: Audience) -> None:
    """Keep it. Raises what `members.checked` raises, and NotFound when a part of it is not there for the actor."""
    checked(actor, campaign)
    named(audience, env_for(actor))
    CampaignAudience.objects.update_or_create(
        pk=campaign, defaults={"body": audience.as_json(), "user_id": actor.user_id}
    )

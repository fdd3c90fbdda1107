"""Keeps the audience of a campaign, which its mailings start with."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

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


def change(actor: Actor, campaign: int, changed: Callable[[Audience], Audience]) -> None:
    """Keep what `changed` makes of the audience as it stands: two who change it at once both do.

    Raises what `members.checked` and `changed` raise, and NotFound when a part of it is not there for the actor.
    """
    checked(actor, campaign)
    with transaction.atomic():
        CampaignAudience.objects.get_or_create(pk=campaign, defaults={"body": Audience().as_json()})
        row = CampaignAudience.objects.select_for_update().get(pk=campaign)
        audience = read(changed(read(row.body)).as_json())
        named(audience, env_for(actor))
        row.body, row.user_id = audience.as_json(), actor.user_id or None
        row.save()


def save(actor: Actor, campaign: int, audience: Audience) -> None:
    """Keep an audience in place of the one that was there. Raises what `change` raises."""
    change(actor, campaign, lambda _kept: audience)

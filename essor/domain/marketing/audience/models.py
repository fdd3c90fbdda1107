"""The audience that a campaign has been given."""

from __future__ import annotations

from django.db import models

from essor.domain.marketing.campaigns.models import Campaign


class CampaignAudience(models.Model):
    """Whom the mailings of a campaign are for: `body` is a `definition.Audience` as JSON."""

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    body = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    changed_date = models.DateTimeField(auto_now=True)

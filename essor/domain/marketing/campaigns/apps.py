"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaigns, who belongs to them, and what they brought."""

    name = "essor.domain.marketing.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.marketing.campaigns import jobs, places, rules, statuses  # noqa: F401, PLC0415 -- models are loaded only now

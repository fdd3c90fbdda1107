"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebToLeadConfig(AppConfig):
    """Web forms that make leads."""

    name = "essor.domain.sales.web_to_lead"
    label = "web_to_lead"

    def ready(self) -> None:
        """Put the sweeping of old entries on the schedule."""
        from essor.domain.sales.web_to_lead import upkeep  # noqa: F401, PLC0415 -- models are loaded only now

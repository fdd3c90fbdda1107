"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Clicks and opens."""

    name = "essor.domain.marketing.tracking"
    label = "tracking"

    def ready(self) -> None:
        """Put the verdicts on the schedule."""
        from essor.domain.marketing.tracking import engagement, measures, verdicts  # noqa: F401, PLC0415 -- models are loaded only now

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """The activities room."""

    name = "essor.domain.activities"
    label = "activities"

    def ready(self) -> None:
        """Hang the room's rules on the writing road and its consumers on the outbox."""
        from essor.domain.activities import (  # noqa: F401, PLC0415 -- models are loaded only now
            extension,
            followed,
            handover,
            mails,
            mentions,
            reminders,
            rules,
            series,
        )

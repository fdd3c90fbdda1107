"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    """Whom a mailing is for, and who of them may be mailed."""

    name = "essor.domain.marketing.audience"
    label = "audience"

    def ready(self) -> None:
        """Register the room's work in the background."""
        from essor.domain.marketing.audience import jobs  # noqa: F401, PLC0415 -- models are loaded only now

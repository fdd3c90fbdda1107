"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """People on their way through mails, waits and branches: flows of marketing."""

    name = "essor.domain.marketing.scenarios"
    label = "scenarios"

    def ready(self) -> None:
        """Offer the room's steps and events to flows."""
        from essor.domain.marketing.scenarios import offers  # noqa: F401, PLC0415 -- models are loaded only now

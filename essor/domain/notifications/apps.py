"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What people are told, how, and what they follow."""

    name = "essor.domain.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Listen to the outbox and put the mails on the schedule."""
        from essor.domain.notifications import consumers, forgetting, mails  # noqa: F401, PLC0415 -- models are loaded only now

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """What needs somebody's yes, and who said it."""

    name = "essor.domain.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Lock records that wait, say who sees requests, listen to the outbox, put the mails on the schedule."""
        from essor.domain.approvals import consumers, forgetting, locks, mails, rights  # noqa: F401, PLC0415 -- models are loaded only now

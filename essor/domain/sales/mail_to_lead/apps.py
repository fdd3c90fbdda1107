"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MailToLeadConfig(AppConfig):
    """Mails that make leads."""

    name = "essor.domain.sales.mail_to_lead"
    label = "mail_to_lead"

    def ready(self) -> None:
        """Take mails from the mailroom, and put the sweeping of old entries on the schedule."""
        from essor.domain.sales.mail_to_lead import taking, upkeep  # noqa: F401, PLC0415 -- models are loaded only now

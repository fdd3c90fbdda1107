"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MailroomConfig(AppConfig):
    """Mail that comes in."""

    name = "essor.domain.mailroom"
    label = "mailroom"

    def ready(self) -> None:
        """Put the mailboxes and what waits on the schedule."""
        from essor.domain.mailroom import keeping, mailbox  # noqa: F401, PLC0415 -- models are loaded only now

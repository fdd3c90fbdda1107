"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """The duplicates room."""

    name = "essor.domain.duplicates"
    label = "duplicates"

    def ready(self) -> None:
        """Hang the check on the writing road and follow the outbox."""
        from essor.domain.duplicates import consumer, rules  # noqa: F401, PLC0415 -- models are loaded only now

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AssignmentConfig(AppConfig):
    """Assignment rules."""

    name = "essor.domain.sales.assignment"
    label = "assignment"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.sales.assignment import rules  # noqa: F401, PLC0415 -- models are loaded only now

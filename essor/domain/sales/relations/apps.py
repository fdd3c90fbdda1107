"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class RelationsConfig(AppConfig):
    """Relations between accounts, contacts and opportunities."""

    name = "essor.domain.sales.relations"
    label = "relations"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.sales.relations import rules  # noqa: F401, PLC0415 -- models are loaded only now

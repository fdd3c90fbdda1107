"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ConversionConfig(AppConfig):
    """Conversion of leads."""

    name = "essor.domain.sales.conversion"
    label = "conversion"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.sales.conversion import rules  # noqa: F401, PLC0415 -- models are loaded only now

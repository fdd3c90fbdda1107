"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class QuotesConfig(AppConfig):
    """Quotes."""

    name = "essor.domain.sales.quotes"
    label = "quotes"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.sales.quotes import rules, sync  # noqa: F401, PLC0415 -- models are loaded only now

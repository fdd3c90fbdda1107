"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CurrenciesConfig(AppConfig):
    """Currencies and their rates."""

    name = "essor.domain.currencies"
    label = "currencies"

    def ready(self) -> None:
        """Hang the room's rules on the writing road, offer today's rates to questions."""
        from essor.domain.currencies import jobs, rates, rules  # noqa: F401, PLC0415 -- models are loaded only now

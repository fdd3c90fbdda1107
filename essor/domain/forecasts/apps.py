"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    """Forecasts above the deals of the sales room."""

    name = "essor.domain.forecasts"
    label = "forecasts"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.forecasts import rules  # noqa: F401, PLC0415 -- models are loaded only now

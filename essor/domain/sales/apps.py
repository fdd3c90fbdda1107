"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SalesConfig(AppConfig):
    """The sales room."""

    name = "essor.domain.sales"
    label = "sales"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.sales import rules  # noqa: F401, PLC0415 -- models are loaded only now

"""Registers the writing road with Django."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The records room."""

    name = "essor.records"
    label = "records"

    def ready(self) -> None:
        """Have the catalog ask this room before it takes a formula, a roll-up or a rule."""
        from essor.records import definitions  # noqa: F401, PLC0415 -- registers its checks

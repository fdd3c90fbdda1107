"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Who read what on the company's own site."""

    name = "essor.domain.marketing.visits"
    label = "visits"

    def ready(self) -> None:
        """Say who sees visits, hang the withdrawal of consent on the writing road, and the erasing on the schedule."""
        from essor.domain.marketing.visits import forgetting, rights, sites  # noqa: F401, PLC0415 -- models are loaded only now

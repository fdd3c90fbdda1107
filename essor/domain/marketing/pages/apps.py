"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Landing pages and what is sent from them."""

    name = "essor.domain.marketing.pages"
    label = "pages"

    def ready(self) -> None:
        """Hang the room's rules on the writing road, and its sweeping on the schedule."""
        from essor.domain.marketing.pages import rules, upkeep  # noqa: F401, PLC0415 -- models are loaded only now

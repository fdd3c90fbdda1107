"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Who may be written to, and who may be followed: with proof."""

    name = "essor.domain.marketing.consent"
    label = "consent"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.marketing.consent import merging, rules  # noqa: F401, PLC0415 -- models are loaded only now

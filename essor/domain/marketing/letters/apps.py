"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """Letters: what campaigns say."""

    name = "essor.domain.marketing.letters"
    label = "letters"

    def ready(self) -> None:
        """Hang the room's rules on the writing road."""
        from essor.domain.marketing.letters import rules  # noqa: F401, PLC0415 -- models are loaded only now

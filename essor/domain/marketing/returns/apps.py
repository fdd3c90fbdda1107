"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Bounces, complaints, opt-outs."""

    name = "essor.domain.marketing.returns"
    label = "returns"

    def ready(self) -> None:
        """Take bounces from the mailroom, and listen to what servers and providers refuse."""
        from essor.domain.marketing.returns import incoming, providers, refusals  # noqa: F401, PLC0415 -- models are loaded only now

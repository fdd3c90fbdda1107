"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """Mailings: who gets one, when, and how it is handed over."""

    name = "essor.domain.marketing.sending"
    label = "sending"

    def ready(self) -> None:
        """Hang the room's rules on the writing road, and tell letters who sends them."""
        from essor.domain.marketing.sending import letter_senders, moving_up, rules  # noqa: F401, PLC0415 -- models are loaded only now

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """Mailings: who gets one, when, and how it is handed over."""

    name = "essor.domain.marketing.sending"
    label = "sending"

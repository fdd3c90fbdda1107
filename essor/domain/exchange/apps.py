"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Import and export of records."""

    name = "essor.domain.exchange"
    label = "exchange"

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Mass edit and mass delete."""

    name = "essor.domain.bulk"
    label = "bulk"

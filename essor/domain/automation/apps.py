"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Flows: what starts by itself, step by step."""

    name = "essor.domain.automation"
    label = "automation"

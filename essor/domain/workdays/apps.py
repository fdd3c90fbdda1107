"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    """Which days the company works."""

    name = "essor.domain.workdays"
    label = "workdays"

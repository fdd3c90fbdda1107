"""Registers the room with Django, and what it does by the clock."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports and dashboards."""

    name = "essor.domain.reports"
    label = "reports"

    def ready(self) -> None:
        """Register the mails that go out by the clock."""
        import_module("essor.domain.reports.jobs")

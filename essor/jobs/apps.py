"""Starts the room of background work: finds what every other room wants done in the background."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Tasks, schedule, worker, progress and live updates."""

    name = "essor.jobs"

    def ready(self) -> None:
        """Import each room's `jobs` module: its consumers must be known wherever events are emitted."""
        from essor.jobs import housekeeping  # noqa: F401, PLC0415 -- registers our own scheduled tasks

        autodiscover_modules("jobs")

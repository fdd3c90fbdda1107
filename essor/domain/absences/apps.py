"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AbsencesConfig(AppConfig):
    """Who is away, and who stands in."""

    name = "essor.domain.absences"
    label = "absences"

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """The duplicates room."""

    name = "essor.domain.duplicates"
    label = "duplicates"


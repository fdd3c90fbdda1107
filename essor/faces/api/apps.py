"""Registers the REST API with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "essor.faces.api"
    label = "api"

"""Registers the catalog with Django. Nothing is read here: the catalog loads at the first request or job."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What exists: objects, fields, layouts."""

    name = "essor.catalog"
    label = "catalog"

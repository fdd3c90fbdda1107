"""Registers the search index with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding any record by a fragment of its name, e-mail, phone or company."""

    name = "essor.query.search"
    label = "search"

    def ready(self) -> None:
        """Let the index follow the outbox."""
        from essor.query.search import consumer  # noqa: F401, PLC0415 -- models are loaded only now

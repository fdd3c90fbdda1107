"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """The feed room."""

    name = "essor.domain.feed"
    label = "feed"

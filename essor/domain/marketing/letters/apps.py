"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """Letters: what campaigns say."""

    name = "essor.domain.marketing.letters"
    label = "letters"

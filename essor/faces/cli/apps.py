"""Registers the command line with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CliConfig(AppConfig):
    """The `essor` program."""

    name = "essor.faces.cli"
    label = "cli"

"""Registers the ground floor, whose only tables are those of the outbox."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What Django lacks; knows no business."""

    name = "essor.kernel"

"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Contracts and orders."""

    name = "essor.domain.sales.orders"
    label = "orders"

    def ready(self) -> None:
        """Hang the room's rules on the writing road and its work on the schedule."""
        from essor.domain.sales.orders import contracts, expiry, rules  # noqa: F401, PLC0415 -- models are loaded only now

"""The rules that the sales objects add to the writing road."""

from __future__ import annotations

from essor.domain.sales.rules import opportunity, person, products

from essor.domain.sales.rules import conversion  # after the rules that close deals and set their amounts  # isort: skip

__all__ = ["conversion", "opportunity", "person", "products"]

"""The rules that the sales objects add to the writing road."""

from __future__ import annotations

from essor.domain.sales.rules import conversion, opportunity, person, products

__all__ = ["conversion", "opportunity", "person", "products"]

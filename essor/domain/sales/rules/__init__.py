"""The rules that the sales objects add to the writing road."""

from __future__ import annotations

# Rules of one object hold in the order of these lines: deals are closed and get their amount before it is converted.
from essor.domain.sales.rules import opportunity, person, products

from essor.domain.sales.rules import conversion  # isort: skip

__all__ = ["conversion", "opportunity", "person", "products"]

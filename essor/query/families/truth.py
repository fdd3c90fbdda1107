"""True and false; a slider may also be empty."""

from __future__ import annotations

from typing import Any

from essor.catalog.kinds.base import ParseError
from essor.catalog.kinds.truth import truth
from essor.query.environment import Env
from essor.query.families.base import Family, Literal, Point
from essor.query.tree import Bind, Constant


class TruthFamily(Family):
    """Checkboxes, sliders and formulas that answer yes or no."""

    name = "boolean"
    ordered = False

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the truth value, None for “not known yet”."""
        try:
            value = truth(raw)
        except ParseError:
            raise self.unfit(origin, raw) from None
        return None if value is None else Point(value)

    def key(self, value: Any) -> bool:
        """Return a bool, also where a database hands out 0 and 1."""
        return bool(value)

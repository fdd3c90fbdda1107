"""Text: compared without case; accents count."""

from __future__ import annotations

from typing import Any

from essor.catalog.kinds.base import storable
from essor.query.environment import Env
from essor.query.families.base import Family, Literal, Point, Sql
from essor.query.folding import Folded, fold, spellings
from essor.query.tree import Bind, Constant


class TextFamily(Family):
    """Any text; the empty one is the same as none."""

    name = "text"
    textual = True

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the text; a number or a truth stands for its writing."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            return Point("true" if raw else "false")
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        return Point(storable(str(raw)))

    def sql(self, expression: Sql) -> Sql:
        """Return the text without case."""
        return Folded(expression)

    def key(self, value: Any) -> Any:
        """Return the text without case."""
        return fold(str(value))

    def equals(self, point: Point) -> tuple[Any, ...]:
        """Return every spelling that counts as equal."""
        return spellings(point.value)

"""Picklists, compared by value: the literal is brought to the list's own writing, so that SQL compares bytes."""

from __future__ import annotations

from typing import Any

from essor.catalog.kinds.choices import split
from essor.query.families.base import Family, Point, Sql
from essor.query.families.text import TextFamily
from essor.query.tree import Constant


class ChoiceFamily(TextFamily):
    """One value of a list. A value that is not in the list is compared as written."""

    name = "picklist"

    def sql(self, expression: Sql) -> Sql:
        """Return the stored value."""
        return expression

    def key(self, value: Any) -> Any:
        """Return the stored value."""
        return value

    def equals(self, point: Point) -> tuple[Any, ...]:
        """Return the values of the list that are written so in any case, else the text itself."""
        return self.values_like(point.value) or (point.value,)

    def values_like(self, text: str) -> tuple[str, ...]:
        """Return the list's values equal to `text` in any case."""
        low = text.casefold()
        choices = self.field.choices if self.field else ()
        return tuple(choice.value for choice in choices if choice.value.casefold() == low)


class SetFamily(Family):
    """Several values of a list at once, stored `;A;B;`."""

    name = "multipicklist"
    ordered = False
    many = True

    def from_python(self, raw: Any, origin: Any, env: Any) -> Point | None:
        """Return the set of values in "A;B", in the list's own writing."""
        words = split(str(raw)) if raw is not None else []
        if not words:
            return None
        single = ChoiceFamily(self.field)
        return Point(frozenset(single.equals(Point(word))[0] for word in words))

    def from_constant(self, value: Constant, env: Any) -> Point | None:
        """Return the set of values that a written text names."""
        return self.from_python(value.value, value, env)

    def key(self, value: Any) -> frozenset[str]:
        """Return the set of stored values."""
        return frozenset(split(value))

"""One side of a comparison, one column or one sort key, on its way into SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BigIntegerField, Case, F, Func, Q, When

from essor.catalog.definitions import Field
from essor.query.families import Family
from essor.query.families.base import Sql


@dataclass(frozen=True, slots=True)
class Operand:
    """A value in SQL with what is known of it.

    `masks` are the conditions on parent rows under which the asker may see the value: elsewhere it is empty.
    `currency` is where the money's currency stands, `name` the outside path in the catalog's own writing,
    `finish` what is left to do in Python before the value is shown (FORMAT), `raw` a formula's value in the formula
    language's own units.
    """

    expression: Sql
    family: Family | None
    field: Field | None = None
    name: str = ""
    masks: tuple[Q, ...] = ()
    nullable: bool = True
    currency: Sql | None = None
    finish: Callable[[Any], Any] | None = None
    raw: Sql | None = None

    @property
    def shown(self) -> Sql:
        """Return the value as the asker sees it: empty where a parent row is none of theirs."""
        if not self.masks:
            return self.expression
        return Case(When(Q(*self.masks), then=self.expression), default=None)

    def computed(self, expression: Sql, family: Family | None, **facts: Any) -> Operand:
        """Return the operand of a function over this one: empty where this one is."""
        return replace(self, expression=expression, family=family, **facts)


class Pair(Func):
    """A key that may belong to several objects, with the prefix of its object; never compiled as such."""

    def __init__(self, prefix: F, key: F) -> None:
        """Keep both columns."""
        super().__init__(prefix, key, output_field=BigIntegerField())
        self.prefix, self.key = prefix, key

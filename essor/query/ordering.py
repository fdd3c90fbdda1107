"""Sort keys: what SQL sorts by, where empty values go, and the id at the end that makes pages stable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.families.base import Family, Sql
from essor.query.families.choices import ChoiceFamily
from essor.query.families.identity import IdFamily
from essor.query.families.numbers import NumberFamily
from essor.query.operands import Operand, Pair
from essor.query.sql import PlaceIn
from essor.query.tree import Expression, Order

ID = "pk"


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key. `value` is what a page's cursor remembers, `sql` what is compared; `family` reads it back."""

    value: Sql
    sql: Sql
    family: Family
    descending: bool
    nulls_first: bool
    nullable: bool

    def order_by(self, *, reverse: bool = False) -> OrderBy:
        """Return the sort for SQL. Where no value is empty nothing is said of empty ones, so that any index serves."""
        descending = self.descending != reverse
        first = self.nulls_first != reverse
        if not self.nullable:
            return OrderBy(self.sql, descending=descending)
        return OrderBy(
            self.sql, descending=descending, nulls_first=first or None, nulls_last=not first or None
        )


def keys(orders: Iterable[Order], operand_of: Callable[[Expression], Operand], env: Env) -> list[Key]:
    """Return the sort keys of ORDER BY, without the id at the end."""
    return [key(order, operand_of(order.expression), env) for order in orders]


def key(order: Order, operand: Operand, env: Env) -> Key:  # noqa: ARG001 -- the reader's language may decide one day
    """Return one sort key. Texts sort without case, picklists in the order of their list."""
    family = operand.family
    if family is None or family.many:
        message = _("“%(field)s” cannot be sorted by.") % {"field": operand.name or order.expression}
        raise refused(message, order.expression.at, "INVALID_FIELD")
    shown = operand.expression.key if isinstance(operand.expression, Pair) else operand.shown
    nulls_first = not order.descending if order.nulls is None else order.nulls == "first"
    ranked = rank(shown, family)
    return Key(
        value=shown if ranked is None else ranked,
        sql=family.sql(shown) if ranked is None else ranked,
        family=family if ranked is None else NumberFamily(),
        descending=order.descending,
        nulls_first=nulls_first,
        nullable=operand.nullable or bool(operand.masks),
    )


def rank(shown: Sql, family: Family) -> Sql | None:
    """Return a picklist value's place in its list, values outside the list last; None for any other family."""
    choices = family.field.choices if isinstance(family, ChoiceFamily) and family.field else ()
    return PlaceIn(shown, tuple(choice.value for choice in choices)) if choices else None


def with_id(found: list[Key]) -> list[Key]:
    """Return the keys with the id after them, in the last one's direction, so that one index walk serves all."""
    descending = found[-1].descending if found else False
    return [*found, Key(F(ID), F(ID), IdFamily(), descending, nulls_first=False, nullable=False)]

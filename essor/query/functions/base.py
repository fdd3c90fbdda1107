"""What a function of a query is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.operands import Operand
from essor.query.tree import Call, Expression

Inner = Callable[[Expression], Operand]


class Reader(Protocol):
    """How a function reads its arguments in memory."""

    @property
    def env(self) -> Env:
        """Return the question's surroundings."""
        ...

    def operand(self, expression: Expression) -> Operand:
        """Return what is known of an expression."""
        ...

    def value(self, expression: Expression) -> Any:
        """Return its value."""
        ...


@dataclass(frozen=True, slots=True)
class Function:
    """One function: `operand` makes its SQL from its arguments' SQL, `value` its value in memory."""

    name: str
    operand: Callable[[Call, Inner, Env], Operand]
    value: Callable[[Call, Reader], Any]


def argument(call: Call, index: int = 0) -> Expression:
    """Return an argument of a call; QueryRefused when it was not written."""
    if len(call.arguments) <= index:
        raise refused(_("%(name)s() takes a field here.") % {"name": call.function}, call.at)
    return call.arguments[index]

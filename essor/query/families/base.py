"""What a family of values is: how literals are read, and the comparable form of a value in SQL and in Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field
from essor.query.environment import Env, refused
from essor.query.tree import Bind, Constant, Me, MyTeam, RelativeDate, Value

# Whatever Django resolves inside a query: F, Func, Case, Subquery …; its stubs give these no common class.
Sql = Any


@dataclass(frozen=True, slots=True)
class Point:
    """One value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Span:
    """All values from `low` on and before `high`."""

    low: Any
    high: Any


Literal = Point | Span | None


class Family:
    """One family. `field` is where the values come from; None for the result of a function."""

    name: ClassVar[str] = ""
    ordered: ClassVar[bool] = True
    textual: ClassVar[bool] = False
    many: ClassVar[bool] = False

    def __init__(self, field: Field | None = None) -> None:
        """Keep the field: its choices, scale and targets."""
        self.field = field

    def literals(self, values: Iterable[Value], env: Env) -> Iterator[Literal]:
        """Yield what the values of a condition mean here; None is empty. QueryRefused when one cannot be compared."""
        for value in values:
            if isinstance(value, Bind):
                bound = env.bound(value)
                several = bound if isinstance(bound, (list, tuple, set, frozenset)) else (bound,)
                for one in several:
                    yield self.from_python(one, value, env)
            elif isinstance(value, RelativeDate):
                yield self.from_relative(value, env)
            elif isinstance(value, Me):
                yield self.from_user(env.actor.user_id, value, env)
            elif isinstance(value, MyTeam):
                for user_id in sorted(env.actor.team):
                    yield self.from_user(user_id, value, env)
            else:
                yield self.from_constant(value, env)

    def from_constant(self, value: Constant, env: Env) -> Literal:
        """Return what a written constant means."""
        return self.from_python(value.value, value, env)

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return what a Python value means; None and empty text are empty."""
        raise NotImplementedError

    def from_relative(self, value: RelativeDate, env: Env) -> Literal:
        """Return what TODAY and its like mean: nothing, but for dates."""
        raise self.unfit(value, value.name)

    def from_user(self, user_id: int, value: Me | MyTeam, env: Env) -> Literal:
        """Return what “me” means: nothing, but for references to users."""
        raise self.unfit(value, _("me"))

    def unfit(self, value: Value, shown: object) -> Exception:
        """Return the refusal of a value that cannot be compared with this family."""
        name = self.field.name if self.field else self.name
        message = _("“%(value)s” cannot be compared with %(field)s.") % {
            "value": str(shown)[:80],
            "field": name,
        }
        return refused(message, value.at, "INVALID_FIELD")

    def sql(self, expression: Sql) -> Sql:
        """Return the comparable form of a stored value in SQL; `key` is the same in Python."""
        return expression

    def key(self, value: Any) -> Any:
        """Return the comparable form of a stored value; `sql` is the same in SQL."""
        return value

    def equals(self, point: Point) -> tuple[Any, ...]:
        """Return the keys that count as equal to a literal."""
        return (point.value,)

"""The typed tree: what both SQL and Python compute, with what is known about each value before any row is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import FormulaType

Path = tuple[str, ...]
Value = str | float | int | bool | date | datetime | time | None

FORGOTTEN = (-324.0, 309.0)  # any double at all


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for every value of a node.

    `nullable`: may be null (a null condition counts as false). `low`, `high`: a number other than 0 lies between
    10**low and 10**high, so that nothing is computed which PostgreSQL would refuse as out of range. `longest`: how
    many characters a text can have. `depth` in nodes and `size` of the SQL: to refuse what nobody could digest.
    `stack`: how many symbols SQLite's parser holds at the deepest place (it can hold 100, see `bridge`).
    """

    nullable: bool = True
    low: float = FORGOTTEN[0]
    high: float = FORGOTTEN[1]
    longest: int = 255
    depth: int = 1
    size: int = 1
    stack: int = 1

    def within(self, low: float, high: float) -> Facts:
        """Return the same facts with other bounds of a number."""
        return replace(self, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value known when the formula is compiled."""

    value: Value
    type: FormulaType
    facts: Facts


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of the record or of a parent. `zero`: an empty number counts as 0.

    `prefixes` are the key prefixes of the objects that a record id may belong to.
    """

    path: Path
    field: Field
    type: FormulaType
    facts: Facts
    zero: bool = False
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the operators of `essor.formula.operators` on its arguments."""

    name: str
    arguments: tuple[Node, ...]
    type: FormulaType
    facts: Facts


Node = Constant | Reference | Operation


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Operation):
            waiting.extend(reversed(node.arguments))


def union(nodes: Iterable[Node]) -> Facts:
    """Return the facts of a value that is one of `nodes`."""
    facts = [node.facts for node in nodes]
    return Facts(
        nullable=any(one.nullable for one in facts),
        low=min(one.low for one in facts),
        high=max(one.high for one in facts),
        longest=max(one.longest for one in facts),
    )


def is_constant(node: Node, value: object = ...) -> bool:
    """Tell whether `node` is a constant, and the one with `value` if that is given."""
    return isinstance(node, Constant) and (
        value is ... or (node.value == value and type(node.value) is type(value))
    )

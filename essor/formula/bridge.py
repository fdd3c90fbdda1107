"""Formulas too deep for SQLite's parser: the deep part is computed by Python, called from the SQL.

SQLite's parser holds 100 symbols: about twenty-five functions inside one another, the query around them included.
What would not fit travels as JSON in one parameter of ESSOR_FORMULA, the fields it reads as the others.
PostgreSQL has no such limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import orjson

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import FormulaType, Kind
from essor.formula.evaluation import Run
from essor.formula.tree import Constant, Facts, Node, Operation, Path, Reference, Value
from essor.formula.values import units
from essor.kernel.clock import Moment
from essor.kernel.db import functions

ANY = Facts()
NEVER = Moment(now=datetime(1970, 1, 1, tzinfo=UTC), today=date(1970, 1, 1))
# A field whose values are formula values already: SQL has converted them.
SEEN = Field("", "", "", Kind(), "", formula="NULL")


def written(node: Node, moment: Moment, *, whole: bool) -> tuple[str, list[Reference]]:
    """Return the tree as JSON, with TODAY and NOW filled in, and the fields it reads in the order of its slots.

    `whole` formulas give NULL for a blank text, as their SQL would. The nodes stand in one flat list, arguments
    before what takes them, so that depth costs nothing.
    """
    clock: dict[str, Value] = {"today": moment.today, "now": moment.now, "zone": moment.timezone}
    slots: dict[Path, Reference] = {}
    steps: list[list[Any]] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Constant):
            steps.append([node.type, stored(node.value)])
        elif isinstance(node, Reference):
            slots.setdefault(node.path, node)
            parts = 1.0 if node.field.formula or node.type != "number" else units(node.field)
            steps.append([node.type, list(slots).index(node.path), parts, node.zero])
        elif node.name in clock:
            steps.append([node.type, stored(clock[node.name])])
        else:
            steps.append([node.type, node.name, len(node.arguments)])
            waiting.extend(node.arguments)
    return orjson.dumps([whole, steps[::-1]]).decode(), list(slots.values())


@dataclass(frozen=True, slots=True)
class Slot:
    """How the value in a place of the call is read: its type, the units it is stored in, and what empty means."""

    place: int
    type: FormulaType
    units: float
    zero: bool

    def read(self, values: tuple[Any, ...]) -> Any:
        """Return the value as formulas see it."""
        value = seen(values[self.place], self.type)
        if value is None and self.zero:
            return 0.0 if self.type == "number" else False
        return value / self.units if self.units != 1 and value is not None else value


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[bool, Node, dict[Path, Slot]]:
    slots: dict[Path, Slot] = {}
    stack: list[Node] = []
    whole, steps = orjson.loads(text)
    for type, head, *rest in steps:
        match rest:
            case []:
                stack.append(Constant(seen(head, type), type, ANY))
            case [parts, zero]:
                slots[(str(head),)] = Slot(head, type, parts, zero)
                stack.append(Reference((str(head),), SEEN, type, ANY))
            case [count]:
                arguments = tuple(stack[len(stack) - count :])
                stack = [*stack[: len(stack) - count], Operation(head, arguments, type, ANY)]
    return whole, stack[0], slots


def stored(value: Value) -> Any:
    """Return a formula value as SQLite keeps it."""
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.isoformat() if isinstance(value, (date, time)) else value


def seen(value: Any, type: FormulaType) -> Any:
    """Return what SQLite keeps as a formula value."""
    reader = READERS.get(type)
    return value if value is None or reader is None else reader(value)


READERS: dict[FormulaType, Callable[[Any], Any]] = {
    "date": date.fromisoformat,
    "datetime": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
    "time": time.fromisoformat,
    "boolean": bool,
    "number": float,
}


def answer(text: str, *values: Any) -> Any:
    """Return the value of a tree written by `written` for the values of its slots, as SQLite keeps them."""
    whole, tree, slots = _read(text)

    def value_of(path: Path) -> Any:
        return slots[path].read(values)

    value = Run(value_of, NEVER, value_of).value(tree)
    if tree.type == "boolean":
        return int(value is True)
    return None if whole and value == "" else stored(value)


functions.COMPUTERS["formula"] = answer

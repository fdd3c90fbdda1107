"""The Python value of a formula: what SQL gives, computed for one record in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from essor.formula.build import COMPARISONS, may_be_null
from essor.formula.compile import Formula
from essor.formula.operators import OPERATORS
from essor.formula.tree import Constant, Node, Operation, Path, Reference
from essor.formula.values import from_stored
from essor.kernel.clock import Moment

ValueOf = Callable[[Path], object]


def evaluate(
    formula: Formula, value_of: ValueOf, *, moment: Moment, prior: ValueOf | None = None, is_new: bool = False
) -> Any:
    """Return the formula's value for one record: float, str, bool, date, datetime (UTC), time or None.

    `value_of` gives the stored value at a path (for a formula field its formula value), `prior` the one before this
    save; without it, or for a new record, nothing has changed.
    """
    run = Run(value_of, moment, value_of if prior is None or is_new else prior, is_new)
    value = run.value(formula.tree)
    if formula.type == "boolean":
        return value is True
    if formula.type == "number":
        return None if value is None else value + 0.0
    return None if value == "" else value


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: where values come from."""

    value_of: ValueOf
    moment: Moment
    prior_of: ValueOf
    is_new: bool = False

    def value(self, node: Node) -> Any:
        match node:
            case Constant(value):
                return value
            case Reference():
                return self.read(node, self.value_of)
            case Operation() if node.name in SPECIAL:
                return SPECIAL[node.name](self, node.arguments)
        operator = OPERATORS[node.name]
        values = []
        for argument in node.arguments:
            values.append(self.value(argument))  # noqa: PERF401 -- a comprehension is one more level of the stack
        return None if not operator.total and None in values else operator.python(*values)

    def read(self, node: Reference, value_of: ValueOf) -> Any:
        value = from_stored(value_of(node.path), node.field)
        if value is None and node.zero:
            return 0.0 if node.type == "number" else False
        return value

    def holds(self, node: Node) -> bool:
        return self.value(node) is True


def _if(run: Run, arguments: tuple[Node, ...]) -> Any:
    for place in range(0, len(arguments) - 1, 2):
        if run.holds(arguments[place]):
            return run.value(arguments[place + 1])
    return run.value(arguments[-1])


def _case(run: Run, arguments: tuple[Node, ...]) -> Any:
    subject = run.value(arguments[0])
    for place in range(1, len(arguments) - 1, 2):
        if run.value(arguments[place]) == subject:
            return run.value(arguments[place + 1])
    return run.value(arguments[-1])


def _instead(run: Run, arguments: tuple[Node, ...]) -> Any:
    value = run.value(arguments[0])
    return run.value(arguments[1]) if value is None else value


def _extreme(run: Run, arguments: tuple[Node, ...], *, least: bool) -> Any:
    values = [run.value(argument) for argument in arguments]
    if None in values:
        return None
    return min(values) if least else max(values)


def _compare(name: str) -> Callable[[Run, tuple[Node, ...]], bool]:
    compare = COMPARISONS[name]
    return lambda run, arguments: compare(*(_operand(run, node) for node in arguments))


def _operand(run: Run, node: Node) -> Any:
    """Return one side of a comparison: only a field can be a condition that is neither true nor false."""
    return run.value(node) if node.type != "boolean" or may_be_null(node) else run.holds(node)


def _changed(run: Run, arguments: tuple[Node, ...]) -> bool:
    (field,) = arguments
    assert isinstance(field, Reference)  # noqa: S101 -- ISCHANGED takes nothing else
    return not run.is_new and run.read(field, run.value_of) != run.read(field, run.prior_of)


def _prior(run: Run, arguments: tuple[Node, ...]) -> Any:
    (field,) = arguments
    assert isinstance(field, Reference)  # noqa: S101 -- PRIORVALUE takes nothing else
    return run.read(field, run.prior_of)


SPECIAL: dict[str, Callable[[Run, tuple[Node, ...]], Any]] = {
    "if": _if,
    "case": _case,
    "instead": _instead,
    "and": lambda run, nodes: all(run.holds(node) for node in nodes),
    "or": lambda run, nodes: any(run.holds(node) for node in nodes),
    "not": lambda run, nodes: not run.holds(nodes[0]),
    "is_null": lambda run, nodes: run.value(nodes[0]) is None,
    "greatest": lambda run, nodes: _extreme(run, nodes, least=False),
    "least": lambda run, nodes: _extreme(run, nodes, least=True),
    "today": lambda run, _nodes: run.moment.today,
    "now": lambda run, _nodes: run.moment.now,
    "zone": lambda run, _nodes: run.moment.timezone,
    "prior": _prior,
    "changed": _changed,
    "is_new": lambda run, _nodes: run.is_new,
    **{name: _compare(name) for name in COMPARISONS},
}

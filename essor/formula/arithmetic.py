"""Numbers with bounds: each step knows how large its result can be, and guards its operands only if it must."""

from __future__ import annotations

import math

from essor.formula.build import chosen, compared, constant, operation, special
from essor.formula.operators.numbers import DOWN, UP
from essor.formula.tree import Constant, Node, Reference, union

REACH = 300  # powers of ten that a result may reach: PostgreSQL refuses 308 and more, and less than -323
HALF = 150
LOST = 17  # digits that a difference of two doubles can lose
CARRY = 0.31  # log10(2): what one addition can add
MOST_DIGITS = 15
LEAST_DIGITS = -22
SMALL_POWERS = range(2, 11)
CLOSED = frozenset({"add", "subtract", "multiply", "negate", "absolute", "greatest", "least"})
WHOLE = frozenset(
    {
        "truncate",
        "away",
        "below",
        "above",
        "length",
        "find",
        "find_from",
        "days_between",
        "year",
        "month",
        "day_of_month",
        "weekday",
        "hour",
        "minute",
        "second",
        "millisecond",
    }
)


def number(value: float) -> Constant:
    """Return a constant number."""
    return constant(float(value), "number")


def numeric(name: str, *arguments: Node, low: float, high: float) -> Node:
    """Return an operator whose result is a number between the bounds."""
    return operation(name, *arguments, type="number", low=low, high=high)


def guarded(node: Node, low: int = -HALF, high: int = HALF) -> Node:
    """Return `node` made null from 10**high on, and 0 below about 10**low, unless it is known to stay within."""
    if node.facts.low >= low and node.facts.high <= high:
        return node
    return numeric("guard", node, number(10.0 ** (low + 16)), number(10.0**high), low=low, high=high)


def added(a: Node, b: Node, name: str = "add") -> Node:
    """Return a + b (or a - b, by name)."""
    if max(a.facts.high, b.facts.high) > REACH:
        a, b = guarded(a, high=REACH), guarded(b, high=REACH)
    low = min(a.facts.low, b.facts.low) - LOST
    return numeric(name, a, b, low=low, high=max(a.facts.high, b.facts.high) + CARRY)


def total(first: Node, steps: list[tuple[str, Node]]) -> Node:
    """Return first + … - …, from left to right; long sums in pairs of pairs, to stay shallow."""
    if len(steps) < MOST_DIGITS:
        for name, node in steps:
            first = added(first, node, name)
        return first
    nodes = [first, *(negated(node) if name == "subtract" else node for name, node in steps)]
    while len(nodes) > 1:
        pairs = [added(a, b) for a, b in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = pairs + nodes[len(pairs) * 2 :]
    return nodes[0]


def multiplied(a: Node, b: Node) -> Node:
    """Return a × b."""
    if a.facts.high + b.facts.high > REACH or a.facts.low + b.facts.low < -REACH:
        a, b = guarded(a), guarded(b)
    return numeric("multiply", a, b, low=a.facts.low + b.facts.low, high=a.facts.high + b.facts.high)


def divided(a: Node, b: Node) -> Node:
    """Return a / b."""
    if a.facts.high - b.facts.low > REACH or a.facts.low - b.facts.high < -REACH:
        a, b = guarded(a), guarded(b)
    return numeric("divide", a, b, low=a.facts.low - b.facts.high, high=a.facts.high - b.facts.low)


def negated(a: Node) -> Node:
    """Return -a."""
    return numeric("negate", a, low=a.facts.low, high=a.facts.high)


def absolute(a: Node) -> Node:
    """Return a without its sign."""
    return numeric("absolute", a, low=a.facts.low, high=a.facts.high)


def raised(a: Node, b: Node) -> Node:
    """Return a to the power of b; small whole powers take the short way."""
    if isinstance(b, Constant) and isinstance(b.value, float) and b.value in SMALL_POWERS:
        times = int(b.value)
        a = guarded(a, -(REACH // times), REACH // times)
        return numeric("raise", a, b, low=a.facts.low * times, high=a.facts.high * times)
    return numeric("power", guarded(a), guarded(b), low=-HALF - 1, high=HALF + 1)


def rounded(a: Node, digits: Node) -> Node:
    """Return a rounded half away from zero to a number of digits after the point (before it, when negative)."""
    a = guarded(a, high=REACH - MOST_DIGITS, low=-REACH - LOST)
    if not isinstance(digits, Constant):
        up, down = power_of_ten(digits), power_of_ten(negated(digits))
        high = max(a.facts.high, MOST_DIGITS) + 1
        return numeric("round_by", a, up, down, number(UP), low=min(a.facts.low, -MOST_DIGITS), high=high)
    if not isinstance(digits.value, float):
        return constant(None, "number")
    places = max(min(math.trunc(digits.value), MOST_DIGITS), LEAST_DIGITS)
    name = "round" if places >= 0 else "round_coarse"
    largest = number(10.0 ** min(MOST_DIGITS - places, REACH))
    bounds = {"low": -places, "high": max(a.facts.high, -places) + 1}
    return numeric(name, a, number(10.0 ** abs(places)), number(UP), largest, **bounds)


def power_of_ten(digits: Node) -> Node:
    """Return ten to the whole part of `digits`, between 1 and 10**15."""
    return numeric("power_of_ten", digits, low=0, high=MOST_DIGITS)


def floor(a: Node) -> Node:
    """Return a without its decimals."""
    a = _tame(a)
    return numeric("truncate", a, number(UP), low=0, high=a.facts.high)


def whole(a: Node) -> Node:
    """Return a number of days, months or characters: without decimals, and 7.999999999999999 is 8."""
    return a if is_whole(a) else floor(a)


def is_whole(a: Node) -> bool:
    """Tell whether a number is known to have no decimals."""
    if isinstance(a, Constant):
        return not isinstance(a.value, float) or a.value == math.trunc(a.value)
    if isinstance(a, Reference):
        return a.field.kind.name == "number" and int(a.field.options.get("scale", 0)) == 0
    return a.name in WHOLE or (a.name in CLOSED and all(is_whole(one) for one in a.arguments))


def ceiling(a: Node) -> Node:
    """Return a, or the next whole number away from zero."""
    a = _tame(a)
    return numeric("away", a, number(DOWN), low=0, high=max(a.facts.high, 0) + CARRY)


def below(a: Node) -> Node:
    """Return a, or the next lower whole number."""
    a = _tame(a)
    return numeric("below", a, number(UP), number(DOWN), low=0, high=max(a.facts.high, 0) + CARRY)


def above(a: Node) -> Node:
    """Return a, or the next higher whole number."""
    a = _tame(a)
    return numeric("above", a, number(UP), number(DOWN), low=0, high=max(a.facts.high, 0) + CARRY)


def remainder(a: Node, b: Node) -> Node:
    """Return what is left of a after whole times b."""
    if a.facts.high - b.facts.low > REACH or a.facts.low - b.facts.high < -REACH:
        a, b = guarded(a), guarded(b)
    low = min(a.facts.low, b.facts.low) - 2 * LOST
    return numeric("remainder", a, b, number(UP), low=low, high=max(a.facts.high, b.facts.high) + 1)


def root(a: Node) -> Node:
    """Return the square root."""
    a = guarded(a, -REACH, REACH)
    return numeric(
        "root", a, number(10.0 ** (math.floor(a.facts.low) - 1)), low=a.facts.low / 2, high=a.facts.high / 2
    )


def logarithm(a: Node) -> Node:
    """Return the natural logarithm."""
    return numeric("logarithm", a, low=-LOST, high=3)


def logarithm10(a: Node) -> Node:
    """Return the decimal logarithm."""
    return numeric("logarithm10", a, low=-LOST, high=3)


def exponential(a: Node) -> Node:
    """Return e to the power of a."""
    power = numeric("exponential", a, low=-HALF - 1, high=HALF + 1)
    return power if a.facts.high <= 2 else guarded(power, -HALF + 1, HALF)  # noqa: PLR2004 -- e**100 is harmless


def extreme(name: str, nodes: list[Node]) -> Node:
    """Return the greatest or least (by name) of the values, null when one of them is null."""
    first, *rest = nodes
    for node in rest:
        if isinstance(first, Constant) and isinstance(node, Constant):
            wins = compared("greater" if name == "greatest" else "less", node, first)
            missing = constant(None, first.type)
            first = missing if None in {first.value, node.value} else chosen(wins, node, first)
        else:
            facts = union((first, node))
            first = special(
                name, first, node, type=first.type, facts=facts, repeats=2 if facts.nullable else 1
            )
    return first


def _tame(a: Node) -> Node:
    return guarded(a, -REACH - LOST, REACH)

"""The signs between values: what each takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from essor.catalog.kinds.base import FormulaType
from essor.formula import arithmetic, build
from essor.formula.build import FALSE, TRUE, compared, constant, operation
from essor.formula.site import TEXTUAL, Site, is_pair, no_text, prefixes
from essor.formula.syntax import Step
from essor.formula.tree import Constant, Node
from essor.formula.words import any_of
from essor.kernel import ids

ORDERED: tuple[FormulaType, ...] = ("number", "date", "datetime", "time")
APART: dict[FormulaType, str] = {"date": "days_between", "datetime": "time_between"}
COMPARED = {
    "=": "equal",
    "<>": "differs",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}


def chained(text: str, nodes: list[Node], places: Sequence[int], steps: Sequence[Step]) -> Node:
    """Return values joined by signs of one level, from left to right."""
    signs = {step.sign for step in steps}
    if signs <= {"&&", "||"}:
        join = build.both if signs == {"&&"} else build.either
        conditions = [
            _site(steps[max(i - 1, 0)], text, nodes, places, i).condition(min(i, 1))
            for i in range(len(nodes))
        ]
        return join(*conditions)
    if signs == {"&"}:
        texts = [
            _site(steps[max(i - 1, 0)], text, nodes, places, i).as_text(min(i, 1)) for i in range(len(nodes))
        ]
        return build.joined(texts)
    if signs <= {"+", "-"} and all(node.type in {"number", "none"} for node in nodes):
        names = ["subtract" if step.sign == "-" else "add" for step in steps]
        numbers = [constant(None, "number") if node.type == "none" else node for node in nodes]
        return arithmetic.total(numbers[0], list(zip(names, numbers[1:], strict=True)))
    result = nodes[0]
    for step, node, place in zip(steps, nodes[1:], places[1:], strict=True):
        site = Site(step.sign, text, step.at, (result, node), (places[0], place), sign=True)
        result = SIGNS[step.sign](site)
    return result


def _site(step: Step, text: str, nodes: list[Node], places: Sequence[int], index: int) -> Site:
    """Return the place of a sign between the value at `index` and the one next to it."""
    left = max(index - 1, 0)
    return Site(
        step.sign, text, step.at, tuple(nodes[left : left + 2]), tuple(places[left : left + 2]), sign=True
    )


def plus(site: Site) -> Node:
    """Return a sum of numbers, a later date, or two texts joined."""
    left, right = (node.type for node in site.arguments)
    if left in APART:
        return _later(site.arguments[0], site.number(1))
    if right in APART and left in {"number", "none"}:
        return _later(site.arguments[1], site.number(0))
    if left in TEXTUAL:
        return build.joined([site.as_text(0), site.as_text(1)])
    if left not in {"number", "none"}:
        raise site.expected(0, any_of(("number", "date", "datetime", "text")))
    return arithmetic.added(site.number(0), site.number(1))


def minus(site: Site) -> Node:
    """Return a difference of numbers, an earlier date, or the days between two dates."""
    left, right = site.arguments
    if left.type in APART:
        if right.type == left.type:
            bounds = {"low": 0, "high": 7} if left.type == "date" else {"low": -11, "high": 7}
            return operation(APART[left.type], left, right, type="number", **bounds)
        if right.type not in {"number", "none"}:
            raise site.expected(1, any_of((left.type, "number")))
        return _later(left, arithmetic.negated(site.number(1)))
    if left.type not in {"number", "none"}:
        raise site.expected(0, any_of(("number", "date", "datetime")))
    return arithmetic.added(site.number(0), site.number(1), "subtract")


def equality(site: Site) -> Node:
    """Return whether two values of one type are equal, or differ; NULL fits any type."""
    name = COMPARED[site.name]
    left, right = site.arguments
    if "none" in {left.type, right.type}:
        node = right if left.type == "none" else left
        absent = TRUE if node.type == "none" else build.missing(node)
        return absent if name == "equal" else build.opposite(absent)
    if "id" in {left.type, right.type}:
        return _same_record(site, name)
    if "multipicklist" in {left.type, right.type}:
        raise site.refused(_('A multi-select is asked with INCLUDES: INCLUDES(field, "value").'))
    left, right = site.alike(0, 1)
    return compared(name, left, right)


def order(site: Site) -> Node:
    """Return whether a number, date or time is less or greater than another."""
    left = site.arguments[0] if site.arguments[0].type != "none" else site.arguments[1]
    if left.type not in ORDERED:
        raise site.expected(0 if left is site.arguments[0] else 1, any_of(ORDERED))
    first, second = site.alike(0, 1)
    return compared(COMPARED[site.name], first, second)


def power(site: Site) -> Node:
    """Return a number to the power of another."""
    return arithmetic.raised(site.number(0), site.number(1))


def _later(moment: Node, days: Node) -> Node:
    if moment.type == "date":
        return operation("day_later", moment, arithmetic.whole(days), type="date")
    name = "instant_days_later" if arithmetic.is_whole(days) else "instant_later"
    return operation(name, moment, days, type="datetime")


def _same_record(site: Site, name: str) -> Node:
    """Compare record ids: by key where both can only name records of one object, by their text otherwise."""
    left, right = site.arguments
    if is_pair(left) or is_pair(right):
        raise site.refused(no_text())
    if isinstance(left, Constant):
        left, right = right, left
    if isinstance(right, Constant) and isinstance(right.value, str):
        if right.value == "":
            absent = build.missing(left)
            return absent if name == "equal" else build.opposite(absent)
        prefix, key = ids.parts(right.value)
        if prefix not in prefixes(left):
            return FALSE if name == "equal" else TRUE
        return compared(name, left, constant(key, "id"))
    if left.type == right.type and set(prefixes(left)) == set(prefixes(right)):
        return compared(name, left, right)
    return compared(name, site.as_text(0), site.as_text(1))


SIGNS: dict[str, Callable[[Site], Node]] = {
    "+": plus,
    "-": minus,
    "*": lambda site: arithmetic.multiplied(site.number(0), site.number(1)),
    "/": lambda site: arithmetic.divided(site.number(0), site.number(1)),
    "^": power,
    "&": lambda site: build.joined([site.as_text(0), site.as_text(1)]),
    "=": equality,
    "<>": equality,
    **dict.fromkeys(("<", "<=", ">", ">="), order),
}
PREFIXES: dict[str, Callable[[Site], Node]] = {
    "-": lambda site: arithmetic.negated(site.number(0)),
    "+": lambda site: site.number(0),
    "!": lambda site: build.opposite(site.condition(0)),
}

"""Making nodes of the typed tree: facts follow from the arguments, and what is constant is computed at once."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from essor.catalog.kinds.base import FormulaType
from essor.formula.operators import OPERATORS
from essor.formula.tree import Constant, Facts, Node, Operation, Reference, Value, is_constant, union

MOST_CHARACTERS = 1_000_000_000
MOST_NESTING = 6  # of any SQL that `render` writes for a special operation
SMALL = 12  # nodes that are rather written twice than put into a sub-select
SHARED_NESTING = 14  # of (SELECT … FROM (SELECT … AS v0 LIMIT 1 OFFSET 0) AS shared)


def constant(value: Value, type: FormulaType) -> Constant:
    """Return a constant; a number that is not finite is null."""
    if isinstance(value, float):
        if not math.isfinite(value):
            value = None
        elif value:
            size = math.log10(abs(value))
            return Constant(value, type, Facts(nullable=False, low=math.floor(size), high=math.ceil(size)))
    longest = len(value) if isinstance(value, str) else 0
    return Constant(value, type, Facts(nullable=value is None, low=0, high=0, longest=longest))


TRUE, FALSE = constant(True, "boolean"), constant(False, "boolean")
BLANK = constant("", "text")


def operation(
    name: str,
    *arguments: Node,
    type: FormulaType,
    low: float = 0.0,
    high: float = 0.0,
    longest: int = 255,
) -> Node:
    """Return the named operator on `arguments`; the bounds are those of its result (see Facts)."""
    meant = OPERATORS[name]
    if all(isinstance(argument, Constant) for argument in arguments):
        return _folded(name, arguments, type)
    facts = Facts(
        nullable=not meant.total and (meant.partial or any(one.facts.nullable for one in arguments)),
        low=low,
        high=high,
        longest=longest,
        depth=1 + max(one.facts.depth for one in arguments),
        size=1 + sum(map(written_size, arguments, meant.repeats)),
        stack=max(map(written_stack, arguments, meant.repeats, meant.nesting)),
    )
    node = Operation(name, arguments, type, facts)
    return shown(node) if type == "text" else node


def special(
    name: str, *arguments: Node, type: FormulaType, facts: Facts | None = None, repeats: int = 1
) -> Operation:
    """Return an operation that `evaluation` and `sql` treat by its name; each argument is written `repeats` times."""
    known = replace(
        facts or Facts(nullable=any(one.facts.nullable for one in arguments)),
        depth=1 + max((one.facts.depth for one in arguments), default=0),
        size=1 + sum(written_size(one, repeats) for one in arguments),
        stack=max((written_stack(one, repeats, MOST_NESTING) for one in arguments), default=1),
    )
    return Operation(name, arguments, type, known)


def is_shared(node: Node, times: int) -> bool:
    """Tell whether a value that an operator writes several times is computed once, in a sub-select of its own."""
    return times > 1 and node.facts.size > SMALL


def written_size(node: Node, times: int) -> int:
    """Return by how much an argument makes the SQL grow."""
    return node.facts.size + times if is_shared(node, times) else node.facts.size * times


def written_stack(node: Node, times: int, nesting: int) -> int:
    """Return how deep the SQL of an argument reaches inside an operator."""
    return node.facts.stack + (SHARED_NESTING if is_shared(node, times) else nesting)


def shown(node: Node) -> Node:
    """Return a text that is never null: blank instead."""
    if not node.facts.nullable:
        return node
    if isinstance(node, Constant):
        return BLANK
    return operation("blank", node, type="text", longest=node.facts.longest)


def bare(node: Node) -> Node:
    """Return a text as it was before `shown` made blank of null."""
    return node.arguments[0] if isinstance(node, Operation) and node.name == "blank" else node


def chosen(condition: Node, then: Node, otherwise: Node) -> Node:
    """Return `then` where the condition holds, else `otherwise`; both have one type."""
    if is_constant(condition):
        return then if is_constant(condition, True) else otherwise
    branches = (then, otherwise)
    if isinstance(otherwise, Operation) and otherwise.name == "if":
        # IF … ELSE IF … becomes one CASE, so that long ladders do not nest.
        return special("if", condition, then, *otherwise.arguments, type=then.type, facts=union(branches))
    return special("if", condition, *branches, type=then.type, facts=union(branches))


def both(*conditions: Node) -> Node:
    """Return whether all conditions hold."""
    if any(is_constant(one, False) for one in conditions):
        return FALSE
    rest = [one for one in conditions if not is_constant(one, True)]
    return TRUE if not rest else balanced("and", rest)


def either(*conditions: Node) -> Node:
    """Return whether any condition holds."""
    if any(is_constant(one, True) for one in conditions):
        return TRUE
    rest = [one for one in conditions if not is_constant(one, False)]
    return FALSE if not rest else balanced("or", rest)


def opposite(condition: Node) -> Node:
    """Return whether a condition does not hold; one that is null does not."""
    if isinstance(condition, Constant):
        return FALSE if condition.value is True else TRUE
    return special("not", condition, type="boolean", facts=Facts(nullable=False))


def may_be_null(node: Node) -> bool:
    """Tell whether a value can be null: of conditions only a field can, a computed one counts as false."""
    computed = node.type == "boolean" and isinstance(node, Operation) and node.name != "prior"
    return node.facts.nullable and not computed


def missing(node: Node) -> Node:
    """Return whether a value is null (blank, for a text)."""
    if node.type == "text":
        return compared("equal", node, BLANK)
    if not may_be_null(node):
        return FALSE
    if isinstance(node, Constant):
        return TRUE
    return special("is_null", node, type="boolean", facts=Facts(nullable=False))


def compared(name: str, left: Node, right: Node) -> Node:
    """Return a comparison of two values of one type: equal, differs, less, less_equal, greater, greater_equal.

    Two nulls are equal; a null is neither less nor greater. A text column is compared as it is stored where it can
    be, so that an index on it serves.
    """
    if isinstance(left, Constant) and isinstance(right, Constant):
        return TRUE if COMPARISONS[name](left.value, right.value) else FALSE
    if left.type == "text" and is_constant(right) and not is_constant(right, ""):
        left = bare(left)
    if right.type == "text" and is_constant(left) and not is_constant(left, ""):
        right = bare(right)
    total = name == "differs" or (name == "equal" and may_be_null(left) and may_be_null(right))
    nullable = not total and (may_be_null(left) or may_be_null(right))
    return special(name, left, right, type="boolean", facts=Facts(nullable=nullable))


def balanced(name: str, nodes: list[Node]) -> Node:
    """Return many conditions or texts joined in pairs of pairs, so that a thousand of them are ten levels deep."""
    while len(nodes) > 1:
        nodes = [_pair(name, nodes[i : i + 2]) for i in range(0, len(nodes), 2)]
    return nodes[0]


def joined(texts: list[Node]) -> Node:
    """Return the texts one after the other."""
    texts = [text for text in texts if not is_constant(text, "")]
    return balanced("concatenate", texts) if texts else BLANK


def instead(node: Node, substitute: Node) -> Node:
    """Return `node`, or `substitute` where it is null (blank, for a text)."""
    if node.type == "text":
        return chosen(missing(node), substitute, node)
    if not may_be_null(node):
        return node
    facts = union((node, substitute))
    nullable = substitute.facts.nullable
    known = Facts(nullable=nullable, low=facts.low, high=facts.high, longest=facts.longest)
    return (
        substitute
        if isinstance(node, Constant)
        else special("instead", node, substitute, type=node.type, facts=known)
    )


def _pair(name: str, nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    if name == "concatenate":
        longest = min(sum(node.facts.longest for node in nodes), MOST_CHARACTERS)
        return operation(name, *nodes, type="text", longest=longest)
    # A checkbox is read as it is stored here: NULL, of a missing parent, is false anyway.
    nullable = any(node.facts.nullable or isinstance(node, Reference) for node in nodes)
    return special(name, *nodes, type="boolean", facts=Facts(nullable=nullable))


def _folded(name: str, arguments: tuple[Node, ...], type: FormulaType) -> Node:
    meant = OPERATORS[name]
    values = [argument.value for argument in arguments if isinstance(argument, Constant)]
    try:
        value = None if None in values and not meant.total else meant.python(*values)
    except (OverflowError, ValueError):
        value = None
    if type == "text":
        value = value or ""
    return constant(value, type)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    """Return an order in which null is neither less nor greater than anything."""
    return lambda left, right: left is not None and right is not None and compare(left, right)


COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "equal": operator.eq,
    "differs": operator.ne,
    "less": _ordered(operator.lt),
    "less_equal": _ordered(operator.le),
    "greater": _ordered(operator.gt),
    "greater_equal": _ordered(operator.ge),
}


def prior(reference: Reference) -> Operation:
    """Return the value of a field before this save."""
    return special("prior", reference, type=reference.type, facts=reference.facts)

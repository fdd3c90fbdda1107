"""Functions that decide: conditions, choices, and what to do about what is empty."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.formula import build
from essor.formula.build import constant, operation, special
from essor.formula.functions.base import function
from essor.formula.site import Site
from essor.formula.tree import Facts, Node, is_constant, union
from essor.formula.words import any_of

CASE_LEAST = 4


def if_(site: Site) -> Node:
    """Return the second argument where the condition holds, else the third; both have one type."""
    condition = site.condition(0)
    then, otherwise = site.alike(1, 2)
    return build.chosen(condition, then, otherwise)


def case(site: Site) -> Node:
    """Return the result beside the first value that the expression equals, the last argument otherwise."""
    count = len(site.arguments)
    if count % 2:
        raise site.refused(_("CASE expects pairs of a value and a result, then one more result."))
    results = site.alike(*range(2, count - 1, 2), count - 1)
    subject, *values = site.alike(0, *range(1, count - 1, 2))
    plain = not any(node.facts.nullable for node in (subject, *values)) and subject.type != "boolean"
    if plain and not is_constant(subject):
        pairs = [node for pair in zip(values, results, strict=False) for node in pair]
        return special("case", subject, *pairs, results[-1], type=results[-1].type, facts=union(results))
    result = results[-1]
    for value, answer in reversed(list(zip(values, results, strict=False))):
        result = build.chosen(build.compared("equal", subject, value), answer, result)
    return result


def both(site: Site) -> Node:
    """Return whether all arguments hold."""
    return build.both(*(site.condition(index) for index in range(len(site.arguments))))


def either(site: Site) -> Node:
    """Return whether one argument holds."""
    return build.either(*(site.condition(index) for index in range(len(site.arguments))))


def opposite(site: Site) -> Node:
    """Return whether the argument does not hold."""
    return build.opposite(site.condition(0))


def is_blank(site: Site) -> Node:
    """Return whether a value is empty."""
    return build.missing(site.arguments[0])


def is_null(site: Site) -> Node:
    """Return whether a value is null, which a text never is."""
    node = site.arguments[0]
    return build.FALSE if node.type in {"text", "picklist"} and not is_constant(node) else build.missing(node)


def blank_value(site: Site) -> Node:
    """Return the first argument, the second where it is empty."""
    node, substitute = site.alike(0, 1)
    return build.instead(node, substitute)


def null_value(site: Site) -> Node:
    """Return the first argument, the second where it is null, which a text never is."""
    node, substitute = site.alike(0, 1)
    return node if node.type == "text" else build.instead(node, substitute)


def is_picked(site: Site) -> Node:
    """Return whether a picklist has a value."""
    node = site.arguments[0]
    if node.type != "picklist":
        raise site.expected(0, any_of(("picklist",)))
    return build.compared("equal", site.as_text(0), site.as_text(1))


def includes(site: Site) -> Node:
    """Return whether a multi-select holds a value."""
    node = site.arguments[0]
    if node.type != "multipicklist":
        raise site.expected(0, any_of(("multipicklist",)))
    wanted = site.as_text(1)
    if is_constant(wanted, "") or (is_constant(wanted) and ";" in site.literal(1)):
        return build.FALSE
    return operation("includes", node, wanted, type="boolean")


def is_number(site: Site) -> Node:
    """Return whether a text writes a number."""
    number = operation("text_number", site.as_text(0), type="number")
    if is_constant(number):
        return build.FALSE if number == constant(None, "number") else build.TRUE
    return build.opposite(special("is_null", number, type="boolean", facts=Facts(nullable=False)))


LOGIC = (
    function(
        "IF(condition, value_if_true, value_if_false)",
        gettext_lazy("One of two values, by a condition."),
        3,
        if_,
    ),
    function(
        "CASE(expression, value1, result1, …, else_result)",
        gettext_lazy("The result beside the first value that the expression equals."),
        (CASE_LEAST, None),
        case,
    ),
    function("AND(condition, …)", gettext_lazy("True when all conditions are."), (1, None), both),
    function("OR(condition, …)", gettext_lazy("True when at least one condition is."), (1, None), either),
    function("NOT(condition)", gettext_lazy("True when the condition is false."), 1, opposite),
    function("ISBLANK(value)", gettext_lazy("True when the value is empty."), 1, is_blank),
    function(
        "ISNULL(value)",
        gettext_lazy("True when the value is null; a text never is, see ISBLANK."),
        1,
        is_null,
    ),
    function("ISNUMBER(text)", gettext_lazy("True when VALUE can read the text."), 1, is_number),
    function(
        "BLANKVALUE(value, substitute)",
        gettext_lazy("The value, or the substitute when it is empty."),
        2,
        blank_value,
    ),
    function(
        "NULLVALUE(value, substitute)",
        gettext_lazy("The value, or the substitute when it is null."),
        2,
        null_value,
    ),
    function(
        "ISPICKVAL(picklist, text)",
        gettext_lazy("True when the picklist has this value."),
        2,
        is_picked,
    ),
    function(
        "INCLUDES(multi_select, text)",
        gettext_lazy("True when the multi-select holds this value."),
        2,
        includes,
    ),
)

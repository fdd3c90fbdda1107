"""Functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.utils.translation import gettext_lazy

from essor.formula import arithmetic
from essor.formula.functions.base import Builder, function
from essor.formula.functions.signs import ORDERED
from essor.formula.site import Site
from essor.formula.tree import Node
from essor.formula.words import any_of


def of_one(made: Callable[[Node], Node]) -> Builder:
    """Return the builder of a function of one number."""
    return lambda site: made(site.number(0))


def of_two(made: Callable[[Node, Node], Node]) -> Builder:
    """Return the builder of a function of two numbers."""
    return lambda site: made(site.number(0), site.number(1))


def extreme(name: str) -> Builder:
    """Return the builder of MAX or MIN, of numbers or of dates."""

    def built(site: Site) -> Node:
        type = next((node.type for node in site.arguments if node.type != "none"), "number")
        if type not in ORDERED:
            raise site.expected(
                next(i for i, node in enumerate(site.arguments) if node.type == type), any_of(ORDERED)
            )
        return arithmetic.extreme(name, [site.one_of(index, type) for index in range(len(site.arguments))])

    return built


def truncated(site: Site) -> Node:
    """Return a number cut after some digits."""
    number = site.number(0)
    if len(site.arguments) == 1:
        return arithmetic.floor(number)
    up = arithmetic.power_of_ten(site.number(1))
    down = arithmetic.power_of_ten(arithmetic.negated(site.number(1)))
    cut = arithmetic.floor(arithmetic.divided(arithmetic.multiplied(number, up), down))
    return arithmetic.multiplied(arithmetic.divided(cut, up), down)


NUMBERS = (
    function("ABS(number)", gettext_lazy("The number without its sign."), 1, of_one(arithmetic.absolute)),
    function(
        "ROUND(number, digits)",
        gettext_lazy("Rounded half away from zero."),
        2,
        of_two(arithmetic.rounded),
    ),
    function(
        "CEILING(number)",
        gettext_lazy("The next whole number away from zero."),
        1,
        of_one(arithmetic.ceiling),
    ),
    function(
        "FLOOR(number)",
        gettext_lazy("The next whole number toward zero."),
        1,
        of_one(arithmetic.floor),
    ),
    function("MCEILING(number)", gettext_lazy("The next higher whole number."), 1, of_one(arithmetic.above)),
    function("MFLOOR(number)", gettext_lazy("The next lower whole number."), 1, of_one(arithmetic.below)),
    function("TRUNC(number, digits)", gettext_lazy("Cut after so many digits."), (1, 2), truncated),
    function(
        "MOD(number, divisor)",
        gettext_lazy("What is left of a division, with the sign of the number."),
        2,
        of_two(arithmetic.remainder),
    ),
    function(
        "MAX(value, …)",
        gettext_lazy("The greatest value, null when one is null."),
        (1, None),
        extreme("greatest"),
    ),
    function(
        "MIN(value, …)",
        gettext_lazy("The least value, null when one is null."),
        (1, None),
        extreme("least"),
    ),
    function(
        "SQRT(number)",
        gettext_lazy("The square root, null of a negative number."),
        1,
        of_one(arithmetic.root),
    ),
    function("EXP(number)", gettext_lazy("e to the power of the number."), 1, of_one(arithmetic.exponential)),
    function(
        "LN(number)",
        gettext_lazy("The natural logarithm, null of 0 and less."),
        1,
        of_one(arithmetic.logarithm),
    ),
    function(
        "LOG(number)",
        gettext_lazy("The decimal logarithm, null of 0 and less."),
        1,
        of_one(arithmetic.logarithm10),
    ),
    function("PI()", gettext_lazy("The number pi."), 0, lambda _site: arithmetic.number(math.pi)),
)

"""What a function is to the person who writes a formula: a name, a signature, a sentence; and how it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from essor.formula.site import Site
from essor.formula.tree import Node

Builder = Callable[[Site], Node]


@dataclass(frozen=True, slots=True)
class Function:
    """`build` checks the arguments of a call and returns the node; `most` None is without end."""

    name: str
    signature: str
    summary: Promise
    least: int
    most: int | None
    build: Builder
    rules_only: bool = False


def function(
    signature: str,
    summary: Promise,
    count: int | tuple[int, int | None],
    build: Builder,
    *,
    rules_only: bool = False,
) -> Function:
    """Return the function whose name starts the signature; `count` is how many arguments it takes."""
    least, most = (count, count) if isinstance(count, int) else count
    return Function(signature.partition("(")[0], signature, summary, least, most, build, rules_only)

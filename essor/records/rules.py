"""Where domain rooms hang their rules on the writing road: set-wise functions before and after the write.

A rule says which fields it reads, so that the road loads them once for the whole batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from essor.access.actor import Actor
from essor.records.batch import Batch

Rule = Callable[[Batch], None]
Move = Callable[[Actor, set[int]], None]  # who deleted or restored, and the keys of the records


@dataclass(frozen=True, slots=True)
class Registered:
    """One rule with the outside names of the fields it reads."""

    run: Rule
    reads: tuple[str, ...]


_before: dict[str, list[Registered]] = defaultdict(list)
_after: dict[str, list[Registered]] = defaultdict(list)
_moved: dict[str, list[Move]] = defaultdict(list)


def before(*objects: str, reads: Sequence[str] = ()) -> Callable[[Rule], Rule]:
    """Register a rule that may set or refuse values of the batch before it is validated and written."""
    return _register(_before, objects, reads)


def after(*objects: str, reads: Sequence[str] = ()) -> Callable[[Rule], Rule]:
    """Register a rule that writes what follows from the batch, in the same transaction."""
    return _register(_after, objects, reads)


def moved(*objects: str) -> Callable[[Move], Move]:
    """Register what follows when records went into the recycle bin or came out of it, in the same transaction."""

    def decorate(rule: Move) -> Move:
        for name in objects:
            _moved[name].append(rule)
        return rule

    return decorate


def after_move(actor: Actor, object_name: str, keys: set[int]) -> None:
    """Run what follows for the records of one object that were deleted or brought back."""
    for rule in _moved[object_name]:
        rule(actor, keys)


def _register(
    table: dict[str, list[Registered]], objects: Sequence[str], reads: Sequence[str]
) -> Callable[[Rule], Rule]:
    def decorate(rule: Rule) -> Rule:
        for name in objects:
            table[name].append(Registered(rule, tuple(reads)))
        return rule

    return decorate


def befores(object_name: str) -> Sequence[Registered]:
    """Return the rules to run before the object's rows are written."""
    return _before[object_name]


def afters(object_name: str) -> Sequence[Registered]:
    """Return the rules to run after the object's rows are written."""
    return _after[object_name]

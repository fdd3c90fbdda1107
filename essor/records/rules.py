"""Where domain rooms hang their rules on the writing road: set-wise functions before and after the write.

A rule says which fields it reads, so that the road loads them once for the whole batch. A rule of `EVERY` object is
asked for each of them, after the object's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.records.batch import Batch

EVERY = "*"
Guard = Callable[[Actor, ObjectDef, Collection[int]], None]
Rule = Callable[[Batch], None]


@dataclass(frozen=True, slots=True)
class Registered:
    """One rule with the outside names of the fields it reads."""

    run: Rule
    reads: tuple[str, ...]


_before: dict[str, list[Registered]] = defaultdict(list)
_after: dict[str, list[Registered]] = defaultdict(list)
_guards: dict[str, list[Guard]] = defaultdict(list)


def before(*objects: str, reads: Sequence[str] = ()) -> Callable[[Rule], Rule]:
    """Register a rule that may set or refuse values of the batch before it is validated and written."""
    return _register(_before, objects, reads)


def after(*objects: str, reads: Sequence[str] = ()) -> Callable[[Rule], Rule]:
    """Register a rule that writes what follows from the batch, in the same transaction."""
    return _register(_after, objects, reads)


def guard(*objects: str) -> Callable[[Guard], Guard]:
    """Register who looks before records go into the bin, alone or with others: it raises ValidationFailed to keep them."""

    def decorate(function: Guard) -> Guard:
        for name in objects:
            _guards[name].append(function)
        return function

    return decorate


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
    return (*_before[object_name], *_before[EVERY])


def afters(object_name: str) -> Sequence[Registered]:
    """Return the rules to run after the object's rows are written."""
    return (*_after[object_name], *_after[EVERY])


def ask_guards(actor: Actor, obj: ObjectDef, keys: Collection[int]) -> None:
    """Raise ValidationFailed when a rule keeps one of the records out of the bin."""
    for function in (*_guards[obj.name], *_guards[EVERY]):
        function(actor, obj, keys)

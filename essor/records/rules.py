"""Where domain rooms hang their rules on the writing road: set-wise functions before and after the write.

A rule says which fields it reads, so that the road loads them once for the whole batch. A rule of `EVERY` object is
asked for each of them, after the object's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, ObjectDef
from essor.records.batch import Batch
from essor.records.change import Source

EVERY = "*"
Guard = Callable[[Actor, ObjectDef, Collection[int]], None]
Rule = Callable[[Batch], None]
Reads = Sequence[str] | Callable[[Catalog, str], Iterable[str]]
# Who merges which object, the winner, the losers, and the source of the merge's writes.
Merging = Callable[[Actor, ObjectDef, int, Collection[int], Source], Mapping[str, Any]]
Move = Callable[[Actor, set[int]], None]  # who deleted or restored, and the keys of the records


@dataclass(frozen=True, slots=True)
class Registered:
    """One rule with the outside names of the fields it reads."""

    run: Rule
    reads: Reads

    def reads_of(self, catalog: Catalog, object_name: str) -> Iterable[str]:
        """Return the outside names that the rule reads of an object."""
        return self.reads(catalog, object_name) if callable(self.reads) else self.reads


_checks: dict[str, list[Registered]] = defaultdict(list)
_before: dict[str, list[Registered]] = defaultdict(list)
_after: dict[str, list[Registered]] = defaultdict(list)
_moved: dict[str, list[Move]] = defaultdict(list)
_guards: dict[str, list[Guard]] = defaultdict(list)
_merging: dict[str, list[Merging]] = defaultdict(list)
_alike: dict[str, list[tuple[str, ...]]] = defaultdict(list)


def before(*objects: str, reads: Reads = ()) -> Callable[[Rule], Rule]:
    """Register a rule that may set or refuse values of the batch before it is validated and written."""
    return _register(_before, objects, reads)


def after(*objects: str, reads: Reads = ()) -> Callable[[Rule], Rule]:
    """Register a rule that writes what follows from the batch, in the same transaction."""
    return _register(_after, objects, reads)


def check(*objects: str, reads: Reads = ()) -> Callable[[Rule], Rule]:
    """Register a rule that looks at what passed validation, just before it is written: it refuses, it sets nothing."""
    return _register(_checks, objects, reads)


def moved(*objects: str) -> Callable[[Move], Move]:
    """Register what follows when records went into the recycle bin or came out of it, in the same transaction."""

    def decorate(rule: Move) -> Move:
        for name in objects:
            _moved[name].append(rule)
        return rule

    return decorate


def guard(*objects: str) -> Callable[[Guard], Guard]:
    """Register who looks before records go into the bin or come out of it, alone or with others.

    It raises ValidationFailed to keep them where they are.
    """

    def decorate(function: Guard) -> Guard:
        for name in objects:
            _guards[name].append(function)
        return function

    return decorate


def merging(*objects: str) -> Callable[[Merging], Merging]:
    """Register who says, before records are merged, which values the winner must have whatever was chosen: {name: value}."""

    def decorate(function: Merging) -> Merging:
        for name in objects:
            _merging[name].append(function)
        return function

    return decorate


def alike(object_name: str, *attrs: str) -> None:
    """Register by which attributes two rows of an object say the same: of such a pair a merge leaves one.

    What a unique constraint of the table allows once needs no word here.
    """
    _alike[object_name].append(attrs)


def alike_by(object_name: str) -> Sequence[tuple[str, ...]]:
    """Return the attributes by which two rows of an object say the same."""
    return _alike[object_name]


def merged_values(
    actor: Actor, obj: ObjectDef, winner: int, losers: Collection[int], source: Source
) -> dict[str, Any]:
    """Return the values that rooms demand of the winner of a merge; asked while all its records are as they were."""
    found: dict[str, Any] = {}
    for function in _merging[obj.name]:
        found |= function(actor, obj, winner, losers, source)
    return found


def after_move(actor: Actor, object_name: str, keys: set[int]) -> None:
    """Run what follows for the records of one object that were deleted or brought back."""
    for rule in _moved[object_name]:
        rule(actor, keys)


def _register(
    table: dict[str, list[Registered]], objects: Sequence[str], reads: Reads
) -> Callable[[Rule], Rule]:
    def decorate(rule: Rule) -> Rule:
        for name in objects:
            table[name].append(Registered(rule, reads))
        return rule

    return decorate


def befores(object_name: str) -> Sequence[Registered]:
    """Return the rules to run before the object's rows are written."""
    return (*_before[object_name], *_before[EVERY])


def afters(object_name: str) -> Sequence[Registered]:
    """Return the rules to run after the object's rows are written."""
    return (*_after[object_name], *_after[EVERY])


def checks(object_name: str) -> Sequence[Registered]:
    """Return the rules to ask once the object's rows are valid."""
    return (*_checks[object_name], *_checks[EVERY])


def ask_guards(actor: Actor, obj: ObjectDef, keys: Collection[int]) -> None:
    """Raise ValidationFailed when a rule keeps one of the records out of the bin, or in it."""
    for function in (*_guards[obj.name], *_guards[EVERY]):
        function(actor, obj, keys)

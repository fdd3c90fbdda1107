"""Scores of Fellegi and Sunter (1969): each criterion adds the logarithm of how much likelier its level is in true pairs.

`score = prior + Σ log2(m / u)` in bits; `probability = 1 / (1 + 2^-score)`. A value that one side lacks adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import Any

from essor.domain.duplicates.matching.methods import METHODS, WEAK, Method

MISSING = -1
PRIOR = -10.0  # bits: one pair of candidates in a thousand is true until something speaks for it
MOST_BITS = 40.0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison: fields read together on either side, the method, and its shares when they were learnt."""

    fields: tuple[str, ...]
    method: str
    other: tuple[str, ...] = ()
    m: tuple[float, ...] = ()
    u: tuple[float, ...] = ()
    how: Method = field(init=False, repr=False, compare=False)
    bits: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the weight of each level once."""
        how = METHODS[self.method]
        m, u = self.m or how.m, self.u or how.u
        object.__setattr__(self, "how", how)
        object.__setattr__(self, "bits", tuple(log2(one / two) for one, two in zip(m, u, strict=True)))

    def fields_of(self, *, other: bool) -> tuple[str, ...]:
        """Return the fields on the rule's own object, or on the other one."""
        return (self.other or self.fields) if other else self.fields

    def prepare(self, values: Mapping[str, Any], region: str, *, other: bool = False) -> Any:
        """Return the normal form of a record's values by outside name; None when there is nothing to compare."""
        return self.how.prepare([values.get(name) for name in self.fields_of(other=other)], region)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Criterion:
        """Return what `as_json` kept."""
        lists = {name: tuple(data.get(name) or ()) for name in ("fields", "other", "m", "u")}
        return cls(method=str(data["method"]), **lists)

    def as_json(self) -> dict[str, Any]:
        """Return it as a rule keeps it."""
        lists = {name: list(getattr(self, name)) for name in ("fields", "other", "m", "u")}
        return {"method": self.method, **lists}


Prepared = tuple[Any, ...]
Pattern = tuple[int, ...]
# One criterion: its place, how a level is found, the bits of each level, the most that it can add.
Step = tuple[int, Callable[[Any, Any], int], tuple[float, ...], float]


@dataclass(frozen=True, slots=True)
class Model:
    """The criteria of a rule with the prior in bits and the probability from which a pair is suspected."""

    criteria: tuple[Criterion, ...]
    prior: float = PRIOR
    threshold: float = 0.9
    steps: tuple[Step, ...] = field(init=False, repr=False, compare=False)
    best: float = field(init=False, repr=False, compare=False)
    needed: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out in which order criteria are asked, those with few levels first, and the most that each can add."""
        order = sorted(range(len(self.criteria)), key=lambda place: len(self.criteria[place].how.limits))
        steps = tuple(
            (place, one.how.level, one.bits, max(0.0, *one.bits))
            for place in order
            for one in (self.criteria[place],)
        )
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "best", self.prior + sum(most for *_step, most in steps))
        object.__setattr__(
            self, "needed", log2(self.threshold / (1 - self.threshold)) if self.threshold < 1 else MOST_BITS
        )

    def likely(self, one: Prepared, two: Prepared) -> Pattern | None:
        """Return the pattern of a pair that reaches the threshold; None as soon as nothing more can bring it there."""
        possible, needed = self.best, self.needed
        for place, _level_of, _bits, most in self.steps:
            if one[place] is None or two[place] is None:
                possible -= most
        pattern = [MISSING] * len(self.steps)
        for place, level_of, bits, most in self.steps:
            if possible < needed:
                return None
            if one[place] is None or two[place] is None:
                continue
            pattern[place] = level = level_of(one[place], two[place])
            possible += bits[level] - most
        if possible < needed:
            return None
        return tuple(pattern)

    def prepare(self, values: Mapping[str, Any], region: str, *, other: bool = False) -> Prepared:
        """Return the normal forms of a record, in the order of the criteria."""
        return tuple(one.prepare(values, region, other=other) for one in self.criteria)

    def pattern(self, one: Prepared, two: Prepared) -> Pattern:
        """Return the level of each criterion, MISSING where a side has no value."""
        return tuple(
            MISSING if first is None or second is None else criterion.how.level(first, second)
            for criterion, first, second in zip(self.criteria, one, two, strict=True)
        )

    def points(self, pattern: Pattern) -> list[float]:
        """Return what each criterion adds, in bits."""
        return [
            0.0 if level == MISSING else one.bits[level]
            for one, level in zip(self.criteria, pattern, strict=True)
        ]

    def probability(self, pattern: Pattern) -> float:
        """Return how likely a pair with this pattern is one and the same."""
        score = max(-MOST_BITS, min(MOST_BITS, self.prior + sum(self.points(pattern))))
        return 1 / (1 + 2.0**-score)


def is_weak(key: str) -> bool:
    """Tell whether a key alone is no reason to compare: two such keys are, or one other."""
    return f":{WEAK}" in key


def keys(criteria: Sequence[Criterion], prepared: Prepared) -> set[str]:
    """Return the keys of a record: two that share one are compared."""
    return {
        f"{one.method}:{key}"
        for one, value in zip(criteria, prepared, strict=True)
        if value is not None
        for key in one.how.keys(value)
        if key
    }

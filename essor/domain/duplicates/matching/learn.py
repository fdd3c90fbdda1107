"""Learns the shares m and u and the prior from pairs nobody labelled: expectation–maximisation (Winkler 1988).

Levels are taken as independent among true and among untrue pairs. Patterns are counted first, so that a million pairs
cost as much as their few hundred different patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import log2

from essor.domain.duplicates.matching.weights import MISSING, Criterion, Model, Pattern

ROUNDS, STILL = 60, 1e-5
FLOOR = 1e-5  # what never occurred may yet occur
Shares = list[list[float]]


def learn(model: Model, counts: Mapping[Pattern, int]) -> Model:
    """Return the model with shares and prior that make the counted patterns likeliest, starting from its own."""
    m: Shares = [list(one.m or one.how.m) for one in model.criteria]
    u: Shares = [list(one.u or one.how.u) for one in model.criteria]
    share = 0.1
    for _round in range(ROUNDS):
        true = {pattern: _posterior(pattern, m, u, share) for pattern in counts}
        total = sum(counts.values())
        found = sum(true[pattern] * count for pattern, count in counts.items()) / total
        m = _shares(model, counts, true, m)
        u = _shares(model, counts, {pattern: 1 - value for pattern, value in true.items()}, u)
        moved, share = abs(found - share), min(max(found, FLOOR), 1 - FLOOR)
        if moved < STILL:
            break
    criteria = tuple(
        replace(one, m=tuple(_ordered(mine, other)[0]), u=tuple(_ordered(mine, other)[1]))
        for one, mine, other in zip(model.criteria, m, u, strict=True)
    )
    return replace(model, criteria=criteria, prior=log2(share / (1 - share)))


def _posterior(pattern: Pattern, m: Shares, u: Shares, share: float) -> float:
    yes, no = share, 1 - share
    for place, level in enumerate(pattern):
        if level != MISSING:
            yes *= m[place][level]
            no *= u[place][level]
    return yes / (yes + no)


def _shares(
    model: Model, counts: Mapping[Pattern, int], weight: Mapping[Pattern, float], before: Shares
) -> Shares:
    found: Shares = []
    for place, one in enumerate(model.criteria):
        sums = _sums(one, place, counts, weight)
        total = sum(sums)
        found.append(
            [(value + FLOOR * total) / (total * (1 + FLOOR * len(sums))) for value in sums]
            if total
            else before[place]
        )
    return found


def _sums(
    one: Criterion, place: int, counts: Mapping[Pattern, int], weight: Mapping[Pattern, float]
) -> list[float]:
    sums = [0.0] * (len(one.how.limits) + 1)
    for pattern, count in counts.items():
        if pattern[place] != MISSING:
            sums[pattern[place]] += weight[pattern] * count
    return sums


def _ordered(m: list[float], u: list[float]) -> tuple[list[float], list[float]]:
    """Never let a weaker agreement weigh more than a stronger one: raise u where chance has turned the order round."""
    best = float("inf")
    changed = list(u)
    for level, (one, two) in enumerate(zip(m, u, strict=True)):
        ratio = min(best, one / two)
        changed[level] = one / ratio
        best = ratio
    return m, changed

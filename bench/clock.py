"""Timing: many runs in turns, the middle one counts, on a machine that others use too."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence

Work = Callable[[], object]
# On a machine that is busy with other things `--cpu` counts the work itself: all of it, where SQLite answers.
clock = time.process_time if os.environ.get("BENCH_CPU") == "1" else time.perf_counter


def seconds(work: Work) -> float:
    """Return how long one run takes."""
    start = clock()
    work()
    return clock() - start


def sample(work: Work, *, times: int, warm: int = 2) -> list[float]:
    """Return the seconds of `times` runs after some that do not count."""
    for _ in range(warm):
        work()
    return [seconds(work) for _ in range(times)]


def in_turns(ours: Work, raw: Work, *, times: int, warm: int = 2) -> tuple[list[float], list[float]]:
    """Return the seconds of both, run in turns so that a busy moment of the machine meets both."""
    for _ in range(warm):
        ours()
        raw()
    pairs = [(seconds(ours), seconds(raw)) for _ in range(times)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

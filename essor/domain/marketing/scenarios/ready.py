"""Patterns to start a scenario from: each makes a whole draft that one fills in and starts."""

from __future__ import annotations

from essor.domain.automation.definition import Definition, Trigger
from essor.domain.automation.ready import Ready

READY: tuple[Ready, ...] = ()


def empty() -> Definition:
    """Return an empty sheet: a segment comes in, everybody once."""
    return Definition(Trigger(on="segment", every="day", again="never"))

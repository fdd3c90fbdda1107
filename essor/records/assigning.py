"""Rules that say who gets records: pages offer to ask them where a room has some (`Source.assign` asks them).

@assigner
def covers(object_name: str) -> bool: ...
"""

from __future__ import annotations

from collections.abc import Callable

# Tells whether there is a rule for the records of an object now.
Covers = Callable[[str], bool]

_assigners: list[Covers] = []


def assigner(covers: Covers) -> Covers:
    """Register a room that hands records over by rules."""
    _assigners.append(covers)
    return covers


def offered(object_name: str) -> bool:
    """Tell whether any rule says who gets records of an object."""
    return any(covers(object_name) for covers in _assigners)

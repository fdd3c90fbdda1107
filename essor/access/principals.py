"""Which prefix the key of a principal gets in its id: people and groups share one space of integers."""

from __future__ import annotations

from essor.access import snapshot

USER, GROUP = "005", "00G"
PREFIXES = (USER, GROUP)


def prefix_of(key: int) -> str:
    """Return the prefix of a principal: no query, but for one who was made since the rights were last read."""
    state = snapshot.recent()
    if key not in state.people and key not in state.groups:
        state = snapshot.current()
    return GROUP if key in state.groups else USER

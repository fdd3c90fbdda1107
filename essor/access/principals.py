"""Who is behind the key of a principal: people and groups share one space of integers."""

from __future__ import annotations

from collections.abc import Iterable

from essor.access import snapshot
from essor.access.models import Principal

USER, GROUP = "005", "00G"
PREFIXES = (USER, GROUP)


def prefix_of(key: int) -> str:
    """Return the prefix of a principal: no query, but for one who was made since the rights were last read."""
    state = snapshot.recent()
    if key not in state.people and key not in state.groups:
        state = snapshot.current()
    return GROUP if key in state.groups else USER


def names(keys: Iterable[int | None]) -> dict[int, str]:
    """Return {key: name} of principals, without those that are empty or unknown; one query, none for nobody."""
    return dict(Principal.objects.filter(pk__in={key for key in keys if key}).values_list("pk", "name"))

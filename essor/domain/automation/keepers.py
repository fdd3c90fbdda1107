"""Who may change a flow: administrators, and whoever a room says may change its own.

@keeper
def of_scenarios(actor: Actor, flow: Flow) -> bool: ...
"""

from __future__ import annotations

from collections.abc import Callable

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.domain.automation.models import Flow

Keeper = Callable[[Actor, Flow], bool]
_keepers: list[Keeper] = []


def keeper(function: Keeper) -> Keeper:
    """Let a room say who may change flows of its own. The flow goes on acting with its owner's rights: mind whose."""
    _keepers.append(function)
    return function


def may_keep(actor: Actor, flow: Flow) -> bool:
    """Tell whether somebody may change this flow."""
    return actor.can(Permission.CUSTOMIZE) or any(one(actor, flow) for one in _keepers)


def require_keeper(actor: Actor, flow: Flow) -> None:
    """Raise Forbidden unless somebody may change this flow."""
    if not may_keep(actor, flow):
        require(actor, Permission.CUSTOMIZE)

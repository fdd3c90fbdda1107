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
Page = Callable[[Flow], str]
_keepers: list[Keeper] = []
_pages: list[Page] = []


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


def failures(function: Page) -> Page:
    """Let a room say on which page the failed runs of its own flows are looked after; "" for those of others."""
    _pages.append(function)
    return function


def failures_of(flow: Flow, run_id: int | None = None) -> str:
    """Return the address of the page where failed runs of a flow are looked after: in the set-up, unless a room has its own.

    `run_id`: the one that it is about, which has a page of its own in the set-up.
    """
    own = next((found for one in _pages if (found := one(flow))), "")
    log = f"/setup/flows/{flow.pk}/runs"
    return own or (f"{log}/{run_id}" if run_id else f"{log}?state=failed")

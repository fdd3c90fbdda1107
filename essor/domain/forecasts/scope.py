"""Whose figures somebody sees: their own and those of everybody below them in the role tree."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.access.rights import Right
from essor.access.rows import may
from essor.access.view import catalog_for
from essor.query.tree import Compare, Condition, MyTeam, Path

QUOTA = "ForecastingQuota"
DEALS = "Opportunity"
NEEDED = ("OwnerId", "Amount", "CloseDate", "ForecastCategoryName", "CurrencyIsoCode")


def sees_all(actor: Actor) -> bool:
    """Tell whether the actor sees the forecasts of the whole company: the right “view all” on quotas."""
    return may(actor, QUOTA, Right.VIEW_ALL)


def people(actor: Actor) -> frozenset[int]:
    """Return the ids of the users whose figures the actor sees."""
    return frozenset(actor.snapshot.people) if sees_all(actor) else actor.team


def may_forecast(actor: Actor) -> bool:
    """Tell whether the actor may read deals with all that figures are made of."""
    catalog = catalog_for(actor)
    return catalog.has(DEALS) and all(catalog.object(DEALS).has(name) for name in NEEDED)


def takes_part(actor: Actor) -> bool:
    """Tell whether forecasts are for the actor at all: a seller, somebody who leads others, or an administrator."""
    if not may_forecast(actor):
        return False
    return len(actor.team) > 1 or sees_all(actor) or may(actor, DEALS, Right.CREATE)


def owned_by_them(actor: Actor, path: str = "OwnerId") -> tuple[Condition, ...]:
    """Return the condition that a row is of somebody whose figures the actor sees; empty when everybody is."""
    return () if sees_all(actor) else (Compare(Path((path,)), "in", (MyTeam(),)),)
